"""The weights that a step gave the documents of a corpus: the annotations that lie beside it."""

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...core import Corpus, read_parquet

WEIGHT = "weight"


def given_weights(corpus: Corpus) -> NDArray[np.float64] | None:
    """The weight of each document, in corpus order, by the last step that gave any; NaN for documents without one.

    None where no step gave weights, or where the record of curation does not lie beside the corpus.
    """
    folder = corpus.folder.parent / "annotations"
    for path in sorted(folder.glob("*.parquet"), reverse=True) if folder.is_dir() else ():
        rows = read_parquet(path)
        rows = rows.filter(pc.equal(rows.column("label"), WEIGHT))
        if rows.num_rows:
            by_id = dict(zip(rows.column("id").to_pylist(), rows.column("score").to_pylist(), strict=True))
            return np.array([by_id.get(name, np.nan) for name in corpus.ids()], np.float64)
    return None
