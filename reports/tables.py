"""Tables for the page: cells as text, the first rows in the HTML, the rest for the script to add on demand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..core import Cell, Table
from .caps import Caps, clip, cut_note
from .hidden import visible
from .numbers import NOTHING, column_digits, number, with_digits

HEADING = 60
UNNAMED = "(unnamed)"
ROUNDING = 1e-15  # below it a value is the rounding of a calculation that should have given 0
PAPER_ROWS = 10  # as in page.css
FEW_VALUES = 0.5  # of the cells of a column: with fewer distinct texts it is written as a list of them and places
DOCUMENT_ID = re.compile("[0-9a-f]{16}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class CellView:
    """``text`` as shown; ``anchor`` of a document's card."""

    text: str
    number: bool = False
    anchor: str = ""
    id: bool = False


@dataclass(frozen=True, slots=True)
class TableView:
    """A table ready to be laid out. ``more`` holds rows (cell texts) that are not in the HTML."""

    key: str
    title: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[CellView, ...], ...]
    more: tuple[tuple[str, ...], ...]
    total: int
    cut: str
    note: str

    @property
    def long(self) -> bool:
        """Whether paper shows less of it than the screen."""
        return len(self.rows) > PAPER_ROWS

    @property
    def paper_rows(self) -> int:
        """How many rows paper shows."""
        return PAPER_ROWS

    @property
    def numeric(self) -> str:
        """Class names that tell the style which columns hold numbers: no cell has to say it."""
        return " ".join(f"n{place}" for place, (_, number) in enumerate(self.columns, 1) if number)


def table_view(table: Table, key: str, caps: Caps, anchors: Mapping[str, str], first: int | None = None) -> TableView:
    """Lay out a table within the caps, ``first`` rows at once; cells that hold a document.s id link to its card."""
    width = min(len(table.columns), caps.columns)
    cells = [[row[column] for row in table.rows] for column in range(width)]
    numeric = [_is_numeric(column) for column in cells]
    digits = [column_digits(column) if is_number else None for column, is_number in zip(cells, numeric, strict=True)]
    first = caps.rows if first is None else first
    shown = table.rows[:first]
    more = table.rows[first : first + caps.more_rows]
    cuts = [
        cut_note(len(shown) + len(more), len(table.rows), "rows"),
        cut_note(width, len(table.columns), "columns"),
    ]
    return TableView(
        key=key,
        title=clip(table.title or table.name, caps.cell_characters),
        columns=tuple(
            (clip(name, HEADING) if name.strip() else UNNAMED, is_number)
            for name, is_number in zip(table.columns, numeric, strict=False)
        ),
        rows=tuple(_row(row, digits, numeric, caps, anchors) for row in shown),
        more=tuple(tuple(visible(cell.text) for cell in _row(row, digits, numeric, caps, {})) for row in more),
        total=len(table.rows),
        cut=" ".join(cut for cut in cuts if cut),
        note=table.note,
    )


def packed(rows: Sequence[Sequence[str]]) -> list[list[str] | dict[str, list[Any]]]:
    """Rows as columns; one with few distinct texts as those texts (``v``) and the place of each cell's (``i``).

    >>> packed([("kept", "1"), ("kept", "2"), ("kept", "3")])
    [{'v': ['kept'], 'i': [0, 0, 0]}, ['1', '2', '3']]
    """
    return [_column([row[place] for row in rows]) for place in range(len(rows[0]))] if rows else []


def _column(cells: list[str]) -> list[str] | dict[str, list[Any]]:
    places = {text: place for place, text in enumerate(dict.fromkeys(cells))}
    if len(places) > FEW_VALUES * len(cells):
        return cells
    return {"v": list(places), "i": [places[cell] for cell in cells]}


def _row(
    row: Sequence[Cell], digits: Sequence[int | None], numeric: Sequence[bool], caps: Caps, anchors: Mapping[str, str]
) -> tuple[CellView, ...]:
    cells = zip(row, digits, numeric, strict=False)
    return tuple(
        CellView(NOTHING) if value is None and not is_number else _cell(value, after, caps, anchors)
        for value, after, is_number in cells
    )


def _cell(value: Cell, digits: int | None, caps: Caps, anchors: Mapping[str, str]) -> CellView:
    if isinstance(value, str):
        text, anchor = clip(value, caps.cell_characters), anchors.get(value, "")
        return CellView(text, anchor=anchor, id=bool(DOCUMENT_ID.fullmatch(value)))
    text = number(value) if value is None or digits is None else with_digits(float(value), digits)
    if value and abs(float(value)) >= ROUNDING and not text.strip("0.,"):
        text = number(value)
    return CellView(text, number=True)


def _is_numeric(cells: list[Cell]) -> bool:
    present = [cell for cell in cells if cell is not None]
    return bool(present) and all(isinstance(cell, int | float) for cell in present)
