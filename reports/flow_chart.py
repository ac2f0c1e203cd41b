"""A Sankey drawing of one split: what comes in on the left, where it went on the right, every ribbon to scale."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from .caps import clip
from .numbers import number
from .svg import element, figure, shorten, text

WIDTH, LEFT, RIGHT, NODE = 460.0, 0.0, 190.0, 9.0
BAR, SLOT, GAP, HEAD = 210.0, 19.0, 5.0, 24.0


@dataclass(frozen=True, slots=True)
class Branch:
    """One target: how many go there, and the class that colours it."""

    label: str
    count: int
    kind: str
    note: str = ""


def flow_chart(title: str, source: str, branches: Sequence[Branch]) -> Markup:
    """The drawing; empty where nothing flows."""
    shown = [branch for branch in branches if branch.count > 0]
    whole = sum(branch.count for branch in shown)
    if not whole:
        return Markup("")
    scale = BAR / whole
    height = HEAD + sum(_slot(branch, scale) for branch in shown) + GAP * (len(shown) - 1)
    marks = [text(LEFT, HEAD - 9, source, kind="value")]
    marks.append(element("rect", x=LEFT, y=HEAD, width=NODE, height=BAR, class_="flow-node"))
    start = top = HEAD
    for branch in shown:
        thick = branch.count * scale
        middle = top + _slot(branch, scale) / 2
        marks += _branch(branch, start, thick, middle, whole)
        start += thick
        top += _slot(branch, scale) + GAP
    return figure(WIDTH, max(height, HEAD + BAR) + 4, title, _describe(source, shown), marks)


def _slot(branch: Branch, scale: float) -> float:
    return max(branch.count * scale, SLOT)


def _branch(branch: Branch, start: float, thick: float, middle: float, whole: int) -> list[Markup]:
    end = middle - thick / 2
    bend = LEFT + NODE + (RIGHT - LEFT - NODE) / 2
    ribbon = (
        f"M{LEFT + NODE:g} {start:.2f}C{bend:.1f} {start:.2f} {bend:.1f} {end:.2f} {RIGHT:g} {end:.2f}"
        f"V{end + thick:.2f}C{bend:.1f} {end + thick:.2f} {bend:.1f} {start + thick:.2f} "
        f"{LEFT + NODE:g} {start + thick:.2f}Z"
    )
    percent = 100 * branch.count / whole
    share = f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %" if percent >= 0.1 else "< 0.1 %"
    told = f"{number(branch.count)}"
    title = element("title", f"{clip(branch.label, 120)}: {told} ({share})")
    label = shorten(branch.label, WIDTH - RIGHT - NODE - 8 - 8 * len(told) - 10)
    words = element(
        "text", element("tspan", told, class_="value"), element("tspan", f"  {label}"),
        x=RIGHT + NODE + 8, y=middle + 4.5, class_="label",
    )  # fmt: skip
    return [
        element("path", title, d=ribbon, class_=f"flow-ribbon {branch.kind}"),
        element("rect", x=RIGHT, y=f"{end:.2f}", width=NODE, height=f"{thick:.2f}", class_=f"fill {branch.kind}"),
        words,
    ]


def _describe(source: str, shown: Sequence[Branch]) -> str:
    return f"{source}. " + "; ".join(f"{branch.label[:60]} {number(branch.count)}" for branch in shown) + "."
