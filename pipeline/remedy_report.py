"""What a remedy did: the finding before and after, and what it cost elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core import Cell, Finding, Measurement, Score, StageReport, Table
from ..curate import place_of, redact

FORMAT = "headwater remedy/1"
GONE, LESS, SAME, MORE = "gone", "still there, and less", "still there", "still there, and more"
UNKNOWN = "no longer measured"
VERDICTS = {
    "A better": "worse after",
    "B better": "better after",
    "A higher": "lower after",
    "B higher": "higher after",
    "not comparable": "no items to pair",
}
ABSENCE = {
    GONE: "the same metrics raise no such finding",
    UNKNOWN: "its metrics measured nothing, so whether it is gone is not known",
}
ADVICE = {
    GONE: "The patch is a curation step of the new run's config; use that config from now on.",
    UNKNOWN: "The new run's report says why there is no score; make that run measure it, and compare again.",
}
OTHER = "Try another action (--action remove takes the documents out as a whole), or train for fewer passes."
COLUMNS = ("metric", "slice", "before", "after", "before - after", "low", "high", "p (Holm)", "verdict", "items")


def remedy_report(remedy: Mapping[str, Any], finding: Finding, before: Path, after: Path) -> StageReport:
    """Compare a run and the remedied one: the scores of the finding, paired on the same items, and all other scores."""
    from ..evaluate import compare

    found = compare(before, after)
    own = {(score.metric, _place(score)) for score in finding.scores}
    mine = [one for one in found if (one.metric, place_of(one.slice)) in own]
    others = [one for one in found if one not in mine and one.a is not None and one.b is not None]
    stages = list(_stages(after))
    now = next((one for stage in stages for one in stage.findings if one.code == finding.code), None)
    outcome = _outcome(mine, now, _is_measured(finding, stages))
    counts = {f"documents {name}": number for name, number in remedy["documents"].items() if number}
    worse = [one for one in others if one.verdict == "A better"]
    better = [one for one in others if one.verdict == "B better"]
    facts: dict[str, Cell] = {
        "Finding": finding.code,
        "Action": remedy["action"],
        **counts,
        **({"documents a source may keep": remedy["cap"]} if remedy["cap"] else {}),
        "The finding is": outcome,
        "Other scores worse": len(worse),
        "Other scores better": len(better),
        "Other scores compared": len([one for one in others if one.verdict != "not comparable"]),
    }
    tables = (_sizes(before, after), _table("remedy-finding", f"{finding.code} before and after", mine), _cost(others))
    told = Finding(
        "HW-C090",
        "info" if outcome == GONE else "medium",
        f"{finding.code} is {outcome} after the remedy ({remedy['action']})",
        f"Before: {finding.title}. After: {now.title if now else ABSENCE[outcome]}. "
        + (f"{len(worse)} other scores got worse: {_names(worse)}." if worse else "No other score got worse."),
        "Read the intervals, not the verdicts alone: what is not shown to be worse may be. "
        + ADVICE.get(outcome, OTHER),
    )
    detail = {"format": FORMAT, "remedy": dict(remedy), "scores": [one.to_json() for one in found]}
    return StageReport(
        "remedy", "Remedy", facts, findings=(told,), exhibits=tuple(t for t in tables if t.rows), detail=detail
    )


def _stages(folder: Path) -> Iterable[StageReport]:
    for name in ("curation.json", "audit.json", "training.json", "evaluation.json"):
        if (folder / name).is_file():
            yield StageReport.load(folder / name)


def _is_measured(finding: Finding, stages: Sequence[StageReport]) -> bool:
    """Whether any metric of the finding has a score: without one its absence says nothing."""
    asked = {score.metric for score in finding.scores if isinstance(score, Score)}
    found = {score.metric for stage in stages for score in stage.scores if isinstance(score, Score)}
    return not asked or bool(asked & found)


def _outcome(mine: Sequence[Any], now: Finding | None, measured: bool) -> str:
    if now is None:
        return GONE if measured else UNKNOWN
    verdicts = {one.verdict for one in mine}
    if "B better" in verdicts:
        return LESS
    return MORE if "A better" in verdicts else SAME


def _sizes(before: Path, after: Path) -> Table:
    """Facts of training and of the corpus that stand in both runs and differ."""
    rows: list[tuple[Cell, ...]] = []
    for name in ("curation.json", "training.json"):
        if (before / name).is_file() and (after / name).is_file():
            old, new = (StageReport.load(folder / name).facts for folder in (before, after))
            rows += [(label, old[label], new[label]) for label in old if label in new and old[label] != new[label]]
    return Table("remedy-sizes", "What else changed", ("what", "before", "after"), tuple(rows))


def _table(name: str, title: str, found: Sequence[Any], note: str = "") -> Table:
    return Table(name, title, COLUMNS, tuple(map(_row, found)), note)


def _cost(others: Sequence[Any]) -> Table:
    """Decided ones first, then those of quality, then the rest."""
    order = sorted(
        others, key=lambda one: (one.verdict not in ("A better", "B better"), one.adjusted or 1.0, one.metric)
    )
    note = (
        "Differences on the items of both runs, at 95 %, each score by itself; verdicts after Holm's correction over "
        "all scores of the two runs. Scores without items stand beside each other without a verdict."
    )
    return _table("remedy-cost", "What it cost, or gained, elsewhere", order, note)


def _row(one: Any) -> tuple[Cell, ...]:
    return (
        one.metric, redact(place_of(one.slice)), one.a, one.b, one.difference, one.low, one.high, one.adjusted,
        VERDICTS.get(one.verdict, one.verdict), f"{one.items:,}" if one.items else "",
    )  # fmt: skip


def _place(score: Measurement) -> str:
    return place_of(score.slice) if isinstance(score, Score) else ""


def _names(found: Sequence[Any]) -> str:
    return ", ".join(dict.fromkeys(one.metric for one in found))
