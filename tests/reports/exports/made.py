"""Run folders for the exporters: a judged one, one without a policy, and one in which every text is hostile."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from headwater.core import Manifest, canonical_json, hash_files
from headwater.reports import ExportedRun, append_entry, append_evidence, open_exported
from headwater.reports.gate.evidence import Evidence, Part

from ..fixtures import HOSTILE, SCRIPT, empty_run, full_run, hostile_run

CANARY = "4111 1111 1111 1111 hunter2@canary.example.net"
JUDGED = "2026-11-30T03:00:00+00:00"
GOVERNANCE = {
    "provider": {"name": "River Post", "contact": "data@river-post.org"},
    "model": {"limitations": "English only.", "licence": "Apache-2.0"},
}
CONFIG: dict[str, Any] = {
    "title": "Docstrings & a model",
    "corpus": {"source": "jsonl", "path": "corpus.jsonl"},
    "model": {"family": "transformer", "size": "xs"},
}


def finish(folder: Path, config: dict[str, Any], **manifest: Any) -> Manifest:
    """What makes stage reports a run: its config and manifest; samples with a canary that no export may show."""
    (folder / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=False), "utf-8")
    (folder / "samples").mkdir(exist_ok=True)
    (folder / "samples" / "free.jsonl").write_text(f'{{"text": "{CANARY}"}}\n', "utf-8")
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    made = Manifest("run", hash_files(folder, names), {"main documents": 20_331}, "c" * 64, 7, **manifest)
    made.save(folder)
    return made


def part(status: str, **more: Any) -> Part:
    values: dict[str, Any] = {
        "name": "verbatim-share", "reason": "the interval misses at most 0.01", "stage": "evaluation", "value": 0.043,
        "low": 0.026, "high": 0.06, "confidence": 0.95, "n": 512, "unit": "share", "method": "verbatim/1",
        "direction": "at most", "threshold": 0.01,
    }  # fmt: skip
    return Part(**{**values, "status": status, **more})


AREAS = {"D": "corpus", "M": "model", "H": "attestation"}


def control(id: str, status: str, blocking: bool, parts: tuple[Part, ...] = (), **more: Any) -> Evidence:
    inputs = {"manifest": "", "configuration": "c" * 64, "policy": "d" * 64, "model": "e" * 64}
    values: dict[str, Any] = {
        "title": f"Control {id}", "kind": "automatic", "severity": "high", "reason": "a reason", "claim": "It holds.",
        "policy": "genai-baseline", "inputs": inputs, "seed": 7, "judged": JUDGED, "code": "headwater 0.1.0",
        "mapping": {"nist-ai-600-1": ("MS-2.10-001",)}, "host": "host-name", "area": AREAS.get(id[:1], ""),
    }  # fmt: skip
    return Evidence(**{**values, "control": id, "status": status, "blocking": blocking, "parts": parts, **more})


WAIVER = {
    "control": "D03", "owner": "Data team", "approver": "Review board", "reason": "Licences are being asked for",
    "granted": "2026-11-01", "expires": "2026-12-31",
}  # fmt: skip
ATTESTATION = {
    "control": "H01", "person": "Reviewer", "role": "owner", "date": "2026-11-20",
    "statement": "Purpose is written down", "evidence": "purpose.pdf", "expires": "2027-11-20",
}  # fmt: skip


def evidence() -> list[Evidence]:
    """A control of every status."""
    return [
        control("D01", "pass", False, (part("pass", threshold=0.1),)),
        control("M08", "fail", True, (part("fail"), part("pass", name="exposure", n=3))),
        control("M04", "inconclusive", True, (part("inconclusive", needed=900),)),
        control("M11", "not_measured", True, (Part("watermark", "not_measured", "the model carries no watermark"),)),
        control("D07", "stale", True, (part("stale", reason="measured 47 days ago"),)),
        control("D13", "warn", False, (part("fail"),), severity="low"),
        control("D03", "waived", False, (part("fail"),), waiver=WAIVER),
        control("H01", "pass", False, kind="attestation", attestation=ATTESTATION),
        control("H15", "not_measured", True, kind="attestation", reason="unverified until attested"),
    ]


def of_run(records: list[Evidence], manifest: Manifest) -> list[Evidence]:
    """The records as those of a run."""
    return [replace(one, inputs={**one.inputs, "manifest": manifest.hash}) for one in records]


def judged_run(folder: Path) -> ExportedRun:
    """A complete run with a judgement, a ledger and governance."""
    full_run(folder)
    versions = {"headwater": "0.1.0", "numpy": "2.4.6", "torch": "absent"}
    manifest = finish(folder, CONFIG | {"governance": GOVERNANCE}, parents={"main": "a" * 64}, versions=versions)
    append_entry(folder, "run-started", "2026-11-29T01:00:00+00:00")
    append_entry(folder, "run-finished", "2026-11-29T02:00:00+00:00", manifest.hash)
    append_evidence(folder, of_run(evidence(), manifest), manifest.hash)
    append_entry(folder, "checked", JUDGED, manifest.hash)
    return open_exported(folder)


def outdated_run(folder: Path) -> ExportedRun:
    """A run that was judged, and gone on with since: the judgement was about another one."""
    judged_run(folder)
    finish(folder, CONFIG, parents={"main": "b" * 64})
    return open_exported(folder)


def unjudged_run(folder: Path) -> ExportedRun:
    """The same without a policy."""
    full_run(folder)
    finish(folder, CONFIG)
    return open_exported(folder)


def bare_run(folder: Path) -> ExportedRun:
    """Every field empty."""
    empty_run(folder)
    finish(folder, {"corpus": {"source": "none"}})
    return open_exported(folder)


def hostile_exported(folder: Path) -> ExportedRun:
    """Every text of stage reports, config, governance, manifest, evidence, waivers and signatures is hostile."""
    hostile_run(folder)
    named = {"title": SCRIPT + HOSTILE[8], "corpus": {"source": SCRIPT, "path": HOSTILE[2]}}
    config = CONFIG | named | {"governance": hostile_governance()}
    versions = {f"package-{at}": text for at, text in enumerate(HOSTILE)}
    manifest = finish(folder, config, parents={"main": SCRIPT}, versions=versions)
    append_entry(folder, SCRIPT, SCRIPT, manifest.hash, **{f"key{at}": text for at, text in enumerate(HOSTILE)})
    records = [hostile_control(at, text) for at, text in enumerate(HOSTILE)]
    append_evidence(folder, of_run(records, manifest), manifest.hash)
    (folder / "signatures").mkdir()
    envelope = {"payloadType": SCRIPT, "payload": HOSTILE[3], "signatures": [{"keyid": SCRIPT, "sig": SCRIPT}]}
    (folder / "signatures" / "a.dsse.json").write_bytes(canonical_json(envelope))
    return open_exported(folder)


def hostile_governance() -> dict[str, Any]:
    """Known keys with hostile facts. YAML itself refuses the characters that are left out."""
    texts = [text for text in HOSTILE if "\ud800" not in text and "\x00" not in text]
    one = {
        "provider": ("name", "address", "contact"),
        "model": ("name", "version", "base_model", "licence", "intended_purpose", "users", "limitations"),
        "data": ("name", "version", "description", "licence", "purpose", "personal_data", "biases", "confidential"),
    }  # fmt: skip
    facts: dict[str, Any] = {
        part: {key: texts[at % len(texts)] for at, key in enumerate(keys)} for part, keys in one.items()
    }
    facts["model"]["prohibited_uses"] = texts
    facts["data"]["creators"] = list(texts)
    return facts


def hostile_control(at: int, text: str) -> Evidence:
    status = ("fail", "stale", "not_measured", "inconclusive", "warn", "waived", "pass")[at % 7]
    bad = part(status, name=text, reason=text, slice={text: text}, unit=text, method=text, example_ids=(text, text))
    signed = dict.fromkeys(("owner", "approver", "reason", "granted", "expires"), text)
    attested = dict.fromkeys(("person", "role", "date", "statement", "evidence", "expires"), text)
    inputs = {"manifest": text, "policy": text, text: text}
    return control(
        text, status, at % 2 == 0, (bad,), title=text, reason=text, claim=text, policy=text, mapping={text: (text,)},
        code=text, host=text, waiver=signed, attestation=attested, inputs=inputs,
        judged=text if at else JUDGED, measured=text,
    )  # fmt: skip
