"""Curation as a stream: as wide as the documents that are left, with a branch for what each step took out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ..core import Cell, Table
from .caps import clip
from .numbers import number
from .speaking import say
from .svg import element, figure, shorten, text

WIDTH = 460.0
BANK, STREAM, MOUTH = 138.0, 186.0, 356.0
ROW, HEAD = 40.0, 26.0
BRANCH = 24.0
ROOMY, NARROWEST = 16, 22.0
MOST = 60


@dataclass(frozen=True, slots=True)
class Step:
    """What came into a step and what it took out, in documents."""

    name: str
    documents: float
    taken: float
    edited: float

    @property
    def left(self) -> float:
        """What flows on to the next step."""
        return self.documents - self.taken


def stream_chart(table: Table) -> Markup:
    """The drawing, or an empty Markup for a table that is not one of steps (columns ``step``, ``in``, ``removed``)."""
    steps = stream_steps(table)
    if not steps:
        return Markup("")
    scale = STREAM / steps[0].documents
    row = row_height(len(steps))
    height = HEAD + row * len(steps) + HEAD
    marks = [
        text(BANK, 14, say("drawing.came-in", count=number(steps[0].documents)), kind="value"),
        _bed(steps, scale, row),
    ]
    for index, step in enumerate(steps):
        marks += _step(step, HEAD + row * index, scale, row)
    left = say("drawing.kept", count=number(steps[-1].left))
    marks.append(text(BANK, height - 6, left, kind="value"))
    return figure(WIDTH, height, table.title or say("drawing.stream-title"), _describe(steps), marks)


def row_height(steps: int) -> float:
    """Rows of many steps stand closer, so that the stream stays on one screen as long as it can be read."""
    return ROW if steps <= ROOMY else max(NARROWEST, ROW * ROOMY / steps)


def stream_steps(table: Table) -> tuple[Step, ...]:
    """The steps of such a table; empty for another table, or where its numbers do not flow."""
    columns = {name.strip().lower(): at for at, name in enumerate(table.columns)}
    if not {"step", "in", "removed"} <= set(columns) or not 0 < len(table.rows) <= MOST:
        return ()
    rows = [{name: row[at] for name, at in columns.items()} for row in table.rows]
    if not all(isinstance(row[name], int | float) for row in rows for name in ("in", "removed")):
        return ()
    steps = tuple(_read(row) for row in rows)
    flows = all(0 <= step.taken <= step.documents <= steps[0].documents for step in steps)
    return steps if flows and steps[0].documents > 0 else ()


def _read(row: Mapping[str, Cell]) -> Step:
    taken = _count(row["removed"]) + _count(row.get("quarantined"))
    return Step(number(row["step"]), _count(row["in"]), taken, _count(row.get("edited")))


def _step(step: Step, y: float, scale: float, row: float) -> list[Markup]:
    wide, narrow = BANK + step.documents * scale, BANK + step.left * scale
    marks = [text(0, y + row / 2 + 4, shorten(step.name, BANK - 12))]
    if step.taken:
        title = element("title", f"{clip(step.name, 80)}: {say('drawing.taken-out', count=number(step.taken))}")
        marks.append(element("path", title, d=_branch(narrow, wide, y, row), class_="fill removed"))
        marks.append(text(MOUTH + 8, y + row / 2 + 5, number(-step.taken), kind="value"))
    elif step.edited:
        marks.append(text(MOUTH + 8, y + row / 2 + 5, say("drawing.edited", count=number(step.edited)), kind="tick"))
    return marks


def _bed(steps: Sequence[Step], scale: float, row: float) -> Markup:
    """The stream itself: one shape whose right bank steps in where something leaves it."""
    banks = [f"V{HEAD + row * at:.1f}H{BANK + step.left * scale:.1f}" for at, step in enumerate(steps)]
    foot = HEAD + row * len(steps)
    path = f"M{BANK} {HEAD}H{BANK + steps[0].documents * scale:.1f}{''.join(banks)}V{foot:.1f}H{BANK}Z"
    return element("path", d=path, class_="fill kept stream-bed")


def _branch(narrow: float, wide: float, y: float, row: float) -> str:
    """What leaves the stream at its right bank: as wide as it is there, bending out to the side."""
    thick = min(max(wide - narrow, 1.2), BRANCH, 0.8 * row)
    top, bottom = y + row / 2 - thick / 2, y + row / 2 + thick / 2
    reach = wide + 0.45 * (MOUTH - wide)
    return (
        f"M{min(narrow, wide - 1.2):.1f} {y:.1f}H{wide:.1f}"
        f"C{wide:.1f} {top:.1f} {wide:.1f} {top:.1f} {reach:.1f} {top:.1f}H{MOUTH}"
        f"V{bottom:.1f}H{reach:.1f}C{narrow:.1f} {bottom:.1f} {narrow:.1f} {bottom:.1f} {narrow:.1f} {y:.1f}Z"
    )


def _count(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _describe(steps: Sequence[Step]) -> str:
    taken = [say("drawing.stream-step", step=step.name[:40], count=number(step.taken)) for step in steps if step.taken]
    return say(
        "drawing.stream",
        count=number(steps[0].documents),
        kept=number(steps[-1].left),
        steps="; ".join(taken) or say("drawing.stream-nothing"),
    )
