"""Highlighted passages: cut a long text around what matters, and find the same passage in another text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from markupsafe import Markup, escape

from .hidden import visible

Spans = tuple[tuple[int, int], ...]
COMPARED = 1_500
SHORTEST = 16


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a text with its highlighted spans. ``before`` and ``after`` count the characters left out."""

    text: str
    spans: Spans
    before: int = 0
    after: int = 0

    @property
    def html(self) -> Markup:
        """The text with ``<mark>`` around each span and hidden characters made visible."""
        parts, at = [], 0
        for start, end in self.spans:
            parts += [escape(visible(self.text[at:start]))]
            parts += [Markup("<mark>{}</mark>").format(visible(self.text[start:end]))]
            at = end
        return Markup("").join([*parts, escape(visible(self.text[at:]))])


def passage(text: str, spans: Sequence[tuple[int, int]], limit: int) -> Passage:
    """At most ``limit`` characters of ``text``, the first span among them; spans are clipped, sorted and merged."""
    tidy = tidy_spans(spans, len(text))
    if len(text) <= limit:
        return Passage(text, tidy)
    start = max(0, min((tidy[0][0] if tidy else 0) - limit // 6, len(text) - limit))
    end = start + limit
    inside = tidy_spans([(max(a, start) - start, min(b, end) - start) for a, b in tidy], limit)
    return Passage(text[start:end], inside, start, len(text) - end)


def tidy_spans(spans: Sequence[tuple[int, int]], length: int) -> Spans:
    """Spans within [0, length], ascending, overlapping ones merged, empty ones dropped."""
    clipped = sorted((max(0, start), min(end, length)) for start, end in spans)
    merged: list[tuple[int, int]] = []
    for start, end in clipped:
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def find_passages(wanted: Sequence[str], text: str) -> Spans:
    """Where the wanted passages stand in ``text``: word for word, else with other white space, else the longest part.

    Only parts of at least 16 characters count in the last case; passages that are nowhere give no span.
    """
    return tidy_spans([span for words in wanted for span in _find(words, text)], len(text))


def _find(wanted: str, text: str) -> list[tuple[int, int]]:
    if not wanted.strip():
        return []
    at = text.find(wanted)
    if at >= 0:
        return [(at, at + len(wanted))]
    words = wanted[:COMPARED].split()
    match = re.search(r"\s+".join(re.escape(word) for word in words), text)
    return [match.span()] if match else _longest_part(wanted[:COMPARED], text[:COMPARED])


def _longest_part(wanted: str, text: str) -> list[tuple[int, int]]:
    block = SequenceMatcher(None, wanted, text, autojunk=False).find_longest_match()
    return [(block.b, block.b + block.size)] if block.size >= SHORTEST else []
