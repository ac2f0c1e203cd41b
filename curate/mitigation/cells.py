"""The cell that each document falls in: its values in one or several columns, in a corpus of any kind."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import Corpus, Progress, UsageError, did_you_mean
from ..filters.sample import draw
from ..privacy import redact

FIELDS = ("source", "url", "licence", "collected", "language")
LONGEST_VALUE = 1_000
LONGEST_SHOWN = 80
Cell = tuple[str, ...]
Coded = tuple[list[Cell], np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Cells:
    """``names``: the cells, in the order in which they appear. ``codes``: int32 of shape (documents,), the place of
    each document's cell in ``names``, -1 where a column has no value. ``places``: float64 of shape (documents,) in
    [0, 1), the place in the draw.
    """

    names: list[Cell]
    codes: np.ndarray
    places: np.ndarray

    def sizes(self) -> np.ndarray:
        """Documents of each cell: int64 of shape (cells,)."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))

    def ranks(self) -> np.ndarray:
        """The rank of each document in the draw of its cell, from 1: int64 of shape (documents,)."""
        order = np.lexsort((self.places, self.codes))
        ordered = self.codes[order]
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order)) - np.searchsorted(ordered, ordered) + 1
        return ranks

    def without_value(self) -> int:
        """Documents that have no value in one of the columns."""
        return int((self.codes < 0).sum())


def read_cells(corpus: Corpus, columns: Sequence[str], step: str, seed: int, most: int, progress: Progress) -> Cells:
    """The cell and the place in the draw of each document; at most ``most`` cells.

    Memory: 12 bytes a document, and the names of the cells. Raises :class:`UsageError` where a column has no value
    anywhere, or where there are more cells.
    """
    codes: dict[Cell, int] = {}
    parts, places = [np.zeros(0, np.int32)], [np.zeros(0)]
    needed = ["id", *FIELDS, "groups", "attributes", *(["table"] if corpus.modality == "table" else [])]
    with progress.task(step, len(corpus)) as task:
        for names, found, drawn in corpus.map(partial(_coded, tuple(columns), seed), needed):
            known = np.array([codes.setdefault(name, len(codes)) for name in names] + [-1], np.int32)
            if len(codes) > most:
                listed = " and ".join(repr(redact(column)) for column in columns)
                raise UsageError(f"{step}: {listed} has more than {most:,} values; name a column that forms groups")
            parts.append(known[found])
            places.append(drawn)
            task.advance(len(found))
    if not codes and len(corpus):
        raise UsageError(_nothing(corpus, columns, step))
    return Cells(list(codes), np.concatenate(parts), np.concatenate(places))


def column_values(batch: pa.RecordBatch, columns: Sequence[str]) -> list[list[str | None]]:
    """The values of the documents in each column: a provenance field, else a group, an attribute, a table's column.

    Empty values and those of more than 1,000 characters are None.
    """
    rows = None
    found = []
    for column in columns:
        if column in FIELDS:
            values = batch.column(column).to_pylist()
        else:
            maps = (pc.map_lookup(batch.column(name), column, "first") for name in ("groups", "attributes"))
            values = pc.coalesce(*maps).to_pylist()
        if column not in FIELDS and "table" in batch.schema.names and None in values:
            rows = _rows(batch) if rows is None else rows
            values = [row.get(column) if value is None else value for value, row in zip(values, rows, strict=True)]
        found.append([_as_name(value) for value in values])
    return found


def shown(values: Iterable[str]) -> str:
    """Values as one redacted name of at most 80 characters: ``Female & Black``."""
    return " ".join(redact(" & ".join(values)).split())[:LONGEST_SHOWN]


def counted(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Tallies; names that look alike once they are redacted are added up."""
    found: Counter[str] = Counter()
    for name, amount in amounts:
        found[name] += amount
    return dict(found)


def entries(tallies: Mapping[str, int], kind: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """The tallies ``kind<tab>name<tab>...``: largest first, ties by name."""
    found = ((tuple(key.split("\t")[1:]), amount) for key, amount in tallies.items() if key.startswith(f"{kind}\t"))
    yield from sorted(found, key=lambda entry: (-entry[1], entry[0]))


def _coded(columns: tuple[str, ...], seed: int, batch: pa.RecordBatch) -> Coded:
    """Distinct cells of a batch, the code of each document among them (-1: none), and the places in the draw."""
    codes: dict[Cell, int] = {}
    found = np.full(batch.num_rows, -1, np.int32)
    for row, values in enumerate(zip(*column_values(batch, columns), strict=True)):
        if None not in values:
            found[row] = codes.setdefault(values, len(codes))
    return list(codes), found, draw(batch.column("id").to_pylist(), seed)


def _rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    return [_row(content) for content in batch.column("table").to_pylist()]


def _row(content: str | None) -> dict[str, Any]:
    try:
        row = json.loads(content or "{}")
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}


def _as_name(value: Any) -> str | None:
    if value is None or isinstance(value, (dict, list)):
        return None
    name = str(value).lower() if isinstance(value, bool) else str(value)
    return (name.strip() or None) if len(name) <= LONGEST_VALUE else None


def _nothing(corpus: Corpus, columns: Sequence[str], step: str) -> str:
    """Why there is no cell: the first column without a value, with the nearest right name."""
    known: set[str] = set(FIELDS)
    for batch in corpus.batches(rows=200):
        for name in ("groups", "attributes"):
            known |= {key for pairs in batch.column(name).to_pylist() for key, _ in pairs or ()}
        known |= {key for row in (_rows(batch) if corpus.modality == "table" else ()) for key in row}
        found = column_values(batch, columns)
        break
    missing = [column for column, values in zip(columns, found, strict=True) if not any(values)] or list(columns)
    listed = redact(", ".join(sorted(known)[:20]))
    column = redact(missing[0])[:LONGEST_SHOWN]
    together = " together" if len(columns) > 1 and len(missing) == len(columns) else ""
    return (
        f"{step}: no document has a value in column {column!r}{together}; {did_you_mean(missing[0], sorted(known))}"
        f"the first documents have {listed}"
    )
