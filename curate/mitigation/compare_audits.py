"""The audits of two corpora as one report: every audited number before and after mitigation."""

from collections import Counter
from collections.abc import Iterator, Sequence

from scipy.stats import false_discovery_control

from ...core import Cell, Chart, Exhibit, NotMeasured, Score, Series, StageReport, Table
from .changes import ScoreChange, absent, audited_scores, place_of, score_changes
from .distances import DISTANCE, group_distances
from .harm import harm_findings

LISTED, CHARTED = 300, 20
RATE = 0.05
COLUMNS = (
    "Number", "Of", "Before", "Low", "High", "After", "Low", "High", "Difference", "Low", "High", "Verdict",
)  # fmt: skip
ORDER = ("worse", "better", "changed", "not distinguishable", "no interval", "the same", "not comparable")


def compare_audits(before: StageReport, after: StageReport) -> StageReport:
    """Every number of two audits side by side, with the interval of the difference, and who is better or worse off.

    ``before`` and ``after`` are reports of ``audit`` on two corpora. Numbers are joined on metric and slice; those of
    different protocols are not subtracted but listed as not measured. For each rate by group the distance to the rate
    of all other groups is compared too. Findings: HW-A120 (something became worse by more than noise), HW-A121 (a
    number that can no longer be measured), HW-A122 (nothing changed by more than noise).
    """
    sides = [list(audited_scores(report)) for report in (before, after)]
    changes = score_changes(*([*side, *group_distances(side)] for side in sides))
    measured = [one for one in changes if one.difference is not None]
    proven = beyond_noise(measured)
    counts = Counter(one.verdict for one in measured)
    facts: dict[str, Cell] = {
        "numbers compared": len(measured),
        **{f"numbers {verdict}": counts[verdict] for verdict in ("better", "worse", "the same")},
        "no longer measured": len(absent(changes)),
    }
    refused = tuple(
        NotMeasured(one.metric, one.reason, one.slice)
        for one in changes
        if isinstance(one.before, Score) and isinstance(one.after, Score) and one.difference is None
    )
    detail = {"changes": [one.to_json() for one in changes]}
    return StageReport(
        "mitigation", "Before and after mitigation", facts, refused, tuple(harm_findings(changes, proven, after)),
        tuple(_exhibits(changes, measured)), detail,
    )  # fmt: skip


def beyond_noise(changes: Sequence[ScoreChange]) -> list[ScoreChange]:
    """Those that are better, worse or changed at a false discovery rate of 5 % over all of them."""
    tested = [one for one in changes if one.p is not None]
    if not tested:
        return []
    q = false_discovery_control([one.p for one in tested], method="bh").tolist()
    return [one for one, value in zip(tested, q, strict=True) if value <= RATE and one.verdict != "not distinguishable"]


def change_row(one: ScoreChange) -> tuple[Cell, ...]:
    """A row of the columns :data:`COLUMNS`."""
    return (
        one.metric.replace("-", " "), place_of(one.slice), *_cells(one.before), *_cells(one.after),
        one.difference, one.low, one.high, one.verdict,
    )  # fmt: skip


def _exhibits(changes: Sequence[ScoreChange], measured: Sequence[ScoreChange]) -> Iterator[Exhibit]:
    moved = [one for one in measured if one.verdict != "the same"]
    ranked = sorted(moved, key=lambda one: (ORDER.index(one.verdict), one.p if one.p is not None else 1.0))
    note = (
        "Low and high at 95 %; of the difference from both intervals (MOVER), too wide where one corpus is a part of "
        "the other. An odds ratio is better the nearer it is to 1. Distance: to the rate of all other groups."
    )
    note += f" {len(measured) - len(moved):,} numbers are exactly the same and not listed."
    rest = f" {len(ranked) - LISTED:,} more stand in mitigation.json." if len(ranked) > LISTED else ""
    yield Table(
        "mitigation-changes", "Every audited number", COLUMNS, tuple(map(change_row, ranked[:LISTED])), note + rest
    )
    gone = absent(changes)
    if gone:
        rows = tuple(
            (one.metric.replace("-", " "), place_of(one.slice), _value(one), one.reason) for one in gone[:LISTED]
        )
        yield Table("mitigation-gone", "No longer measured", ("Number", "Of", "Before", "Why"), rows)
    yield from _chart(ranked)


def _chart(ranked: Sequence[ScoreChange]) -> Iterator[Chart]:
    """The distances of the groups, before and after: they share one unit."""
    shown = [one for one in ranked if one.metric.endswith(DISTANCE)][:CHARTED]
    if not shown:
        return
    names = tuple(f"{one.metric.removesuffix(DISTANCE).replace('-', ' ')}: {one.slice['group']}" for one in shown)
    series = []
    for name in ("before", "after"):
        sides = [getattr(one, name) for one in shown]
        series.append(
            Series(name, names, *(tuple(getattr(side, key) for side in sides) for key in ("value", "low", "high")))
        )
    yield Chart(
        "mitigation-distances", "Distance of each group's rate from that of all others", "interval", "group",
        "difference of shares", tuple(series), "0: the group has the rate of all others. The largest changes first.",
    )  # fmt: skip


def _value(one: ScoreChange) -> float | None:
    return one.before.value if isinstance(one.before, Score) else None


def _cells(side: object) -> tuple[Cell, ...]:
    return (side.value, side.low, side.high) if isinstance(side, Score) else (None, None, None)
