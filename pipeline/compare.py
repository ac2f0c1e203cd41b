"""A comparison of runs as tables, for people, machines and as a page."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..core import Cell, Finding, StageReport, Table
from ..curate import place_of, redact
from ..evaluate import ScoreComparison, compare

FORMAT = "headwater compare/1"
ALPHA = 0.05
FOLDED = 2
DECIDED = ("A better", "B better", "A higher", "B higher")


def comparison_report(a: Sequence[Path], b: Sequence[Path], seed: int = 0) -> StageReport:
    """Verdicts on the scores of two sides as a report. Raises :class:`InputError` where a folder was not evaluated."""
    found = compare(a, b, seed=seed)
    compared = [one for one in found if one.verdict != "not comparable"]
    detail = {"format": FORMAT, "scores": [one.to_json() for one in found], "runs": [len(a), len(b)]}
    return StageReport(
        "comparison",
        f"A and B, {len(a)} and {len(b)} runs" if len(a) + len(b) > 2 else "A and B",
        _facts(found),
        findings=tuple(_finding(compared)),
        exhibits=tuple(table for table in (*_verdicts(compared, len(a) + len(b) > 2), _refused(found)) if table.rows),
        detail=detail,
    )


def _facts(found: Sequence[ScoreComparison]) -> dict[str, Cell]:
    labels = {
        "A better": "A better",
        "B better": "B better",
        "A higher": "A higher",
        "B higher": "B higher",
        "no difference shown": "no difference shown",
        "the same": "the same on every item",
        "not comparable": "not comparable",
    }
    counts: dict[str, Cell] = {
        label: sum(one.verdict == verdict and not one.item for one in found) for verdict, label in labels.items()
    }
    return {
        label: count for label, count in counts.items() if count or label in ("A better", "B better", "not comparable")
    }


def _finding(compared: Sequence[ScoreComparison]) -> Iterator[Finding]:
    """The verdicts in a sentence for each side that has one."""
    for side, other in (("A", "B"), ("B", "A")):
        won = [one for one in compared if one.verdict == f"{side} better"]
        if not won:
            continue
        names = ", ".join(dict.fromkeys(one.metric for one in won))
        yield Finding(
            "HW-Q080",
            "info",
            f"{side} is better than {other} in {len(won)} of {len(compared)} scores compared: {names}",
            f"On the same items the difference is larger than chance explains, counted over all {len(compared)} scores "
            "(Holm's correction, 5 %). It holds for items like these, and for these runs alone unless several seeds "
            "were given.",
            "Read the size of each difference and its interval, not p: a small one can be certain and without use. "
            "Look at the scores in which no difference was shown, and at how large a one could have been missed.",
        )


def _verdicts(compared: Sequence[ScoreComparison], seeds: bool) -> Iterator[Table]:
    order = sorted(compared, key=lambda one: (one.verdict not in DECIDED, one.verdict == "the same", one.least > ALPHA))
    rows = tuple(
        (
            one.metric, redact(place_of(one.slice)), one.a, one.b, _verdict(one), one.difference, one.low, one.high,
            one.adjusted, _items(one),
        )
        for one in order
    )  # fmt: skip
    columns = ("metric", "slice", "A", "B", "verdict", "A - B", "low", "high", "p (Holm)", "items")
    note = (
        "On the items that both sides have. A - B at 95 %, each score by itself; of perplexity it is the logarithm of "
        "A / B. The verdict rests on p after Holm's correction over all scores of this table, at 5 %: a small chance "
        "of any false verdict here. Where so few items differ that no outcome could be significant, nothing is tested."
    )
    if seeds:
        note += " Several runs a side: the variance between seeds is part of the interval."
    yield Table("comparison", "Verdicts", columns, rows, note)
    yield _sure(order)


def _verdict(one: ScoreComparison) -> str:
    return "too few items differ" if one.least > ALPHA and one.verdict == "no difference shown" else one.verdict


def _items(one: ScoreComparison) -> str:
    alone = ", ".join(f"{n:,} only in {side}" for side, n in (("A", one.only_a), ("B", one.only_b)) if n)
    return f"{one.items:,}" + (f" ({alone})" if alone else "")


def _sure(order: Sequence[ScoreComparison]) -> Table:
    rows = tuple(
        (one.metric, redact(place_of(one.slice)), one.test, one.p, one.detectable, one.unit, _more(one))
        for one in order
        if one.verdict != "the same" and one.least <= ALPHA
    )
    columns = ("metric", "slice", "test", "p", "detectable difference", "unit", "more items to settle it")
    note = (
        "The detectable difference is the smallest true one that this number of items finds with probability 0.8. "
        "More items: until a difference as large as the one seen is found so."
    )
    return Table("comparison-sure", "How sure", columns, rows, note)


def _more(one: ScoreComparison) -> str:
    if one.more is None:
        return "no number would: the values are equal" if not one.difference else "more than 10^9"
    return f"{one.more:,}" if one.more else "none"


def _refused(found: Sequence[ScoreComparison]) -> Table:
    """What was not compared: a line each, or one for more than two of a metric with one reason."""
    groups: dict[tuple[str, str], list[ScoreComparison]] = {}
    for one in found:
        if one.verdict == "not comparable":
            groups.setdefault((one.metric, _because(one)), []).append(one)
    rows: list[tuple[Cell, ...]] = []
    for (metric, because), group in groups.items():
        if len(group) <= FOLDED:
            rows += [(metric, redact(place_of(one.slice)), one.a, one.b, redact(because)) for one in group]
        else:
            kind = "single items" if group[0].item else "scores"
            rows.append((metric, f"{len(group):,} {kind}", None, None, redact(because)))
    note = "Values of a whole set of samples have no items to pair: 'headwater diff' sets their intervals side by side."
    return Table("comparison-refused", "Not comparable", ("metric", "slice", "A", "B", "because"), tuple(rows), note)


def _because(one: ScoreComparison) -> str:
    if one.item:
        return "compared as a whole, not one by one"
    return "measured on neither side" if one.a is None and one.b is None else one.reason
