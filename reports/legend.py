"""Colours by meaning and the legend of a chart."""

from collections.abc import Sequence

from markupsafe import Markup

from .svg import CHARACTER, element, shorten, text

COLOURS = 8
MEANINGS = {"kept": "kept", "edited": "edited", "removed": "removed", "quarantined": "quarantined"}
ROW = 18


def colour(name: str, index: int) -> str:
    """The class that colours a series: by its meaning (kept, removed, ...) or else by its place."""
    return MEANINGS.get(name.strip().lower(), f"s{index % COLOURS}")


def legend(names: Sequence[str], width: float) -> tuple[Markup, float]:
    """Swatches with names in as many rows as they need, and the height they take; nothing for a single series."""
    if len(names) < 2:
        return Markup(""), 0
    marks, x, y = [], 0.0, 11.0
    for index, name in enumerate(names):
        words = shorten(name, width - 30)
        room = 18 + len(words) * CHARACTER + 14
        if x and x + room > width:
            x, y = 0.0, y + ROW
        marks.append(element("rect", x=x, y=y - 9, width=11, height=11, rx=2, class_=f"fill {colour(name, index)}"))
        marks.append(text(x + 17, y, words))
        x += room
    return Markup("").join(marks), y + 13
