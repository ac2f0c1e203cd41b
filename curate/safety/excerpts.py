"""Short redacted pieces of documents, around the place that matters."""

from collections.abc import Sequence

from ...core import Corpus, Example
from ..privacy import redact

WIDTH = 300
MARGIN = 2_000


def excerpt(text: str, start: int = 0, end: int | None = None, width: int = WIDTH) -> str:
    """About ``width`` characters of the text around characters ``start`` to ``end``, redacted before they are cut."""
    stop = min(len(text), start + width if end is None else end)
    low, high = max(0, start - MARGIN), min(len(text), stop + MARGIN)
    before, inside = redact(text[low:start]), redact(text[low:stop])
    whole = redact(text[low:high])
    centre = (len(before) + len(inside)) // 2
    first = max(0, min(centre - width // 2, len(whole) - width))
    last = min(len(whole), first + width)
    head, tail = "…" if first or low else "", "…" if last < len(whole) or high < len(text) else ""
    return head + whole[first:last] + tail


def document_examples(
    corpus: Corpus, places: Sequence[tuple[str, int, int, str]], width: int = WIDTH
) -> tuple[Example, ...]:
    """An example for each (document id, start, end, note) in characters of the document."""
    texts = corpus.documents([name for name, *_ in places])
    return tuple(
        Example(name, excerpt(texts[name]["text"] or "", start, end, width), note, (), (name,))
        for name, start, end, note in places
        if name in texts
    )
