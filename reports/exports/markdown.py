"""What the reviewer of a pull request needs to read: the verdict, what is behind it, what nobody looked at."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...core import SEVERITIES, Score
from ..gate import Evidence, Part
from ..numbers import number
from ..run import PlacedFinding, PlacedScore, Run
from .base import EXPORTERS, ExportedRun
from .markdown_text import code, markdown, table
from .measured import interval_text, limit_text, score_line, slice_text, value_text, worst_first
from .times import utc
from .verdict import Verdict, by_status, gaps, verdict_of

LONGEST = 60_000  # a comment on GitHub holds 65,536 characters
WORDS = {
    "passed": "The gate is open",
    "failed": "The gate is shut: a control failed",
    "incomplete": "The gate is shut: something was not measured or is inconclusive",
    "stale": "The gate is shut: evidence is too old",
    "not judged": "Not judged: no policy was held against the run as it is now",
}


@dataclass(frozen=True, slots=True)
class Room:
    """How much of each part is shown."""

    controls: int
    parts: int
    findings: dict[str, int]
    gaps: int


ROOMS = (
    Room(100, 3, {"high": 30, "medium": 15, "low": 10, "info": 3}, 20),
    Room(60, 2, {"high": 15, "medium": 5, "low": 2, "info": 0}, 8),
    Room(20, 1, {"high": 6, "medium": 2, "low": 0, "info": 0}, 3),
    Room(8, 1, {"high": 3, "medium": 0, "low": 0, "info": 0}, 1),
)


@EXPORTERS.register("markdown", file="headwater.md", source="GitHub Flavored Markdown 0.29")
def export_markdown(exported: ExportedRun) -> str:
    """A comment for a pull request: verdict, controls that did not pass, findings, what was not measured."""
    texts = (_laid_out(exported, room) for room in ROOMS)
    return next((text for text in texts if len(text) <= LONGEST), _laid_out(exported, ROOMS[-1])[:LONGEST])


def _laid_out(exported: ExportedRun, room: Room) -> str:
    run, verdict = exported.run, verdict_of(exported.run)
    parts = [
        *_head(exported, verdict),
        *_controls("Controls that keep the gate shut", [one for one in run.evidence if one.blocking], room),
        *_controls("Controls to know of", [o for o in run.evidence if not o.blocking and o.status != "pass"], room),
        *_passed(run),
        *_findings(run.findings(), room),
        *_gaps(run, room),
        "",
        "All of it stands in `report.html` in the run folder.",
    ]
    return "\n".join(parts) + "\n"


def _head(exported: ExportedRun, verdict: Verdict) -> list[str]:
    run = exported.run
    counts = " · ".join(f"{n} {name.replace('_', ' ')}" for name, n in verdict.counts.items())
    judged = [f"Policy {code(verdict.policy)}: {counts}. Exit code {verdict.code}.", ""] if verdict.judged else []
    time = utc(verdict.time)
    when = f", judged {time[:16].replace('T', ' ')} UTC" if time else ""
    about = f"{markdown(run.title, 150)} (run {code(exported.manifest.hash[:12])}{when})"
    return [f"## headwater: {verdict.word}", "", f"**{WORDS[verdict.word]}.**", "", *judged, about]


def _controls(title: str, evidence: Sequence[Evidence], room: Room) -> list[str]:
    if not evidence:
        return []
    shown = by_status(evidence)[: room.controls]
    rows = [row for one in shown for row in _rows(one, room.parts)]
    columns = ("status", "control", "measured", "value", "interval", "n", "limit", "why")
    lines = ["", f"### {title}", "", *table(columns, rows)]
    return [*lines, *_cut(len(evidence) - len(shown), "controls")]


def _rows(one: Evidence, most: int) -> Iterable[tuple[str, ...]]:
    """A row for each part that is as bad as the control, the name of the control in the first."""
    found = [part for part in worst_first(one.parts) if part.status != "pass"]
    first = found[:most]
    name = f"**{code(one.control, 60)}** {markdown(one.title, 100)}"
    status = f"**{one.status.replace('_', ' ')}**"
    more = f" (and {len(found) - len(first)} more)" if len(found) > len(first) else ""
    if not first or one.status == "waived":
        yield (status, name, "", "", "", "", "", markdown(one.reason))
        return
    for at, part in enumerate(first):
        why = _why(one, part) + (more if at == len(first) - 1 else "")
        yield (status if at == 0 else part.status.replace("_", " "), name if at == 0 else " ", *_cells(part), why)


def _cells(part: Part) -> tuple[str, ...]:
    sliced = slice_text(part.slice)
    named = code(part.name, 80) + (f" {markdown(sliced, 120)}" if sliced else "")
    if part.value is None:
        return (named, "", "", "", "")
    value = f"{value_text(part)} {markdown(part.unit, 40)}".strip()
    return (named, value, markdown(interval_text(part), 60), number(part.n), limit_text(part))


def _why(one: Evidence, part: Part) -> str:
    """What the numbers beside it do not say already."""
    told = part.status in ("fail", "pass") and part.value is not None and part.threshold is not None
    return "" if told else markdown(part.reason or one.reason)


def _passed(run: Run) -> list[str]:
    names = [code(one.control, 60) for one in run.evidence if one.status == "pass"]
    return ["", f"Passed: {', '.join(names[:100])}", *_cut(len(names) - 100, "controls")] if names else []


def _findings(findings: Sequence[PlacedFinding], room: Room) -> list[str]:
    by = {severity: [one for one in findings if one.finding.severity == severity] for severity in SEVERITIES}
    counts = ", ".join(f"{len(found)} {severity}" for severity, found in by.items() if found)
    lines = ["", f"### Findings: {counts or 'none'}"]
    advised: set[str] = set()
    for severity, found in by.items():
        shown = found[: room.findings[severity]]
        lines += ["", *(_finding(one, advised) for one in shown)] if shown else []
    left = len(findings) - sum(min(len(found), room.findings[severity]) for severity, found in by.items())
    return [*lines, *_cut(left, "findings")]


def _finding(one: PlacedFinding, advised: set[str]) -> str:
    """A line, and for those that matter the first number and the advice, which is said once."""
    finding = one.finding
    place = f" ({markdown(one.track, 40)})" if one.track else ""
    text = f"- **{finding.severity}** {code(finding.code, 40)} {markdown(finding.title, 200)}{place}"
    if finding.severity not in ("high", "medium"):
        return text
    first = next((score for score in finding.scores if isinstance(score, Score)), None)
    told = [markdown(score_line(first))] if first else []
    if finding.advice not in advised:
        told.append(f"What to do: {markdown(finding.advice)}")
        advised.add(finding.advice)
    return "  \n  ".join([text, *told])


def _gaps(run: Run, room: Room) -> list[str]:
    """What has no value at all first, then what lacks one in some slices; reasons that differ in numbers are one."""
    found, missing = gaps(run), [(track.name, stage) for track in run.tracks for stage in track.missing]
    if not found and not missing:
        return []
    measured = {(one.track, one.score.metric) for one in run.scores() if isinstance(one.score, Score)}
    wholly, partly = (
        _by_reason(o for o in found if (o.track, o.score.metric) not in measured),
        _by_reason(o for o in found if (o.track, o.score.metric) in measured),
    )
    lines = ["", f"### Not measured: {len(found)}", "", "None of it counts as a pass.", ""]
    lines += [f"- stage {code(' '.join(filter(None, place)))} was not run" for place in missing]
    lines += [f"- {_names(rows)}: {_reason(rows)}" for rows in wholly[: room.gaps]]
    few = max(2, room.gaps // 4)
    lines += [f"- in {_slices(len(rows))} only: {_names(rows)}: {_reason(rows)}" for rows in partly[:few]]
    return [*lines, *_cut(max(0, len(wholly) - room.gaps) + max(0, len(partly) - few), "reasons")]


def _by_reason(found: Iterable[PlacedScore]) -> list[list[PlacedScore]]:
    reasons: dict[str, list[PlacedScore]] = {}
    for one in found:
        reasons.setdefault(re.sub(r"'[^']*'|[0-9][0-9,.]*", "0", getattr(one.score, "reason", "")), []).append(one)
    return sorted(reasons.values(), key=lambda rows: -len(rows))


def _reason(rows: Sequence[PlacedScore]) -> str:
    reasons = {getattr(row.score, "reason", "") for row in rows}
    return markdown(getattr(rows[0].score, "reason", "")) + (" (and the like)" if len(reasons) > 1 else "")


def _slices(count: int) -> str:
    return f"{count} slice{'s' if count > 1 else ''}"


def _names(rows: Sequence[PlacedScore]) -> str:
    names = list(dict.fromkeys(row.score.metric for row in rows))
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(code(name, 60) for name in names[:4]) + more


def _cut(left: int, what: str) -> list[str]:
    return ["", f"{number(left)} more {what} are left out here."] if left > 0 else []
