"""Columns of a corpus as small integers: of a table's rows, or of the groups and attributes of texts and images."""

import json
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...core import Corpus

LONGEST_VALUE = 1_000


@dataclass(frozen=True)
class Column:
    """One column: ``codes`` (rows,) index ``values``; -1 stands for a missing value."""

    name: str
    codes: NDArray[np.int32]
    values: tuple[str, ...]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether each row has a value."""
        return np.asarray(self.codes >= 0)

    def ranked(self) -> "Column":
        """The same with values in alphabetical order, so that nothing depends on the order of rows."""
        order = sorted(range(len(self.values)), key=self.values.__getitem__)
        rank = np.full(len(order) + 1, -1, np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        return Column(self.name, rank[self.codes], tuple(self.values[index] for index in order))

    def cut(self, rows: NDArray[np.bool_]) -> "Column":
        """Only these rows; values that they do not have go."""
        used, codes = np.unique(self.codes[rows], return_inverse=True)
        missing = int(len(used) > 0 and used[0] == -1)
        values = tuple(self.values[index] for index in used[missing:])
        return Column(self.name, (codes - missing).astype(np.int32), values)


def read_columns(corpus: Corpus, names: Sequence[str] | None = None, most: int = 1_000) -> dict[str, Column]:
    """The columns with these names, or all of them (at most the first ``most``), in their order in the corpus.

    A table's values come from its rows, others from ``groups`` and then ``attributes``. Numbers and true/false become
    text, blank text is missing, and of a long value the first 1,000 characters count. A name that no row has is absent.
    """
    found: dict[str, _Growing] = {name: _Growing() for name in names or ()}
    rows = 0
    for batch in corpus.batches(["table"] if corpus.modality == "table" else ["groups", "attributes"]):
        for row in _rows(batch):
            if names is None:
                for name in row:
                    if name not in found and len(found) < most:
                        found[name] = _Growing(rows)
            for name, column in found.items():
                column.add(as_text(row.get(name)))
            rows += 1
    return {name: column.column(name) for name, column in found.items() if column.index}


def declared_groups(corpus: Corpus) -> tuple[str, ...]:
    """The keys of the column ``groups``, in alphabetical order."""
    keys: set[str] = set()
    for batch in corpus.batches(["groups"]):
        keys.update(pc.unique(batch.column("groups").keys).to_pylist())
    return tuple(sorted(keys))


class _Growing:
    """A column that grows by a row at a time."""

    def __init__(self, missing: int = 0) -> None:
        self.codes = array("i", [-1]) * missing
        self.index: dict[str, int] = {}

    def add(self, value: str | None) -> None:
        self.codes.append(-1 if value is None else self.index.setdefault(value, len(self.index)))

    def column(self, name: str) -> Column:
        return Column(name, np.frombuffer(self.codes, np.int32), tuple(self.index)).ranked()


def _rows(batch: pa.RecordBatch) -> Iterable[Mapping[str, Any]]:
    if "table" in batch.schema.names:
        return map(_parsed, batch.column("table").to_pylist())
    pairs = zip(batch.column("attributes").to_pylist(), batch.column("groups").to_pylist(), strict=True)
    return [{**dict(attributes or ()), **dict(groups or ())} for attributes, groups in pairs]


def _parsed(content: str | None) -> dict[str, Any]:
    load: Callable[[str], Any] = json.loads
    try:
        row = load(content or "{}")
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}


def as_text(value: Any) -> str | None:
    """A value as text: numbers as they are written, true or false; None where it is missing or blank."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:LONGEST_VALUE].strip() or None
