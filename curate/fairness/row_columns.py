"""Columns of a corpus as small integers: of a table's rows, or of the groups and attributes of texts and images."""

import json
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...core import Corpus, sha256

LONGEST_VALUE = 1_000
HELD = 1_000
MOST_NAMES = 100_000
TYPE_NAMES = {str: "text", int: "number", float: "number", bool: "boolean", dict: "nested", list: "nested"}


@dataclass(frozen=True)
class Column:
    """One column: ``codes`` (rows,) index ``values``; -1 stands for a missing value.

    ``types`` are the kinds of JSON value that it was read from: ``text``, ``number``, ``boolean``, ``nested``.
    """

    name: str
    codes: NDArray[np.int32]
    values: tuple[str, ...]
    types: frozenset[str] = frozenset()

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether each row has a value."""
        return np.asarray(self.codes >= 0)

    def ranked(self) -> "Column":
        """The same with values in alphabetical order, so that nothing depends on the order of rows."""
        order = sorted(range(len(self.values)), key=self.values.__getitem__)
        rank = np.full(len(order) + 1, -1, np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        return Column(self.name, rank[self.codes], tuple(self.values[index] for index in order), self.types)

    def cut(self, rows: NDArray[np.bool_]) -> "Column":
        """Only these rows; values that they do not have go."""
        used, codes = np.unique(self.codes[rows], return_inverse=True)
        missing = int(len(used) > 0 and used[0] == -1)
        values = tuple(self.values[index] for index in used[missing:])
        return Column(self.name, (codes - missing).astype(np.int32), values, self.types)


@dataclass(frozen=True)
class Columns:
    """The columns of a table in their order, those without any value too; ``beyond`` counts columns over the cap."""

    found: Mapping[str, Column]
    rows: int
    beyond: int = 0


_HELD: "WeakKeyDictionary[Corpus, Columns]" = WeakKeyDictionary()  # for as long as somebody holds the corpus


def read_columns(corpus: Corpus, names: Sequence[str] | None = None, most: int = 1_000) -> dict[str, Column]:
    """The columns with these names, or all of them (at most the first ``most``), in their order in the corpus.

    A table's values come from its rows, others from ``groups`` and then ``attributes``. Numbers and true/false become
    text, blank text is missing, and of a long value the first 1,000 characters count, with a hash of the whole. A name
    that no row has is absent. A table is read once for all audits that are given the same ``corpus``.
    """
    if corpus.modality != "table" or (names is None and most > HELD):
        return _filled(columns_of(corpus, names, most).found)
    held = held_columns(corpus)
    if names is None:
        return _filled(dict(list(held.found.items())[:most]))
    absent = [name for name in names if name not in held.found] if held.beyond else []
    found = {**held.found, **(columns_of(corpus, absent).found if absent else {})}
    return _filled({name: found[name] for name in names if name in found})


def held_columns(corpus: Corpus) -> Columns:
    """The first 1,000 columns of a table, read at the first call for this corpus and held as long as it is."""
    if corpus not in _HELD:
        _HELD[corpus] = columns_of(corpus, most=HELD)
    return _HELD[corpus]


def columns_of(corpus: Corpus, names: Sequence[str] | None = None, most: int = HELD) -> Columns:
    """One pass over a corpus; see :func:`read_columns`."""
    return columns_from(
        corpus.batches(["table"] if corpus.modality == "table" else ["groups", "attributes"]), names, most
    )


def columns_from(batches: Iterable[pa.RecordBatch], names: Sequence[str] | None = None, most: int = HELD) -> Columns:
    """The columns of record batches that have a column ``table``, or ``groups`` and ``attributes``."""
    found: dict[str, _Growing] = {name: _Growing() for name in names or ()}
    beyond: set[str] = set()
    total = 0
    for batch in batches:
        rows = list(_rows(batch))
        if names is None:
            for name in dict.fromkeys(name for row in rows for name in row):
                if name not in found and len(found) < most:
                    found[name] = _Growing(total)
                elif name not in found and len(beyond) < MOST_NAMES:
                    beyond.add(name)
        for name, column in found.items():
            column.extend([row.get(name) for row in rows])
        total += len(rows)
    return Columns({name: column.column(name) for name, column in found.items()}, total, len(beyond))


def _filled(columns: Mapping[str, Column]) -> dict[str, Column]:
    return {name: column for name, column in columns.items() if column.values}


def declared_groups(corpus: Corpus) -> tuple[str, ...]:
    """The keys of the column ``groups``, in alphabetical order."""
    keys: set[str] = set()
    for batch in corpus.batches(["groups"]):
        keys.update(pc.unique(batch.column("groups").keys).to_pylist())
    return tuple(sorted(keys))


class _Growing:
    """A column that grows by a batch at a time."""

    def __init__(self, missing: int = 0) -> None:
        self.codes = array("i", [-1]) * missing
        self.index: dict[str, int] = {}
        self.seen: dict[str, int] = {}  # code of each text as it stands in a row
        self.types: set[type] = set()

    def extend(self, values: Sequence[Any]) -> None:
        self.types.update(map(type, values))
        self.codes.extend([self._code(value) for value in values])

    def _code(self, value: Any) -> int:
        if type(value) is str:  # nearly every value there is
            code = self.seen.get(value)
            if code is None:
                code = self.seen[value] = self._new(as_text(value))
            return code
        return self._new(as_text(value))

    def _new(self, text: str | None) -> int:
        return -1 if text is None else self.index.setdefault(text, len(self.index))

    def column(self, name: str) -> Column:
        types = frozenset(TYPE_NAMES[one] for one in self.types if one in TYPE_NAMES)
        return Column(name, np.frombuffer(self.codes, np.int32), tuple(self.index), types).ranked()


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
    text = json.dumps(value, sort_keys=True, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)
    text = text.strip()
    if len(text) > LONGEST_VALUE:  # two long values that begin alike stay two
        text = f"{text[:LONGEST_VALUE]}… {sha256(text.encode('utf-8', 'surrogatepass'))[:16]}"
    return text or None
