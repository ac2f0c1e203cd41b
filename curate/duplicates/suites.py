"""Evaluation suites: files of items whose text must not stand in a training corpus."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import pyarrow as pa
import pyarrow.parquet as pq

from ...core import SILENT, InputError, UsageError, sha256_file
from ..base import Rejected, Source
from ..sources import csv, text
from ..sources.files import InputFile, find_files, open_input
from ..sources.jsonl import parse_object
from ..sources.lines import LONGEST_LINE, read_lines

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".txt", ".text", ".md")
_DEEPEST = 8
SuitePaths = str | Sequence[str]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a suite: where it stands, and its passages by field. A list of texts is a passage each."""

    suite: str
    name: str
    passages: tuple[tuple[str, str], ...]

    def passages_of(self, fields: Sequence[str]) -> tuple[str, ...]:
        """The passages of the named fields, in order."""
        return tuple(passage for field, passage in self.passages if field in fields)


class Suites(Mapping[str, Any]):
    """Suites by name. As a mapping it gives what the result of a run depends on: file names and their SHA-256."""

    def __init__(self, paths: Mapping[str, SuitePaths]) -> None:
        if not paths:
            raise UsageError("suites: name at least one, as in {my-suite: path/to/items.jsonl}")
        self._paths = dict(paths)

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, name: str) -> list[tuple[str, str]]:
        return [(file.name, sha256_file(file.path)) for file in self._files(name)]

    def items_of(self, name: str) -> list[Item]:
        """Every item of a suite, in the order of its files. A row that cannot be read raises :class:`InputError`."""
        return [item for file in self._files(name) for item in _read(name, file)]

    def _files(self, name: str) -> list[InputFile]:
        given = self._paths[name]
        try:
            return find_files(given if isinstance(given, str) else list(given), SUFFIXES)
        except InputError as error:
            raise InputError(f"suite {name!r}: {error}") from None


def _read(suite: str, file: InputFile) -> Iterator[Item]:
    def refuse(row: Rejected) -> NoReturn:
        raise InputError(
            f"suite {suite!r}: {row.locator}: {row.rule} ({row.evidence}); mend the row: an item that is not read "
            "would count as clean"
        )

    for locator, row in _rows(file, refuse):
        yield Item(suite, locator, tuple(_texts("", row, 0)))


def _rows(file: InputFile, refuse: Callable[[Rejected], NoReturn]) -> Iterator[tuple[str, Any]]:
    """Each row with its place in the file."""
    match file.suffix:
        case ".jsonl" | ".ndjson" | ".json":
            yield from _json_lines(file, refuse)
        case ".csv" | ".tsv":
            yield from _records(csv(file.path, modality="table"), refuse)
        case ".txt" | ".text" | ".md":
            yield from _records(text(file.path, split="line"), refuse)
        case ".parquet":
            yield from _parquet(file)
        case _:
            raise InputError(f"{file.path}: a suite is JSON Lines, CSV, TSV, Parquet or text, not {file.suffix!r}")


def _json_lines(file: InputFile, refuse: Callable[[Rejected], NoReturn]) -> Iterator[tuple[str, Any]]:
    with open_input(file) as chunks:
        for line in read_lines(chunks, LONGEST_LINE):
            if line.content.strip() or not line.whole:
                locator = f"{file.name}:{line.number}"
                found = parse_object(line, LONGEST_LINE, locator, file.name)
                if isinstance(found, Rejected):
                    refuse(found)
                yield locator, found


def _records(source: Source, refuse: Callable[[Rejected], NoReturn]) -> Iterator[tuple[str, Any]]:
    for batch in source.batches(refuse, SILENT):
        for row in batch.to_pylist():
            content = json.loads(row["table"]) if "table" in row else {"text": row["text"]}
            yield dict(row["attributes"])["locator"], content


def _parquet(file: InputFile) -> Iterator[tuple[str, Any]]:
    try:
        with pq.ParquetFile(file.path) as opened:
            rows = (row for batch in opened.iter_batches(1000) for row in batch.to_pylist())
            for number, row in enumerate(rows, 1):
                yield f"{file.name}:{number}", row
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{file.path}: not a readable Parquet file ({error}); restore it from a copy") from None


def _texts(field: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Every text in a value, under the name of the outermost key that leads to it."""
    if isinstance(value, str):
        yield field, value
    elif depth < _DEEPEST and isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _texts(field or str(key), entry, depth + 1)
    elif depth < _DEEPEST and isinstance(value, list):
        for entry in value:
            yield from _texts(field, entry, depth + 1)
