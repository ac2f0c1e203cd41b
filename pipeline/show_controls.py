"""The power of each detector on planted controls, as a table on a terminal."""

from collections.abc import Iterable

from rich.table import Table

from ..core import Measurement, Score, wilson

COLUMNS = {"planted-control-recall": "recall", "planted-control-false-positive-rate": "false positives"}


def controls_table(scores: Iterable[Measurement]) -> Table | None:
    """One row a detector: recall and false-positive rate over all that was planted for it; None without controls."""
    counts: dict[str, dict[str, list[int]]] = {}
    for score in scores:
        if score.metric in COLUMNS and "detector" in score.slice:
            found = counts.setdefault(score.slice["detector"], {name: [0, 0] for name in COLUMNS})
            if isinstance(score, Score):
                found[score.metric][0] += round(score.value * score.n)
                found[score.metric][1] += score.n
    if not counts:
        return None
    table = Table("detector", *COLUMNS.values(), box=None, header_style="bold", pad_edge=False)
    for detector, found in counts.items():
        table.add_row(detector, *(rate(found[name][0], found[name][1]) for name in COLUMNS))
    return table


def rate(reported: int, planted: int) -> str:
    """``98.0% (93.0-99.4, n 100)``: Wilson's interval at 95 % and the number planted."""
    if not planted:
        return "not measured"
    low, high = wilson(reported, planted)
    return f"{reported / planted:.1%} ({100 * low:.1f}-{100 * high:.1f}, n {planted:,})"
