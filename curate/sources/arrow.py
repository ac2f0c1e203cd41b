"""Arrow IPC: files (Feather, ``.arrow``) and streams, one record batch in memory at a time."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pyarrow as pa

from ...core import InputError
from ..base import SOURCES, Reject, Rejected, Source
from .arrow_rows import Found, numbered, readable_columns, rows_per_batch, table_rows
from .columns import Columns, Modality
from .file_source import FileSource, Rows
from .files import COMPRESSIONS, Advance, InputFile, Paths, find_files

SUFFIXES = (".arrow", ".arrows", ".feather", ".ipc")
_FILE, _OLD_FEATHER = b"ARROW1", b"FEA1"
_STREAM_END = b"\xff\xff\xff\xff\0\0\0\0"


@SOURCES.register("arrow", source="https://arrow.apache.org/docs/format/Columnar.html")
def arrow(
    path: Paths,
    text: str = "text",
    fields: Mapping[str, str] | None = None,
    groups: Sequence[str] = (),
    attributes: Sequence[str] | None = None,
    modality: Modality = "text",
    declared: Mapping[str, str] | None = None,
) -> Source:
    """Arrow IPC files and streams with a column of text, Feather version 2 among them.

    ``path`` is a file, a folder (every .arrow, .arrows, .feather and .ipc in it), a pattern or a URL. Which of the two
    formats a file has is seen from its content. ``text``, ``fields``, ``groups``, ``attributes``, ``modality`` and
    ``declared`` are as in the source jsonl; nested and binary columns are left out. A file that is damaged, cut off or
    without the text column is an error. A row without text or with text that is no UTF-8 is rejected with its number.
    """
    columns = Columns.of(text, fields, groups, attributes, modality, declared)
    files = find_files(path, SUFFIXES)
    for file in files:
        with _batches(file) as (schema, _):
            readable_columns(schema, columns, file.place)

    def read(file: InputFile, reject: Reject, advance: Advance) -> Rows:
        with _batches(file) as (schema, batches):
            for found in _rows(schema, batches, file, columns):
                if isinstance(found, Rejected):
                    reject(found)
                else:
                    yield found
        advance(file.size)

    return FileSource("arrow", files, read, columns.options(), modality)


def _rows(schema: pa.Schema, batches: Iterator[pa.RecordBatch], file: InputFile, columns: Columns) -> Iterator[Found]:
    names = readable_columns(schema, columns, file.place)
    done = 0
    for batch in batches:
        chosen = batch.select(names)
        for column in chosen.columns:
            _check(column)
        rows = rows_per_batch(chosen.nbytes, chosen.num_rows)
        for start in range(0, chosen.num_rows, rows):
            yield from table_rows(chosen.slice(start, rows), columns, numbered(file.name, done + start), file.name)
        done += batch.num_rows


def _check(column: pa.Array) -> None:
    """Offsets and lengths that lead out of the buffers would crash the process; what is no UTF-8 is found later."""
    if pa.types.is_string(column.type):
        column = column.cast(pa.binary())
    elif pa.types.is_large_string(column.type):
        column = column.cast(pa.large_binary())
    elif pa.types.is_string_view(column.type):
        column = column.cast(pa.binary_view())
    column.validate(full=True)


@contextmanager
def _batches(file: InputFile) -> Iterator[tuple[pa.Schema, Iterator[pa.RecordBatch]]]:
    """The schema and the record batches of a file of either format; damage is an :class:`InputError`."""
    with file.open() as raw:
        try:
            _refuse_other(file, raw.read(8))
            raw.seek(0)
            reader = pa.ipc.open_file(raw) if raw.read(6) == _FILE else _stream(file, raw)
            if isinstance(reader, pa.RecordBatchFileReader):
                yield reader.schema, (reader.get_batch(number) for number in range(reader.num_record_batches))
            else:
                yield reader.schema, iter(reader)
        except (pa.ArrowException, OSError, EOFError, MemoryError) as error:
            reason = str(error).split("\n")[0]
            raise InputError(f"{file.place}: not readable Arrow data ({reason}); restore it or take it out") from None


def _stream(file: InputFile, raw: pa.NativeFile) -> pa.RecordBatchStreamReader:
    """A stream that was cut off between two batches looks whole but for its end mark."""
    raw.seek(max(0, raw.size() - len(_STREAM_END)))
    if raw.read() != _STREAM_END:
        raise InputError(
            f"{file.place}: the Arrow stream has no end mark, it may be cut off; write it again and close it"
        )
    raw.seek(0)
    return pa.ipc.open_stream(raw)


def _refuse_other(file: InputFile, start: bytes) -> None:
    if start.startswith(_OLD_FEATHER):
        raise InputError(f"{file.place}: Feather version 1; write it again with pyarrow.feather.write_feather")
    if any(start.startswith(magic) for magic in COMPRESSIONS):
        raise InputError(f"{file.place}: packed as a whole; unpack it first (Arrow packs its own buffers)")
