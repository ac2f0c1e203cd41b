"""The documents that a calibration looks at: a simple random sample of a stream, and what was measured on it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..core import UNKNOWN, derive_seed
from .filters.sample import draw
from .filters.text_types import TYPES, text_types
from .filters.thresholds import MeasuredStep

EXCERPT = 600


@dataclass
class _Portion:
    """Rows of the sample: their places in the draw, labels and beginnings, and the measures of each step (NaN where a
    step does not judge the row).
    """

    places: np.ndarray
    table: pa.Table
    measures: list[np.ndarray]

    def take(self, rows: np.ndarray) -> "_Portion":
        return _Portion(self.places[rows], self.table.take(rows), [values[rows] for values in self.measures])


class CalibrationSample:
    """The ``size`` documents that come first in a draw by a keyed hash of their ids: any order and any batches of the
    source give the same sample. Memory: the sample.
    """

    def __init__(self, steps: Sequence[tuple[int, MeasuredStep]], size: int, seed: int) -> None:
        self.steps = list(steps)
        self.size, self.seed = size, derive_seed(seed, "calibrate")
        self.seen = 0
        self._limit = 1.0
        self._portions: list[_Portion] = []

    def choose(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows that may still be among the first of the draw."""
        self.seen += batch.num_rows
        places = draw(batch.column("id").to_pylist(), self.seed)
        return batch.filter(pa.array(places <= self._limit))

    def add(self, batch: pa.RecordBatch, views: Sequence[pa.RecordBatch]) -> None:
        """Measure chosen rows; ``views`` are the same rows as each step sees them."""
        if not batch.num_rows:
            return
        measures = []
        for (_, step), view in zip(self.steps, views, strict=True):
            rows, found = step.measure(view)
            values = np.full((batch.num_rows, found.shape[1]), np.nan)
            values[rows] = found
            measures.append(values)
        places = draw(batch.column("id").to_pylist(), self.seed)
        self._portions.append(_Portion(places, _labels(batch, views[-1]), measures))
        if sum(portion.places.size for portion in self._portions) > 2 * self.size:
            self._prune()

    def _prune(self) -> None:
        merged = _merged(self._portions)
        order = np.lexsort((np.asarray(merged.table.column("id").to_pylist()), merged.places))[: self.size]
        self._portions = [merged.take(order)]
        self._limit = float(merged.places[order].max()) if order.size == self.size else 1.0

    def finish(self) -> tuple[pa.Table, list[np.ndarray]]:
        """Labels (``id source language text_type excerpt``) and measures of the sample, in the order of the draw."""
        self._prune()
        (portion,) = self._portions
        return portion.table, portion.measures


def _labels(batch: pa.RecordBatch, last: pa.RecordBatch) -> pa.Table:
    types = [TYPES[place] for place in text_types(batch.column("text").fill_null("")).tolist()]
    return pa.table(
        {
            "id": batch.column("id"),
            "source": batch.column("source").fill_null(UNKNOWN),
            "language": last.column("language").fill_null(UNKNOWN),
            "text_type": pa.array(types, pa.string()),
            "excerpt": pc.utf8_slice_codeunits(batch.column("text").fill_null(""), 0, EXCERPT),
        }
    )


def _merged(portions: Sequence[_Portion]) -> _Portion:
    return _Portion(
        np.concatenate([portion.places for portion in portions]),
        pa.concat_tables([portion.table for portion in portions]).combine_chunks(),
        [np.concatenate(values) for values in zip(*(portion.measures for portion in portions), strict=True)],
    )
