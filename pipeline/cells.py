"""Cells of a table as text on a terminal and in Markdown: one way for every command."""

import math

from rich.table import Column
from rich.table import Table as RichTable
from rich.text import Text

from ..core import Cell, Table

MOST_ROWS = 40


def cell_text(value: Cell) -> str:
    """Integers with separators, floats with four significant digits; nothing for None.

    >>> [cell_text(value) for value in (34082, 0.123456, 12345.678, 2.5e-7, None)]
    ['34,082', '0.1235', '12,346', '2.5e-07', '']
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if math.isfinite(value) and 1e4 <= abs(value) < 1e9 else f"{value:.4g}"


def rich_table(table: Table, most: int = MOST_ROWS) -> RichTable:
    """A table for a terminal, its first rows."""
    shown = RichTable(*(Column(Text(name)) for name in table.columns), box=None, header_style="bold", pad_edge=False)
    shown.columns[0].no_wrap = True  # the name: what the others are about must stay whole
    shown.columns[0].overflow = "fold"
    for row in table.rows[:most]:
        shown.add_row(*(Text(cell_text(cell)) for cell in row))
    if len(table.rows) > most:
        shown.add_row(f"and {len(table.rows) - most:,} more")
    return shown
