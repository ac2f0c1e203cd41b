"""What the audit decisions shows of a column of scores: differences, then calibration and AUC of each dimension."""

from collections.abc import Iterator, Sequence

from ...core import Cell, Chart, Exhibit, Series, Table, wilson
from ..privacy import redact
from .score_rates import Fit, Spread
from .scored import ScoredGroups

LISTED, CHARTED, CURVES, LONGEST = 100, 30, 5, 60
NAMES = {"calibration-in-the-large": "Calibration in the large", "auc": "AUC"}
GAPS = ("Quantity", "Groups", "Highest", "Lowest", "Difference", "Low", "High", "By chance (95 %)", "p", "q", "Rows")
COLUMNS = (
    "Group", "Rows", "Share positive", "Mean score", "Share minus score", "Low", "High", "ECE", "ECE low", "ECE high",
    "ECE by chance", "AUC", "AUC low", "AUC high",
)  # fmt: skip


def score_exhibits(found: Sequence[ScoredGroups]) -> Iterator[Exhibit]:
    """The differences between groups, and for each dimension a table, two charts and the reliability curves."""
    if not found:
        return
    scored = found[0].scored
    yield Table(
        "decisions-score-gaps", f"Scores of {scored.name}: differences between groups", GAPS,
        tuple(_gap_row(one, spread, q) for one in found for spread, q in one.spreads)[:LISTED],
        f"The score is read as the probability of {scored.of}. Calibration in the large: share of positive rows minus "
        "mean score. By chance: labels that depend on the score and not on the group; areas around one value. q: over "
        "this table.",
    )  # fmt: skip
    for one in found:
        yield from _dimension(one)


def _gap_row(one: ScoredGroups, spread: Spread, q: float) -> tuple[Cell, ...]:
    return (
        NAMES[spread.quantity], redact(one.dimension.name), redact(spread.most.group)[:LONGEST],
        redact(spread.least.group)[:LONGEST], spread.value, spread.low, spread.high, spread.chance, spread.p, q,
        sum(group.rows for group in one.fits),
    )  # fmt: skip


def _dimension(one: ScoredGroups) -> Iterator[Exhibit]:
    name, score = redact(one.dimension.name), one.scored.name
    title = f"{score} by {name}: calibration and AUC"
    rest = f" {len(one.fits) - LISTED:,} groups are not listed." if len(one.fits) > LISTED else ""
    yield Table(
        f"decisions-score-{name}", title, COLUMNS, tuple(map(_row, one.fits[:LISTED])),
        "ECE: expected calibration error over ten bins of equal rows; it is above 0 even for a perfect score, so "
        f"beside it stands the 95 % quantile of a perfect one with as many rows. AUC: DeLong's interval.{rest}", title,
    )  # fmt: skip
    shown = sorted(one.fits, key=lambda group: (-group.rows, group.group))[:CURVES]
    more = f" The {CURVES} largest of {len(one.fits)} groups." if len(one.fits) > CURVES else ""
    yield Chart(
        f"decisions-score-{name}-reliability", f"Reliability of {score} by {name}", "line", "mean score",
        f"share of {one.scored.of}", (*(_curve(group) for group in shown), _diagonal(shown)),
        f"Ten bins of equal rows, Wilson's interval at 95 %.{more} Above the line of a perfect score, the score is "
        "too low.", title,
    )  # fmt: skip
    areas = [(group, group.area) for group in one.fits[:CHARTED] if group.area is not None]
    if areas:
        labels = tuple(redact(group.group)[:LONGEST] for group, _ in areas)
        value, low, high = zip(*(area for _, area in areas), strict=True)
        yield Chart(
            f"decisions-score-{name}-auc", f"AUC of {score} by {name}", "interval", name, "area under the ROC curve",
            (Series("AUC", labels, value, low, high),), "DeLong's interval at 95 %. 0.5: no better than chance.", title,
        )  # fmt: skip
    if len(one.fits) <= CURVES:  # the chart has all of them, and its data table
        return
    yield Table(
        f"decisions-score-{name}-bins", f"Reliability of {score} by {name}, in numbers",
        ("Group", "Rows", "Mean score", "Share positive", "Low", "High"),
        tuple(_bin_rows(one.fits))[:LISTED], "Ten bins of equal rows for each group; Wilson at 95 %.", title,
    )  # fmt: skip


def _row(group: Fit) -> tuple[Cell, ...]:
    return (
        redact(group.group)[:LONGEST], group.rows, group.hits / group.rows, group.mean, *group.large, *group.error,
        group.chance, *(group.area or (None, None, None)),
    )  # fmt: skip


def _curve(group: Fit) -> Series:
    bounds = [wilson(int(hits), int(rows)) for hits, rows in zip(group.bins.hits, group.bins.rows, strict=True)]
    low, high = zip(*bounds, strict=True)
    return Series(
        redact(group.group)[:LONGEST], tuple(group.bins.score.tolist()), tuple(group.bins.share.tolist()), low, high
    )


def _diagonal(shown: Sequence[Fit]) -> Series:
    ends = (
        min(float(group.bins.score.min()) for group in shown),
        max(float(group.bins.score.max()) for group in shown),
    )
    return Series("a perfect score", ends, ends)


def _bin_rows(fits: Sequence[Fit]) -> Iterator[tuple[Cell, ...]]:
    for group in fits:
        for rows, hits, score in zip(group.bins.rows, group.bins.hits, group.bins.score, strict=True):
            bounds = wilson(int(hits), int(rows))
            yield redact(group.group)[:LONGEST], int(rows), float(score), int(hits) / int(rows), *bounds
