"""The documents and sentences behind a number about sentences, most of them first."""

from collections.abc import Collection, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ...core import Corpus, Example
from .sentences import Sentences
from .snippets import snippet
from .term_counts import TermCounter
from .text_block import Ints
from .text_field import TEXT, text_of

DOCUMENTS, EXAMPLES = 50, 5


def documents_of(
    sentences: Sentences, rows: Ints, ids: Sequence[str], weights: NDArray[np.float64] | None = None
) -> list[str]:
    """Ids of the documents of these ``rows``, by the number (or the sum of the ``weights``) of their sentences."""
    numbers, place = np.unique(sentences.document[rows], return_inverse=True)
    totals = np.bincount(place, weights, len(numbers))
    return [ids[i] for i in numbers[np.argsort(-totals, kind="stable")][:DOCUMENTS]]


def examples_of(
    corpus: Corpus,
    sentences: Sentences,
    rows: Ints,
    ids: Sequence[str],
    terms: TermCounter,
    highlighted: Collection[tuple[str, str]],
    note: str,
    field: str = TEXT,
) -> Iterator[Example]:
    """Five redacted sentences of ``rows``, in their order and one of each document."""
    _, first = np.unique(sentences.document[rows], return_index=True)
    chosen = rows[np.sort(first)][:EXAMPLES]
    names = [ids[number] for number in sentences.document[chosen]]
    found = corpus.documents(names)
    for row, name in zip(chosen, names, strict=True):
        text = text_of(found[name], field)
        near = len(text.encode("utf-8", "replace")[: int(sentences.offset[row])].decode("utf-8", "ignore"))
        yield snippet(name, text, terms, highlighted, near, note, found[name]["language"])
