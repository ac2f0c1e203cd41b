"""Which documents of a corpus are trained on, and which are held out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ..core import Corpus, EmptyCorpus, Recipe, generator, held_out


@dataclass(frozen=True)
class Selection:
    """Rows of the corpus to train on, ascending, and the ids that are held out."""

    rows: np.ndarray
    ids: list[str]
    held_out: list[str]


def select_documents(corpus: Corpus, recipe: Recipe) -> Selection:
    """Documents that are not held out, at most ``recipe.documents`` of them, drawn by the seed."""
    ids = corpus.ids()
    held = held_out(ids, recipe.held_out, recipe.seed)
    rows = np.flatnonzero(~held)
    if recipe.documents is not None:
        rows = np.sort(generator(recipe.seed, "documents").permutation(rows)[: recipe.documents])
    if not len(rows):
        raise EmptyCorpus(
            f"{corpus.folder}: all {len(ids)} documents are held out; lower model.held_out, or give more documents"
        )
    return Selection(rows, [ids[row] for row in rows], [ids[row] for row in np.flatnonzero(held)])


def read_rows(corpus: Corpus, rows: np.ndarray, column: str) -> Iterator[list[Any]]:
    """The values of one column in these rows (ascending), batch by batch."""
    start = 0
    for batch in corpus.batches([column]):
        low, high = np.searchsorted(rows, [start, start + batch.num_rows])
        yield batch.column(0).take(pa.array(rows[low:high] - start)).to_pylist()
        start += batch.num_rows
