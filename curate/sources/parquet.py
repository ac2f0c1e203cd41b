"""Parquet files, streamed: one slice of a row group in memory at a time."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.parquet as pq

from ...core import InputError
from ..base import SOURCES, Reject, Rejected, Source
from .arrow_rows import Found, numbered, readable_columns, rows_per_batch, table_rows
from .columns import Columns, Modality
from .file_source import FileSource, Rows
from .files import Advance, InputFile, Paths, find_files

SUFFIXES = (".parquet", ".pq")


@SOURCES.register("parquet", source="https://parquet.apache.org")
def parquet(
    path: Paths,
    text: str = "text",
    fields: Mapping[str, str] | None = None,
    groups: Sequence[str] = (),
    attributes: Sequence[str] | None = None,
    modality: Modality = "text",
    declared: Mapping[str, str] | None = None,
) -> Source:
    """Parquet files with a column of text.

    ``path`` is a file, a folder (every .parquet and .pq in it) or a pattern. ``text``, ``fields``, ``groups`` and
    ``attributes`` name columns as in the source jsonl; nested and binary columns are left out. A file without the text
    column, or one that is no Parquet, is an error before anything is read. A row without text or with text that is no
    UTF-8 is rejected with its number.
    """
    columns = Columns.of(text, fields, groups, attributes, modality, declared)
    files = find_files(path, SUFFIXES)
    for file in files:
        with _opened(file) as opened:
            readable_columns(opened.schema_arrow, columns, file.place)

    def read(file: InputFile, reject: Reject, advance: Advance) -> Rows:
        with _opened(file) as opened:
            for found in _rows(opened, file, columns):
                if isinstance(found, Rejected):
                    reject(found)
                else:
                    yield found
        advance(file.size)

    return FileSource("parquet", files, read, columns.options(), modality)


def _rows(opened: pq.ParquetFile, file: InputFile, columns: Columns) -> Iterator[Found]:
    metadata = opened.metadata
    names = readable_columns(opened.schema_arrow, columns, file.place)
    size = sum(metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups))
    done = 0
    for batch in opened.iter_batches(rows_per_batch(size, metadata.num_rows), columns=names, use_threads=False):
        yield from table_rows(batch, columns, numbered(file.name, done), file.name)
        done += batch.num_rows


@contextmanager
def _opened(file: InputFile) -> Iterator[pq.ParquetFile]:
    try:
        with file.open() as raw, pq.ParquetFile(raw, buffer_size=1 << 20, page_checksum_verification=True) as opened:
            yield opened
    except (pa.ArrowException, OSError) as error:
        reason = str(error).split("\n")[0]
        raise InputError(f"{file.place}: not a readable Parquet file ({reason}); restore it or take it out") from None
