"""Texts as people may see them: redacted first, spans moved with the text, cut to what can be read."""

from collections.abc import Sequence

from ..core import Example
from .privacy import redact_spans

Spans = tuple[tuple[int, int], ...]
MARGIN = 2_000
"""Characters kept on both sides of a span before redaction, so that no value is cut in half and missed."""


def redacted(text: str, spans: Sequence[tuple[int, int]] = ()) -> tuple[str, Spans]:
    """The redacted text, and ``spans`` of the text moved to it; a span that ends inside a replaced value covers it."""
    safe, replaced = redact_spans(text)
    if not replaced:
        return text, tuple((int(start), int(end)) for start, end in spans)
    # a later round of redaction may replace a stretch that holds an earlier one
    pieces = _pieces(text, safe, _merged([(span.start, span.end) for span in replaced]))
    moved = ((_move(start, pieces, 2), _move(end, pieces, 3)) for start, end in spans)
    return safe, tuple((start, end) for start, end in moved if start < end)


def excerpt(text: str, start: int = 0, end: int = 0, width: int = 600) -> tuple[str, Spans]:
    """At most ``width`` redacted characters of ``text`` around [start, end), and where that range is in them.

    What is left out is marked by an ellipsis, which comes on top of ``width``.
    """
    left, right = max(0, start - MARGIN), min(len(text), min(end, start + width) + width + MARGIN)
    safe, spans = redacted(text[left:right], [(start - left, min(end, right) - left)])
    first, last = spans[0] if spans else (min(start - left, len(safe)),) * 2
    low = max(0, first - max(0, width - (last - first)) // 2)
    high = min(len(safe), low + width)
    low = max(0, high - width)
    head = "…" if left + low else ""
    tail = "…" if right < len(text) or high < len(safe) else ""
    shown = tuple((max(a, low) - low + len(head), min(b, high) - low + len(head)) for a, b in spans)
    return head + safe[low:high] + tail, shown


def example(
    name: str, text: str, spans: Sequence[tuple[int, int]] = (), note: str = "", document_ids: Sequence[str] = ()
) -> Example:
    """An :class:`Example` of a sample's text with the ranges to highlight (overlapping ones as one), redacted."""
    safe, moved = redacted(text, _merged(spans))
    return Example(name, safe, note, moved, tuple(dict.fromkeys(document_ids)))


def _merged(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Overlapping ranges as one, in order."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _pieces(text: str, safe: str, replaced: Sequence[tuple[int, int]]) -> list[tuple[int, int, int, int, bool]]:
    """Stretches of the old and the new text side by side: (old start, old end, new start, new end, unchanged)."""
    pieces: list[tuple[int, int, int, int, bool]] = []
    old = new = 0
    for start, end in replaced:
        gap = start - old
        placeholder = safe.find("]", new + gap) + 1 or len(safe)
        pieces += [(old, start, new, new + gap, True), (start, end, new + gap, placeholder, False)]
        old, new = end, placeholder
    return [*pieces, (old, len(text), new, len(safe), True)]


def _move(place: int, pieces: Sequence[tuple[int, int, int, int, bool]], edge: int) -> int:
    """A position of the old text in the new one. ``edge``: 2 takes a replaced value's beginning, 3 its end."""
    for piece in pieces:
        low, high, new_low, _, unchanged = piece
        if low <= place < high if edge == 2 else low < place <= high:
            return new_low + place - low if unchanged else piece[edge]
    return pieces[-1][3] if place else 0
