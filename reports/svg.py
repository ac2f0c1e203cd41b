"""SVG elements from Python, escaped; no element carries a style attribute, so a strict policy lets them through."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from .caps import clip
from .hidden import visible

Number = int | float
SHAPES = {"circle", "line", "path", "polygon", "polyline", "rect"}
CHARACTER = 7.0  # mean width of a character at 13 px, generous


def element(tag: str, *children: str, **attributes: str | Number | None) -> Markup:
    """One element. A trailing ``_`` of an attribute is dropped, other ``_`` become ``-``; None leaves it out."""
    written = Markup("").join(
        Markup(' {}="{}"').format(Markup(name.rstrip("_").replace("_", "-")), _value(value))
        for name, value in attributes.items()
        if value is not None
    )
    content = Markup("").join(child if isinstance(child, Markup) else visible(child) for child in children)
    if not children and tag in SHAPES:
        return Markup("<{}{}/>").format(Markup(tag), written)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), written, content)


def figure(width: Number, height: Number, title: str, description: str, children: Iterable[str]) -> Markup:
    """A whole drawing that screen readers announce by title and description; the title stands above it for all."""
    title = clip(title, 120) if title.strip() else "Chart without title"
    return element(
        "svg",
        element("desc", description),
        *children,
        class_="chart",
        role="img",
        aria_label=title,
        viewBox=f"0 0 {_round(width)} {_round(height)}",
    )


def text(x: Number, y: Number, words: str, *, anchor: str = "start", kind: str = "label") -> Markup:
    """A line of text; ``anchor`` is start, middle or end."""
    kinds = [kind] if kind != "label" else []
    kinds += [] if anchor == "start" else [anchor]
    return element("text", words, x=x, y=y, class_=" ".join(kinds) or None)


def line(x1: Number, y1: Number, x2: Number, y2: Number, kind: str) -> Markup:
    """A straight line."""
    return rules([(x1, y1, x2, y2)], kind)


def rules(segments: Sequence[tuple[Number, Number, Number, Number]], kind: str) -> Markup:
    """Straight lines of one kind as one path: a grid in a fifth of the bytes."""
    steps = "".join(_step(*segment) for segment in segments)
    return element("path", d=steps, class_=kind) if steps else Markup("")


def _step(x1: Number, y1: Number, x2: Number, y2: Number) -> str:
    end = f"V{_round(y2)}" if x1 == x2 else f"H{_round(x2)}" if y1 == y2 else f"L{_round(x2)} {_round(y2)}"
    return f"M{_round(x1)} {_round(y1)}{end}"


def shorten(words: str, width: Number) -> str:
    """The text cut to about ``width`` pixels, the end replaced by an ellipsis."""
    words = " ".join(words.split())
    room = max(2, int(width / CHARACTER))
    return words if len(words) <= room else words[: room - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear map from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The pixel of a value; values outside of the domain stay at its border."""
        if not self.high > self.low:
            return (self.start + self.end) / 2
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def _value(value: str | Number) -> str:
    return visible(value) if isinstance(value, str) else _round(value)


def _round(value: Number) -> str:
    return f"{round(value, 1):g}" if abs(value) < 1e5 else f"{value:.0f}"
