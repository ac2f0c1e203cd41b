"""A Parquet file written in portions, with the same bytes however the rows are portioned."""

from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from ..core import atomic_path

GROUP_ROWS = 20_000


class TableWriter:
    """Collects rows and writes them in row groups of one size; the file appears when the ``with`` block ends well."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.schema = schema
        self._place = atomic_path(path)
        self._writer = pq.ParquetWriter(self._place.__enter__(), schema, compression="zstd")
        self._held: list[pa.Table] = []
        self._rows = 0

    def write(self, table: pa.Table) -> None:
        """Add rows of the writer's schema."""
        while table.num_rows:
            part = table.slice(0, GROUP_ROWS - self._rows)
            table = table.slice(part.num_rows)
            self._held.append(part)
            self._rows += part.num_rows
            if self._rows == GROUP_ROWS:
                self._flush()

    def __enter__(self) -> "TableWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None and self._rows:
            self._flush()
        self._writer.close()
        self._place.__exit__(kind, error, at)

    def _flush(self) -> None:
        table = pa.concat_tables(self._held).combine_chunks()
        self._writer.write_table(table, row_group_size=GROUP_ROWS)
        self._held, self._rows = [], 0
