"""A chain of boxes from top to bottom, with what joins from the side: narrow enough for a phone."""

from collections.abc import Sequence

from markupsafe import Markup

from .lineage import SHORT, Node
from .svg import element, figure, line, shorten, text

WIDTH, BOX, SIDE, GUTTER = 460.0, 304.0, 132.0, 24.0
PAD, LINE, GAP = 12.0, 18.0, 22.0


def chain_chart(title: str, nodes: Sequence[Node]) -> Markup:
    """The drawing; empty for an empty chain."""
    marks: list[Markup] = []
    top = 2.0
    for at, node in enumerate(nodes):
        height = _height(node)
        if at:
            marks.append(_arrow(BOX / 2, top - GAP, top))
        marks += _box(node, top, height)
        top += height + GAP
    told = " → ".join(f"{node.kind}: {node.title[:40]}" for node in nodes)
    return figure(WIDTH, max(1.0, top - GAP + 4), title, told, marks) if marks else Markup("")


def _height(node: Node) -> float:
    lines = 2 + len(node.notes) + bool(node.hash)
    return max(PAD * 1.5 + LINE * lines, len(node.inputs) * (2 * LINE + 10) + 4)


def _box(node: Node, top: float, height: float) -> list[Markup]:
    rows = [(node.kind, "tick"), (node.title, "value"), *((note, "tick") for note in node.notes)]
    if node.hash:
        rows.append((node.hash[:SHORT], "hash"))
    full = element("title", f"{node.kind}: {node.title[:120]} {node.hash[:64]}".strip())
    marks = [element("rect", full, x=1, y=top, width=BOX - 2, height=height, rx=9, class_="chain-box")]
    for at, (words, kind) in enumerate(rows):
        marks.append(text(PAD + 2, top + PAD + 8 + LINE * at, shorten(words, BOX - 2 * PAD), kind=kind))
    for at, (label, value) in enumerate(node.inputs):
        marks += _input(label, value, top + 2 + at * (2 * LINE + 10))
    return marks


def _input(label: str, value: str, top: float) -> list[Markup]:
    left, height = BOX + GUTTER, 2 * LINE + 4
    return [
        line(left, top + height / 2, BOX + 7, top + height / 2, "chain-line"),
        _head(BOX, top + height / 2, sideways=True),
        element("rect", element("title", f"{label}: {value[:120]}"), x=left, y=top, width=SIDE - 1, height=height, rx=7,
                class_="chain-side"),
        text(left + 9, top + 15, shorten(label, SIDE - 16), kind="tick"),
        text(left + 9, top + 32, shorten(value, SIDE - 16)),
    ]  # fmt: skip


def _arrow(x: float, start: float, end: float) -> Markup:
    return line(x, start, x, end - 7, "chain-line") + _head(x, end, sideways=False)


def _head(x: float, y: float, *, sideways: bool) -> Markup:
    points = ((x, y), (x + 8, y - 4.5), (x + 8, y + 4.5)) if sideways else ((x, y), (x - 4.5, y - 8), (x + 4.5, y - 8))
    return element("path", d="M" + "L".join(f"{a:g} {b:g}" for a, b in points) + "Z", class_="chain-head")
