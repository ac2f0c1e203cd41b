"""Real and synthetic rows side by side: which real rows are the reference, and which columns can be compared."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from ...core import Example, IncompleteError, NotMeasured, generator
from ...curate import Columns, columns_of, redact, typed
from ...models import training_is_known
from ..base import Subject
from ..lineage import subject_split
from .distances import Bools, Ints
from .paired_column import PairedColumn, paired_column, row_hashes

LONGEST_ROW = 600
GROUP_VALUES = 50


@dataclass(frozen=True)
class TwoTables:
    """``rows`` are the corpus rows of the reference, ``trained`` those that the model learnt from (None: unknown)."""

    columns: tuple[PairedColumn, ...]
    left_out: Mapping[str, str]
    ids: Sequence[str]
    made_ids: Sequence[str]
    rows: Ints
    trained: Ints | None
    reference: str

    @property
    def n(self) -> int:
        """Real rows of the reference."""
        return len(self.rows)

    @property
    def m(self) -> int:
        """Synthetic rows."""
        return len(self.made_ids)

    @cached_property
    def real(self) -> tuple[Ints, ...]:
        """The codes of the reference, column by column."""
        return tuple(column.whole[self.rows] for column in self.columns)

    @cached_property
    def made(self) -> tuple[Ints, ...]:
        """The codes of the synthetic rows, column by column."""
        return tuple(column.made for column in self.columns)

    @cached_property
    def hashes(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Numbers of the rows on both sides; equal rows have equal ones."""
        return row_hashes(self.real, self.n), row_hashes(self.made, self.m)

    @property
    def protocol(self) -> str:
        """What a method says of both sides."""
        return f"{self.m:,} synthetic rows against {self.reference}"

    def column(self, name: str) -> PairedColumn | None:
        """The column of that name, None where it cannot be compared."""
        return next((column for column in self.columns if column.name == name), None)

    def parts(self, seed: int, number: int) -> Iterator[tuple[Ints, Ints]]:
        """``number`` random splits of the reference into two parts: places among its rows."""
        return random_parts(self.hashes[0], self.m, seed, number)


def random_parts(hashes: NDArray[np.uint64], m: int, seed: int, number: int) -> Iterator[tuple[Ints, Ints]]:
    """Splits of rows into two parts between which chance weighs as between all n of them and m others.

    Sizes a + b = n with 1/a + 1/b = 1/n + 1/m where n is at least 3 m, else halves, between which it weighs more.
    """
    n = len(hashes)
    if n < 4:
        return
    root = 1 - 4 * m / (n + m)
    second = n // 2 if root <= 0 else max(1, round(n * (1 - math.sqrt(root)) / 2))
    order = np.argsort(hashes, kind="stable")
    for split in range(number):
        drawn = order[generator(seed, "parts of a table", split).permutation(n)]
        yield drawn[second:], drawn[:second]


def two_tables(subject: Subject) -> TwoTables:
    """Both tables of a subject, read once; raises :class:`IncompleteError` where there are none."""
    return subject.once("two tables", lambda: _read(subject))


def _read(subject: Subject) -> TwoTables:
    if subject.corpus.modality != "table":
        raise IncompleteError(f"this needs a corpus of tables, and this one holds {subject.corpus.modality}s")
    made = subject.sampled_columns()
    if subject.samples is None or not made.rows:
        raise IncompleteError("there are no synthetic rows; train a model of tables and set sample.rows above 0")
    found = columns_of(subject.corpus)
    ids = subject.corpus.ids()
    rows, trained, reference = _reference(subject, ids)
    columns, left_out = _columns(found, made)
    if not columns:
        raise IncompleteError("no column can be compared: " + "; ".join(f"{a}: {b}" for a, b in left_out.items())[:500])
    return TwoTables(columns, left_out, ids, subject.samples["id"].to_pylist(), rows, trained, reference)


def _reference(subject: Subject, ids: Sequence[str]) -> tuple[Ints, Ints | None, str]:
    everything = np.arange(len(ids))
    if subject.checkpoint is None or not training_is_known(subject.checkpoint):
        return everything, None, f"all {len(ids):,} rows of the corpus"
    split = subject_split(subject)
    place = {name: row for row, name in enumerate(ids)}
    trained = np.array([place[name] for name in split.trained if name in place], np.int64)
    if not split.held_out:
        return everything, trained, f"all {len(ids):,} rows of the corpus, for none was held out of training"
    held = np.array([place[name] for name in split.held_out], np.int64)
    return held, trained, f"the {len(held):,} rows that were held out of training"


def _columns(found: Columns, made: Columns) -> tuple[tuple[PairedColumn, ...], dict[str, str]]:
    columns: list[PairedColumn] = []
    left_out: dict[str, str] = {}
    for name, column in found.found.items():
        paired = paired_column(typed(column), made.found.get(name))
        if isinstance(paired, str):
            left_out[name] = paired
        else:
            columns.append(paired)
    left_out |= {name: "the corpus lacks it" for name in made.found if name not in found.found and not found.beyond}
    if found.beyond:
        left_out["(further columns)"] = f"{found.beyond:,} columns beyond the first {len(found.found):,} are not read"
    return tuple(columns), left_out


def not_compared(metric: str, tables: TwoTables) -> list[NotMeasured]:
    """A line for each column that is left out."""
    return [NotMeasured(metric, reason, {"column": redact(name)}) for name, reason in tables.left_out.items()]


def group_columns(subject: Subject, asked: Sequence[str] | None) -> list[str]:
    """The columns by which groups are told: those asked for, else those that the corpus declares as groups."""
    if asked is not None:
        return [asked] if isinstance(asked, str) else list(asked)
    keys: set[str] = set()
    for batch in subject.corpus.batches(["groups"]):
        keys.update(pc.unique(batch.column("groups").keys).to_pylist())
    return sorted(keys)


@dataclass(frozen=True, eq=False)
class Group:
    """One value of a group column: which rows of the reference and which synthetic ones have it."""

    column: str
    value: str
    real: Bools
    made: Bools

    @property
    def slice(self) -> dict[str, str]:
        """As a score names it."""
        return {"group": redact(self.column), "value": redact(self.value)}


def groups_of(
    tables: TwoTables, name: str, minimum: int, metric: str, both: bool = True
) -> Iterator[Group | NotMeasured]:
    """Each value of a group column with ``minimum`` rows (on ``both`` sides), and a reason for each that has fewer."""
    column = tables.column(name)
    where = {"group": redact(name)}
    if column is None:
        reason = tables.left_out.get(name, "the corpus has no such column")
        yield NotMeasured(metric, f"cannot be told by this column: {reason}", where)
        return
    real, made = column.whole[tables.rows], column.made
    present = np.flatnonzero(column.counts(real) + column.counts(made))
    if len(present) > GROUP_VALUES:
        reason = f"{len(present):,} different values, more than {GROUP_VALUES} groups; name a coarser column"
        yield NotMeasured(metric, reason, where)
        return
    for code in present.tolist():
        group = Group(name, column.labels[code], real == code, made == code)
        sizes = int(group.real.sum()), int(group.made.sum())
        if sizes[0] < minimum or (both and sizes[1] < minimum):
            reason = f"{sizes[0]:,} real and {sizes[1]:,} synthetic rows, {minimum} are needed (option minimum)"
            yield NotMeasured(metric, reason, group.slice)
        else:
            yield group


def made_examples(subject: Subject, places: Sequence[int], note: str) -> tuple[Example, ...]:
    """Synthetic rows as a person may read them."""
    assert subject.samples is not None
    table, ids = subject.samples["table"], subject.samples["id"]
    return tuple(Example(ids[place].as_py(), _shown(table[place].as_py()), note) for place in places)


def other_values(subject: Subject, pairs: Sequence[tuple[int, str]]) -> list[str]:
    """What corpus rows have otherwise than synthetic ones, as a person may read it, for (place, id) of each pair."""
    assert subject.samples is not None
    made, found = subject.samples["table"], []
    real = {name: json.loads(row["table"]) for name, row in subject.corpus.documents([n for _, n in pairs]).items()}
    for place, name in pairs:
        row = json.loads(made[place].as_py())
        found.append(_shown(json.dumps({key: v for key, v in real[name].items() if str(v) != str(row.get(key))})))
    return found


def _shown(content: str) -> str:
    row = json.loads(content)
    text = redact(", ".join(f"{name}: {'' if value is None else value}" for name, value in row.items()))
    return text if len(text) <= LONGEST_ROW else text[:LONGEST_ROW] + "…"
