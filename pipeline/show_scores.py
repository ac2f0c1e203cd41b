"""The scores of two runs on a terminal: what changed in full, the rest counted."""

from collections import Counter
from collections.abc import Iterator

from ..core import Cell, Table
from .cells import cell_text

MOST = 20
QUIET = ("not distinguishable", "the same")


def score_lines(table: Table) -> Iterator[str]:
    """A line for each score with a clear difference, and how many there are of every other kind."""
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    told = [row for row in rows if row["B - A"] is not None and row["note"] not in QUIET]
    for row in told[:MOST]:
        yield f"{row['metric']}{_place(row['slice'])}"
        span = "" if row["low"] is None else f" ({cell_text(row['low'])} to {cell_text(row['high'])})"
        yield f"    {cell_text(row['A'])} -> {cell_text(row['B'])}, {cell_text(row['B - A'])}{span}: {row['note']}"
    if len(told) > MOST:
        yield f"and {len(told) - MOST:,} more that differ"
    counted = Counter(_kind(row) for row in rows if row not in told)
    if counted:
        yield "; ".join(f"{number:,} {kind}" for kind, number in counted.most_common())
    yield "all of them: --markdown FILE or --json"


def _kind(row: dict[str, Cell]) -> str:
    return str(row["note"]) if row["B - A"] is not None else "not to be compared"


def _place(name: Cell) -> str:
    return f", {name}" if name else ""
