"""The other table that a table is compared with: a data file, a corpus or a run folder, or a part of the same table."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from ...core import MANIFEST, SILENT, Corpus, InputError
from ..base import Rejected
from ..fairness.row_columns import HELD, Column, Columns, columns_from, columns_of


def columns_of_path(path: str) -> Columns:
    """The columns of the table at a path. Raises :class:`InputError` where no table lies there."""
    folder = Path(path)
    for place in (folder / "corpus", folder):
        if (place / MANIFEST).is_file() and any(place.glob("part-*.parquet")):
            corpus = Corpus(place)
            if corpus.modality != "table":
                raise InputError(f"{path}: holds records of kind {corpus.modality!r}, not rows of a table")
            return columns_of(corpus)
    from ..sources import guess_source, read_source

    found = guess_source(folder)
    options = {key: value for key, value in found.items() if key != "source"}
    if found["source"] not in ("arrow", "csv", "datasets", "json", "jsonl", "parquet"):
        raise InputError(f"{path}: a {found['source']} has no rows with columns; give a CSV, JSON or Parquet file")
    source = read_source(found["source"], "reference", **options, modality="table")
    columns = columns_from(_batches(source.batches(_ignore, SILENT)), most=HELD)
    if not columns.rows:
        raise InputError(f"{path}: no row can be read from it; 'headwater audit {path}' says why")
    return columns


def _batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    return (batch.select(["table"]) for batch in batches)


def _ignore(rejected: Rejected) -> None:
    """A row that cannot be read is no row of the reference; an audit of that file tells about it."""


def part_of(columns: Columns, rows: "np.ndarray") -> Columns:
    """Only these rows (a mask) of all columns."""
    found = {name: _cut(column, rows) for name, column in columns.found.items()}
    return Columns(found, int(rows.sum()), columns.beyond)


def _cut(column: Column, rows: "np.ndarray") -> Column:
    return column.cut(rows) if column.values else Column(column.name, column.codes[rows], (), column.types)
