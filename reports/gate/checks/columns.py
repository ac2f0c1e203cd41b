"""Some columns of a corpus, read batch by batch."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def batches(folder: Path, columns: Sequence[str], rows: int = 20_000) -> Iterator[pa.RecordBatch]:
    """The named columns of every part of a corpus folder, in order; only they are read."""
    for path in sorted(folder.glob("part-*.parquet")):
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(rows, columns=list(columns))
