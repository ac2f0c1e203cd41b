"""The last look: does anything of what was erased still stand in a folder?"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ...core import IntegrityError, Progress
from .erasure_list import ErasureList
from .rows import cells, free_columns
from .words import Strings, words_of

_ID = re.compile(r"[0-9a-f]{16}-[0-9a-f]{8}")
_BLOCK, _OVERLAP = 1 << 24, 64


@dataclass(frozen=True, slots=True)
class Remnant:
    """One thing that should not be there: the file (relative), and what it holds."""

    file: str
    what: str


def remnants(
    folder: Path, ids: frozenset[str], strings: Strings, known: ErasureList, skip: frozenset[str], progress: Progress
) -> Iterator[Remnant]:
    """Every remnant of these documents and strings in the files of a folder, at most one of each kind a file.

    All bytes of every file are searched for the ids; of Parquet files also every row and the statistics in the footer,
    of rows with content also whatever the list names. Files in ``skip`` are headwater's own words: only ids count.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with progress.task("verify the release", len(files)) as task:
        for path in files:
            name = path.relative_to(folder).as_posix()
            found = {"id"} if _holds_id(path, ids) else set[str]()
            if path.suffix == ".parquet":
                found |= _in_table(path, ids, strings, known)
            elif name not in skip and len(strings) and strings.found(words_of(_text(path))):
                found.add("string")
            yield from (Remnant(name, what) for what in sorted(found))
            task.advance()


def ids_in(text: str) -> frozenset[str]:
    """Everything in a text that looks like a document id."""
    return frozenset(_ID.findall(text))


def strings_in(value: Any) -> Iterator[str]:
    """Every string in a JSON value, keys left out."""
    stack = [value]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            yield top
        elif isinstance(top, dict):
            stack += top.values()
        elif isinstance(top, list):
            stack += top


def read_strings(path: Path) -> list[str]:
    """Every string of a JSON file; a broken file counts as one long string."""
    content = _text(path)
    try:
        return list(strings_in(json.loads(content)))
    except (ValueError, RecursionError):
        return [content]


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def _holds_id(path: Path, ids: frozenset[str]) -> bool:
    before = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if not ids.isdisjoint(ids_in((before + block).decode("latin-1"))):
                return True
            before = block[-_OVERLAP:]
    return False


def _in_table(path: Path, ids: frozenset[str], strings: Strings, known: ErasureList) -> set[str]:
    found: set[str] = set()
    try:
        with pq.ParquetFile(path) as file:
            statistics = list(_statistics(file))
            if any(strings.found(words_of(text)) for text in statistics):
                found.add("string in the footer")
            for rows in file.iter_batches(2_000):
                found |= _in_rows(rows, ids, strings, known)
    except pa.ArrowInvalid as error:
        raise IntegrityError(f"{path}: not a readable Parquet file ({error})") from None
    return found


def _in_rows(rows: pa.RecordBatch, ids: frozenset[str], strings: Strings, known: ErasureList) -> set[str]:
    found: set[str] = set()
    if any(text in ids or not ids.isdisjoint(ids_in(text)) for _, text in cells(rows)):
        found.add("id")
    if len(strings) and any(strings.found(words_of(text)) for _, text in cells(rows, free_columns(rows))):
        found.add("string")
    if {"text", "table", "image"}.intersection(rows.schema.names) and "attributes" in rows.schema.names:
        found |= {hit.rule for hit in known.hits(rows)}
    return found


def _statistics(file: pq.ParquetFile) -> Iterator[str]:
    """Least and greatest strings of each column chunk, which stand in the footer uncompressed."""
    for group in range(file.metadata.num_row_groups):
        for place in range(file.metadata.num_columns):
            column = file.metadata.row_group(group).column(place)
            if column.path_in_schema in ("step", "action", "rule", "label") or not column.is_stats_set:
                continue
            values = (column.statistics.min, column.statistics.max) if column.statistics.has_min_max else ()
            yield from (value for value in values if isinstance(value, str))
