"""Controls and findings as results of a static analysis, for code scanning and SARIF viewers."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...core import Score, sha256
from ..gate import Evidence, Part
from ..run import PlacedFinding
from .base import EXPORTERS, ExportedRun
from .json import score_json
from .measured import part_line, score_line, worst_first
from .texts import clean, json_text, line, slice_of
from .times import event, utc
from .verdict import by_status, gaps, verdict_of

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 25_000  # a run, at GitHub
MOST_BYTES = 9_000_000  # GitHub takes 10 MB compressed; uncompressed is on the safe side
MOST_PARTS, MOST_DOCUMENTS = 20, 20
LEVELS = {"high": "error", "medium": "warning", "low": "note", "info": "note"}
KINDS = {"inconclusive": "open", "not_measured": "open", "stale": "review"}
AREAS = {
    "A": "audit of the corpus", "B": "bias", "C": "curation", "H": "hallucination", "M": "memorization", "Q": "quality",
    "S": "safety", "T": "training",
}  # fmt: skip


@EXPORTERS.register("sarif", file="headwater.sarif", source="OASIS SARIF 2.1.0, errata 01")
def export_sarif(exported: ExportedRun) -> str:
    """Controls that did not pass and all findings as results, with rules, levels, waivers and fingerprints."""
    run = exported.run
    rules: dict[str, dict[str, Any]] = {}
    results = [*_controls(exported, rules), *_findings(exported, rules)]
    kept = list(_within(results))
    used = {one["ruleId"] for one in kept}
    named = {id: rule for id, rule in rules.items() if id in used}
    places = {id: at for at, id in enumerate(named)}
    driver = {"name": "headwater", "version": exported.manifest.versions.get("headwater", "") or "unknown"}
    properties = {
        "run": line(run.title), "manifest": exported.manifest.hash, "verdict": verdict_of(run).word,
        "statuses": verdict_of(run).counts,
        "passed": [line(one.control, 60) for one in run.evidence if one.status == "pass"],
        "notMeasured": len(gaps(run)), "resultsCut": len(results) - len(kept),
    }  # fmt: skip
    log = {
        "tool": {"driver": {**driver, "rules": list(named.values())}},
        "automationDetails": {"id": f"headwater/{exported.manifest.hash[:16]}"},
        "invocations": [_invocation(exported)],
        "originalUriBaseIds": {"RUN": {"description": {"text": "The run folder."}}},
        "results": [{**one, "ruleIndex": places[one["ruleId"]]} for one in kept],
        "properties": properties,
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [log]})


def _within(results: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The first results, as many as code scanning takes."""
    size = 0
    for at, one in enumerate(results):
        size += len(json.dumps(one))
        if at >= MOST_RESULTS or size > MOST_BYTES:
            return
        yield one


def _invocation(exported: ExportedRun) -> dict[str, Any]:
    verdict, run = verdict_of(exported.run), exported.run
    said = {"exitCode": verdict.code, "exitCodeDescription": verdict.word} if verdict.judged else {}
    start, end = event(run, "run-started"), event(run, "run-finished")
    times = {key: time for key, time in (("startTimeUtc", start), ("endTimeUtc", end)) if time}
    return {"executionSuccessful": True, **times, **said}


def _text(text: str) -> dict[str, str]:
    """A message: brackets would be a link and braces a placeholder.

    >>> _text("see [1](http://x) {0}")
    {'text': 'see \\\\[1\\\\](http://x) {{0}}'}
    """
    escaped = re.sub(r"[\\\[\]]", lambda found: "\\" + found.group(), clean(text))
    return {"text": escaped.replace("{", "{{").replace("}", "}}") or "-"}


def _plain(text: str) -> dict[str, str]:
    return {"text": clean(text, 1_000) or "-"}


def _rule(
    rules: dict[str, dict[str, Any]], id: str, short: str, full: str, help: str, severity: str, tags: Iterable[str]
) -> str:  # fmt: skip
    id = line(id, 100) or "-"
    level = LEVELS.get(severity, "warning")
    rules.setdefault(
        id,
        {
            "id": id, "shortDescription": _plain(short), "fullDescription": _plain(full), "help": _plain(help),
            "defaultConfiguration": {"level": level},
            "properties": {"tags": list(dict.fromkeys(line(tag, 60) for tag in tags))[:20]},
        },
    )  # fmt: skip
    return id


def _controls(exported: ExportedRun, rules: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Everything but what passed: code scanning shows a result of kind pass as an open alert."""
    for one in by_status(exported.run.evidence):
        if one.status == "pass":
            continue
        names = [f"{framework} {id}" for framework, ids in one.mapping.items() for id in ids]
        full = one.claim or one.title
        rule = _rule(
            rules,
            f"control/{one.control}",
            one.title,
            full,
            "\n".join([full, *names]),
            one.severity,
            ["control", *names],
        )
        red = one.blocking or one.status in ("fail", "warn", "waived")
        level = "note" if one.status == "warn" else LEVELS.get(one.severity, "warning")
        parts = [part_line(part) for part in worst_first(one.parts)[:MOST_PARTS]]
        stage = next((f"{part.track}/{part.stage}" for part in one.parts if part.stage), "")
        yield {
            "ruleId": rule,
            "kind": "fail" if red else KINDS.get(one.status, "review"),
            "level": level if red else "none",
            "message": _text("\n".join([f"{line(one.control)} {one.status}: {one.title}. {one.reason}", *parts])),
            "locations": [_location(stage, "policy.json" if not stage else "", [])],
            "partialFingerprints": _fingerprint(f"control {one.control} {one.policy}"),
            **({"suppressions": [_suppression(one)]} if one.status == "waived" else {}),
            "properties": {
                "status": one.status, "blocking": one.blocking, "severity": one.severity, "kind": one.kind,
                "judged": utc(one.judged), "parts": [_part(part) for part in worst_first(one.parts)[:MOST_PARTS]],
                "partsCut": max(0, len(one.parts) - MOST_PARTS),
            },
        }  # fmt: skip


def _suppression(one: Evidence) -> dict[str, Any]:
    said = one.waiver or {}
    told = ", ".join(f"{key} {said[key]}" for key in ("owner", "approver", "granted", "expires") if said.get(key))
    why = ": ".join(filter(None, (str(said.get("reason") or ""), told)))
    return {"kind": "external", "status": "accepted", "justification": clean(why, 1_000)}


def _part(part: Part) -> dict[str, Any]:
    known = {
        "metric": part.name, "status": part.status, "value": part.value, "low": part.low, "high": part.high,
        "confidence": part.confidence, "n": part.n, "unit": part.unit, "direction": part.direction,
        "threshold": part.threshold, "method": part.method, "slice": slice_of(part.slice), "reason": clean(part.reason),
    }  # fmt: skip
    return {key: value for key, value in known.items() if value not in (None, "", {})}


def _findings(exported: ExportedRun, rules: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for one in exported.run.findings():
        finding = one.finding
        area = AREAS.get(finding.code[3:4], "finding") if finding.code.startswith("HW-") else "finding"
        short = f"{finding.code}: {area}"
        rule = _rule(rules, finding.code, short, short, finding.advice, finding.severity, ["finding", area])
        scores = [score_line(score) for score in finding.scores[:MOST_PARTS]]
        said = f"{finding.title}. {finding.meaning} {finding.advice}"
        key = _identity(one)
        seen[key] += 1
        yield {
            "ruleId": rule,
            "kind": "fail",
            "level": LEVELS[finding.severity],
            "message": _text("\n".join([said, *scores])),
            "locations": [_location(f"{one.track}/{one.stage}", "", finding.document_ids)],
            "partialFingerprints": _fingerprint(key if seen[key] == 1 else f"{key} {seen[key]}"),
            "properties": {
                "severity": finding.severity, "track": one.track or "main", "stage": one.stage,
                "scores": [score_json(score) for score in finding.scores[:MOST_PARTS]],
                "scoresCut": max(0, len(finding.scores) - MOST_PARTS),
                "documents": len(finding.document_ids),
            },
        }  # fmt: skip


def _identity(one: PlacedFinding) -> str:
    """What makes a finding the same in the next run, where its numbers differ: code, place and what was sliced."""
    first = next((score for score in one.finding.scores if isinstance(score, Score)), None)
    sliced: Mapping[str, str] = first.slice if first else {}
    metric = first.metric if first else ""
    return repr((one.finding.code, one.track, one.stage, metric, sorted(sliced.items())))


def _fingerprint(key: str) -> dict[str, str]:
    """Code scanning takes the first; without it all results at one place would be one alert."""
    digest = sha256(key.encode("utf-8", "backslashreplace"))[:16]
    return {"primaryLocationLineHash": f"{digest}:1", "headwater/v1": digest}


def _location(place: str, file: str, documents: Iterable[str]) -> dict[str, Any]:
    """A file of the run folder, and the documents as logical locations."""
    track, _, stage = place.rpartition("/")
    name = file or "/".join(re.sub(r"[^a-z0-9-]", "-", part.lower()) for part in (track, stage) if part) + ".json"
    artifact = {"uri": name if name != ".json" else "config.yaml", "uriBaseId": "RUN"}
    shown = [line(id, 100) for id, _ in zip(documents, range(MOST_DOCUMENTS), strict=False)]
    logical = [{"name": id, "fullyQualifiedName": f"document/{id}", "kind": "document"} for id in shown if id]
    physical = {"artifactLocation": artifact, "region": {"startLine": 1}}
    return {"physicalLocation": physical, **({"logicalLocations": logical} if logical else {})}
