"""Short redacted pieces of documents with the terms to highlight."""

from collections.abc import Collection

from ...core import Example
from ..privacy import redact
from .term_counts import Mention, TermCounter

WIDTH = 400
MARGIN = 2_000


def snippet(
    name: str,
    text: str,
    counter: TermCounter,
    groups: Collection[tuple[str, str]] | None = None,
    near: int | None = None,
    note: str = "",
    language: str | None = None,
) -> Example:
    """An example of about :data:`WIDTH` characters around the character ``near``, or around the first mention.

    ``groups`` are the (category, group) to highlight, all of them if None; ``language`` is that of the text.
    The text is redacted before it is cut, so that no half of an e-mail address stays.
    """
    if near is None:
        mentions = _of(counter.find(text, language), groups)
        near = mentions[0].start if mentions else 0
    left = max(0, near - MARGIN)
    before, after = redact(text[left:near]), redact(text[left : near + MARGIN])
    centre = min(len(before), len(after))
    low = max(0, min(centre - WIDTH // 2, len(after) - WIDTH))
    high = min(len(after), low + WIDTH)
    head, tail = "…" if left or low else "", "…" if high < len(after) or near + MARGIN < len(text) else ""
    shown = head + after[low:high] + tail
    spans = tuple((found.start, found.end) for found in _of(counter.find(shown, language), groups))
    return Example(name, shown, note, spans, (name,))


def _of(mentions: list[Mention], groups: Collection[tuple[str, str]] | None) -> list[Mention]:
    return [found for found in mentions if groups is None or (found.category, found.group) in groups]
