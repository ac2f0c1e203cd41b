"""What an association would be without the documents of one source: the slice that carries it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import UNKNOWN
from ..privacy import redact
from .association_tests import log_odds_ratio
from .sentences import Sentences

MOST = 12
LEAST = 0.1
"""The smallest change of the log-odds that is told."""


@dataclass(frozen=True, slots=True)
class SourceEffect:
    """The odds ratio of a pair in the whole corpus and without one source."""

    source: str
    odds: float
    without: float

    @property
    def carries(self) -> float:
        """By how much the tie's logarithm would be nearer to 0 without the source, and beyond it where it turns.

        Below 0: the source works against the tie.
        """
        return math.copysign(1.0, math.log(self.odds)) * math.log(self.odds / self.without)

    def told(self) -> str:
        """As a sentence, with a space before it; empty where the source adds next to nothing."""
        shown = f" Without the source {redact(self.source)!r} the corpus's odds ratio would be {self.without:.2f}."
        return shown if self.carries >= LEAST else ""


def source_effects(
    sentences: Sentences, pair: tuple[int, int], columns: Sequence[int], sources: Sequence[str | None]
) -> list[SourceEffect]:
    """The effect of leaving out each of the sources that hold the pair most, that which carries most of the tie first.

    ``pair`` is the columns of group and attribute, ``columns`` those of all groups of the category, ``sources`` those
    of the documents. None where one source is all there is.
    """
    group, attribute = pair
    named = np.array([source or UNKNOWN for source in sources], object).astype(str)[sentences.document]
    inside = np.flatnonzero(sentences.identity[:, list(columns)].any(1))
    together = sentences.identity[:, group] & sentences.attribute[:, attribute]
    names, counts = np.unique(named[together], return_counts=True)
    whole = _odds(sentences, inside, group, attribute)
    found = []
    for source in names[np.lexsort((names, -counts))][:MOST].tolist():
        rest = inside[named[inside] != source]
        if len(rest):
            found.append(SourceEffect(source, whole, _odds(sentences, rest, group, attribute)))
    return sorted(found, key=lambda one: (-one.carries, one.source))


def first_of_source(
    counts: NDArray[np.float64], sources: Sequence[str | None], effects: Sequence[SourceEffect]
) -> NDArray[np.float64]:
    """``counts`` (documents,) raised for documents of the source that carries most, so that these come first."""
    if not effects or effects[0].carries < LEAST:
        return counts
    own = np.array([(source or UNKNOWN) == effects[0].source for source in sources])
    return np.asarray(np.where(counts > 0, counts + own * (counts.max(initial=0) + 1), 0.0))


def _odds(sentences: Sentences, rows: NDArray[np.int64], group: int, attribute: int) -> float:
    label, held = sentences.identity[rows, group], sentences.attribute[rows, attribute]
    return math.exp(log_odds_ratio(label, held, sentences.document[rows])[0])
