"""A difference between two runs as one report: verdicts, findings, paired scores, data, configuration."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..core import SEVERITIES, SILENT, Cell, Chart, Finding, Progress, Series, StageReport, Table
from ..curate import ScoreChange, place_of, redact, score_changes
from ..reports import Evidence, current_evidence
from .compare import comparison_report
from .diff_report import diff, scores_by_stage
from .erase import open_tracks
from .run import findings_of

SHARES = {"share", "fraction", "probability", "rate", "proportion"}
MOVED = ("better", "worse", "changed")
MOST_DRAWN = 14
LONGEST = 160
DATA, CONFIGURATION = "Data: documents and decisions", "Configuration, code and versions"


def difference_report(one: Path, two: Path, seed: int = 0, progress: Progress = SILENT) -> StageReport:
    """What changed from run A to run B: what the gate says, what was found, what was measured, and what it was made of.

    Scores are paired item by item where both runs were evaluated. Raises :class:`InputError` for other folders.
    """
    made_of = diff(one, two, progress)
    controls = controls_table(current_evidence(one), current_evidence(two))
    findings = findings_table(_findings(one), _findings(two))
    changes = _changes(one, two)
    paired = _paired(one, two, seed)
    tables = [table for table in made_of.exhibits if isinstance(table, Table)]
    exhibits = [
        *(table for table in (controls, findings) if table.rows),
        *(share_chart(changes),) * bool(_drawn(changes)),
        *(paired.exhibits if paired else ()),
        *(_grouped(table) for table in tables if table.rows),
    ]
    facts: dict[str, Cell] = {
        **_became(findings),
        **changed_controls(controls),
        **_moved(changes),
        **{label: value for label, value in made_of.facts.items() if value},
    }
    return StageReport(
        "difference", f"{one.name} and {two.name}", facts, findings=paired.findings if paired else (),
        exhibits=tuple(exhibits), detail={**made_of.detail, "paired": paired.detail if paired else None},
    )  # fmt: skip


def controls_table(a: Sequence[Evidence], b: Sequence[Evidence]) -> Table:
    """Every control that either side was judged by, those that changed first."""
    first, second = ({one.control: one for one in side} for side in (a, b))
    rows: list[tuple[Cell, ...]] = []
    for control in dict.fromkeys([*second, *first]):
        sides = first.get(control), second.get(control)
        states = [side.status.replace("_", " ") if side else "not judged" for side in sides]
        known = sides[1] or sides[0]
        became = "the same" if states[0] == states[1] else f"{states[0]}, now {states[1]}"
        rows.append((control, known.title if known else "", *states, became, (known.reason if known else "")[:LONGEST]))
    rows.sort(key=lambda row: row[4] == "the same")
    columns = ("control", "what it asks for", "in A", "in B", "became", "because (B)")
    return Table("difference-controls", "The gate, control by control", columns, tuple(rows))


def findings_table(a: Sequence[Finding], b: Sequence[Finding]) -> Table:
    """Findings by code: which are new in B, which are gone, which both sides have."""
    codes = {finding.code for finding in (*a, *b)}
    rows = [_code_row(code, *([one for one in side if one.code == code] for side in (a, b))) for code in sorted(codes)]
    order = {"new in B": 0, "gone in B": 1, "in both": 2}
    rows.sort(key=lambda row: (order[str(row[1])], SEVERITIES.index(str(row[2]))))
    columns = ("code", "became", "severity", "in A", "in B", "what it says (B, else A)")
    note = "By code. The numbers count findings of that code: one can stand for several groups or sources."
    return Table("difference-findings", "Findings: new, gone, still there", columns, tuple(rows), note)


def _code_row(code: str, a: Sequence[Finding], b: Sequence[Finding]) -> tuple[Cell, ...]:
    became = "in both" if a and b else "new in B" if b else "gone in B"
    worst = min((*a, *b), key=lambda one: SEVERITIES.index(one.severity))
    shown = min(b or a, key=lambda one: SEVERITIES.index(one.severity))
    return code, became, worst.severity, len(a), len(b), redact(shown.title)[:LONGEST]


def share_chart(changes: Sequence[ScoreChange]) -> Chart:
    """The shares that moved by more than noise, A beside B, each with its interval."""
    drawn = _drawn(changes)
    names = tuple(_name(one) for one in drawn)
    sides = [[one.before for one in drawn], [one.after for one in drawn]]
    series = tuple(
        Series(
            label, names, *(tuple(getattr(score, key) for score in side) for key in ("value", "low", "high"))
        )
        for label, side in zip(("A", "B"), sides, strict=True)
    )  # fmt: skip
    note = "Only shares, so that one axis serves them all, and only those whose difference has an interval without 0."
    return Chart("difference-shares", "Shares that moved", "interval", "score", "share", series, note)


def _drawn(changes: Sequence[ScoreChange]) -> list[ScoreChange]:
    """The largest moves among the shares with intervals on both sides; two of one name are drawn once."""
    fit = [one for one in changes if one.verdict in MOVED and _is_share(one)]
    fit.sort(key=lambda one: -abs(one.difference or 0.0))
    return list({_name(one): one for one in reversed(fit)}.values())[::-1][:MOST_DRAWN]


def _is_share(one: ScoreChange) -> bool:
    sides = [getattr(side, "low", None) is not None and getattr(side, "unit", "") for side in (one.before, one.after)]
    return all(side and SHARES & set(str(side).lower().split()) for side in sides)


def _name(one: ScoreChange) -> str:
    place = redact(place_of(one.slice))
    return f"{one.metric} ({place})" if place and place != "all" else one.metric


def _moved(changes: Sequence[ScoreChange]) -> dict[str, Cell]:
    counts: dict[str, Cell] = {
        f"scores {verdict}": sum(one.verdict == verdict for one in changes) for verdict in ("worse", "better")
    }
    return counts if changes else {}


def changed_controls(table: Table) -> dict[str, Cell]:
    """How many controls changed; one that only one side was judged by is counted apart."""
    alone = sum("not judged" in row[2:4] for row in table.rows)
    changed = sum(row[4] != "the same" for row in table.rows) - alone
    counts: dict[str, Cell] = {"controls that changed": changed} if alone < len(table.rows) else {}
    return {**counts, "controls judged on one side alone": alone} if alone else counts


def _became(findings: Table) -> dict[str, Cell]:
    """How many codes of findings came and went."""
    words = {"findings new in B": "new in B", "findings gone in B": "gone in B"}
    return {label: sum(row[1] == word for row in findings.rows) for label, word in words.items()}


def _findings(folder: Path) -> list[Finding]:
    return [
        finding
        for track in open_tracks(folder)
        if track.folder is not None
        for finding in findings_of(track.folder)
    ]  # fmt: skip


def _changes(one: Path, two: Path) -> list[ScoreChange]:
    """Every score that both sides measured in one stage, side by side."""
    a, b = scores_by_stage(one), scores_by_stage(two)
    return [found for stage in sorted(a.keys() & b.keys()) for found in score_changes(a[stage], b[stage])]


def _paired(one: Path, two: Path, seed: int) -> StageReport | None:
    if not all((side / "evaluation.json").is_file() for side in (one, two)):
        return None
    return comparison_report([one], [two], seed)


def _grouped(table: Table) -> Table:
    """What stands folded: where the data differ, and with what they were made."""
    group = CONFIGURATION if any(word in table.name for word in ("manifest", "config")) else DATA
    return table if "scores" in table.name else replace(table, group=group)
