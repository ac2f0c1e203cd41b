"""Documents cut into the passages that a detector scores, and the scores put together again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .text_detector import Bools, Floats, TextDetector, checked_scores

Unit = Literal["line", "document"]
LONGEST_LINE = 2_000
LONGEST_DOCUMENT = 100_000
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Passages:
    """Passages of many texts: ``document``, ``start`` and ``end`` (n,) in characters, ``scores`` (n,)."""

    document: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    scores: Floats

    def highest(self, documents: int) -> Floats:
        """The highest score of each document, 0 for one without a passage: (documents,)."""
        found = np.zeros(documents)
        np.maximum.at(found, self.document, self.scores)
        return found


def score_passages(detector: TextDetector, texts: Sequence[str], unit: Unit) -> Passages:
    """Score every passage that may score above 0. ``unit`` is the line, cut at 2,000 characters, or the document.

    A document is read up to 100,000 characters where it is one passage.
    """
    wanted = _candidates(detector, texts)
    spans = [(place, *span) for place in wanted for span in _spans(texts[place], unit)]
    pieces = [texts[place][start:end] for place, start, end in spans]
    scores = [checked_scores(detector, pieces[first : first + CHUNK]) for first in range(0, len(pieces), CHUNK)]
    columns = np.array(spans, np.int64).reshape(-1, 3)
    return Passages(columns[:, 0], columns[:, 1], columns[:, 2], np.concatenate([np.zeros(0), *scores]))


def _candidates(detector: TextDetector, texts: Sequence[str]) -> list[int]:
    may_match = getattr(detector, "may_match", None)
    if may_match is None:
        return list(range(len(texts)))
    found: Bools = np.asarray(may_match(texts), bool)
    return np.flatnonzero(found).tolist()


def _spans(text: str, unit: Unit) -> Iterator[tuple[int, int]]:
    if unit == "document":
        if text.strip():
            yield 0, min(len(text), LONGEST_DOCUMENT)
        return
    start = 0
    for line in text.splitlines(keepends=True):
        stop = start + len(line.rstrip())
        yield from ((low, high) for low, high in _pieces(text, start, stop) if text[low:high].strip())
        start += len(line)


def _pieces(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The line in pieces of at most LONGEST_LINE characters, cut at the last blank where there is one."""
    while stop - start > LONGEST_LINE:
        blank = text.rfind(" ", start + LONGEST_LINE // 2, start + LONGEST_LINE)
        cut = blank + 1 if blank > 0 else start + LONGEST_LINE
        yield start, cut
        start = cut
    if stop > start:
        yield start, stop
