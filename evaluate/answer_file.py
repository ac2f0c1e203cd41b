"""Finished answers in a file: rows of JSON Lines or CSV, each with the place it came from; none is lost in silence."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core import SILENT, InputError, Progress, canonical_json, did_you_mean, sha256
from ..curate import SOURCES, Rejected, redact

MOST_ROWS = 1_000_000
KINDS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".tsv": "csv"}
TRUE, FALSE = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no"})


@dataclass(frozen=True, slots=True)
class Row:
    """Values of one row by column, and its place for messages, such as ``answers.jsonl:7``."""

    place: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """All rows of a file."""

    rows: tuple[Row, ...]


def questions_hash(names: Iterable[str]) -> str:
    """Which questions were asked, in any order: what two files of answers must share to be compared."""
    return sha256(canonical_json(sorted(names)))[:8]


def read_answers(path: str, needed: tuple[str, ...] = (), progress: Progress = SILENT) -> AnswerFile:
    """The rows of a .jsonl or .csv file (also .gz, .zst, .bz2).

    Raises :class:`InputError` where it cannot be read, a row is broken, or a column of ``needed`` stands in no row.
    """
    file = Path(path)
    if not file.is_file():
        raise InputError(f"{file.name}: there is no such file of answers; give its path, relative to the config")
    kinds = [KINDS[suffix] for suffix in file.suffixes[-2:] if suffix in KINDS]
    if not kinds:
        raise InputError(
            f"{file.name}: answers are read from .jsonl or .csv, with .gz, .zst or .bz2 after it or without"
        )
    rejected: list[Rejected] = []
    rows: list[Row] = []
    source = SOURCES.get(kinds[0])(str(file), modality="table")
    for batch in source.batches(rejected.append, progress):
        for number, record in enumerate(batch.to_pylist(), len(rows) + 1):
            place = dict(record["attributes"] or ()).get("locator") or f"{file.name}, row {number}"
            rows.append(Row(place, json.loads(record["table"])))
        if len(rows) > MOST_ROWS:
            raise InputError(f"{file.name}: more than {MOST_ROWS:,} rows; give a part of them")
    if rejected:
        first = rejected[0]
        raise InputError(
            f"{first.locator}: {first.rule}: {redact(first.evidence)}; {len(rejected)} row(s) cannot be read, "
            "correct or remove them"
        )
    _check_columns(file.name, rows, needed)
    return AnswerFile(tuple(rows))


def _check_columns(name: str, rows: list[Row], needed: tuple[str, ...]) -> None:
    if not rows:
        raise InputError(f"{name}: holds no rows")
    known = list(dict.fromkeys(column for row in rows for column in row.values))
    for column in needed:
        if column not in known:
            listed = ", ".join(redact(one) for one in known[:20])
            raise InputError(f"{name}: no column {column!r}; {did_you_mean(column, known)}it has {listed}")


def number_of(row: Row, column: str) -> float | None:
    """A finite number; None for an empty cell. Raises :class:`InputError` for anything else."""
    value = row.values.get(column)
    if value is None or empty(value):
        return None
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(value)
        if number - number != 0:
            raise ValueError
    except (TypeError, ValueError):
        raise InputError(f"{row.place}: {column} is no number: {redact(str(value)[:40])!r}") from None
    return number


def truth_of(row: Row, column: str) -> bool | None:
    """True or false, written as 1/0, true/false or yes/no; None for an empty cell."""
    value = row.values.get(column)
    if empty(value):
        return None
    text = str(int(value) if isinstance(value, float) and value in (0.0, 1.0) else value).strip().lower()
    if text not in TRUE | FALSE:
        raise InputError(f"{row.place}: {column} is neither true nor false: {redact(str(value)[:40])!r}")
    return text in TRUE


def nested_of(row: Row, column: str) -> Any:
    """A list or object, which stands in a row as JSON text; None for anything else."""
    value = row.values.get(column)
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, (list, dict)) else None


def empty(value: Any) -> bool:
    """Whether a cell holds nothing."""
    return value is None or (isinstance(value, str) and not value.strip())
