"""The documents and sentences behind a number about sentences, most of them first."""

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...core import Corpus, Example
from .snippets import snippet
from .term_counts import TermCounter
from .text_block import Ints
from .text_field import TEXT, text_of

DOCUMENTS, EXAMPLES = 50, 5


class Located(Protocol):
    """Sentences of which ``document`` (n,) and the byte ``offset`` (n,) in it are known."""

    @property
    def document(self) -> Ints:
        """Index of the document of each sentence."""

    @property
    def offset(self) -> Ints:
        """Byte in the document at which the first mention of the sentence stands."""


def documents_of(
    sentences: Located, rows: Ints, ids: Sequence[str], weights: NDArray[np.float64] | None = None
) -> list[str]:
    """Ids of the documents of these ``rows``, by the number (or the sum of the ``weights``) of their sentences."""
    numbers, place = np.unique(sentences.document[rows], return_inverse=True)
    totals = np.bincount(place, weights, len(numbers))
    return [ids[i] for i in numbers[np.argsort(-totals, kind="stable")][:DOCUMENTS]]


def examples_of(
    corpus: Corpus,
    sentences: Located,
    rows: Ints,
    ids: Sequence[str],
    terms: TermCounter,
    highlighted: Collection[tuple[str, str]],
    note: str,
    field: str = TEXT,
) -> Iterator[Example]:
    """Five redacted sentences: the first of each document in the order of ``rows``."""
    _, first = np.unique(sentences.document[rows], return_index=True)
    chosen = rows[np.sort(first)][:EXAMPLES]
    names = [ids[number] for number in sentences.document[chosen]]
    found = corpus.documents(names)
    for row, name in zip(chosen, names, strict=True):
        text = text_of(found[name], field)
        near = len(text.encode("utf-8", "replace")[: int(sentences.offset[row])].decode("utf-8", "ignore"))
        yield snippet(name, text, terms, highlighted, near, note, found[name]["language"])
