"""The scores of an evaluation on a terminal: how many items stand behind each, and what they could have shown."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from ..core import Cell, NotMeasured, StageReport, Table
from .cells import cell_text

NAME = "evaluation-sure"
LONGEST = 48
MOST_GAPS = 12
NOTE = (
    "finds: the smallest true difference from a fixed value that so many items find with probability 0.8 at a level of "
    "5 %.\nagainst: the value that means that nothing is there; the answer is at 5 % after Benjamini and Hochberg."
)


def certainty_rows(report: StageReport) -> Table | None:
    """One row a score with its interval, from the exhibit and the ``certainty`` of an evaluation; None without them."""
    sure = next((one for one in report.exhibits if isinstance(one, Table) and one.name == NAME), None)
    if sure is None:
        return None
    told = [dict(zip(sure.columns, row, strict=True)) for row in sure.rows]
    rows = tuple(_row(row, one) for row, one in zip(told, report.detail["certainty"], strict=True))
    columns = ("metric", "slice", "value", "95 %", "n", "finds", "against", "answer")
    return Table(NAME, report.title, columns, rows, NOTE)


def gap_lines(report: StageReport) -> list[str]:
    """A line for each metric that was not measured and each reason, the first of them; how many there are beside."""
    gaps = Counter((one.metric, one.reason) for one in report.scores if isinstance(one, NotMeasured))
    lines = [
        f"not measured  {metric}: {reason}{f' ({count} slices)' if count > 1 else ''}"
        for (metric, reason), count in list(gaps.items())[:MOST_GAPS]
    ]
    return [*lines, f"and {len(gaps) - MOST_GAPS} more, see the report"] if len(gaps) > MOST_GAPS else lines


def _row(told: Mapping[str, Cell], one: Mapping[str, Any]) -> tuple[Cell, ...]:
    span = "" if one["low"] is None else f"{cell_text(one['low'])} to {cell_text(one['high'])}"
    place, answer = _short(str(told["slice"])), str(told["answer"]).replace(" times as many)", "x as many)")
    found = told["detectable difference"]
    return told["metric"], place, told["value"], span, told["n"], found, told["neutral"], answer


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
