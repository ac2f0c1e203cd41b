"""Tables for the page: cells as text, the first rows in the HTML, the rest for the script to add on demand."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..core import Cell, Table
from .caps import Caps, clip, cut_note
from .hidden import visible
from .numbers import number

HEADING = 60
UNNAMED = "(unnamed)"
PAPER_ROWS = 40  # as in page.css
DOCUMENT_ID = re.compile("[0-9a-f]{16}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class CellView:
    """``text`` as shown; ``exact`` the number behind rounded digits; ``anchor`` of a document's card."""

    text: str
    number: bool = False
    exact: str = ""
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


def table_view(table: Table, key: str, caps: Caps, anchors: Mapping[str, str]) -> TableView:
    """Lay out a table within the caps; cells that hold the id of a document link to its card."""
    width = min(len(table.columns), caps.columns)
    numeric = [_is_numeric([row[column] for row in table.rows]) for column in range(width)]
    shown = table.rows[: caps.rows]
    more = table.rows[caps.rows : caps.rows + caps.more_rows]
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
        rows=tuple(tuple(_cell(value, caps, anchors) for value in row[:width]) for row in shown),
        more=tuple(tuple(visible(_cell(value, caps, {}).text) for value in row[:width]) for row in more),
        total=len(table.rows),
        cut=" ".join(cut for cut in cuts if cut),
        note=table.note,
    )


def _cell(value: Cell, caps: Caps, anchors: Mapping[str, str]) -> CellView:
    if isinstance(value, str):
        text, anchor = clip(value, caps.cell_characters), anchors.get(value, "")
        return CellView(text, anchor=anchor, id=bool(DOCUMENT_ID.fullmatch(value)))
    text = number(value)
    exact = (
        repr(value) if isinstance(value, float) and text.replace(",", "").replace("\u2212", "-") != repr(value) else ""
    )
    return CellView(text, number=True, exact=exact)


def _is_numeric(cells: list[Cell]) -> bool:
    present = [cell for cell in cells if cell is not None]
    return bool(present) and all(isinstance(cell, int | float) for cell in present)
