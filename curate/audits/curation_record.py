"""The record that curation left beside a corpus, counted: who reached each step, and whom it took out.

One pass over the kept and the removed documents. A document belongs to groups of several dimensions: its language,
source and licence, the groups of people that its text mentions, and the groups that its source declares.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import MANIFEST, UNKNOWN, Corpus, IntegrityError, Progress, read_parquet
from .removal_impact import Place
from .term_counts import IdentityTerms

COLUMNS = ("language", "source", "licence")
TERMS, DECLARED = "identity term", "declared group"
MOST_GROUPS = 200
COMPACT_AT = 1_000_000
DIMENSIONS = (*COLUMNS, TERMS, DECLARED)
Bools = np.ndarray
Ints = np.ndarray


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """A step of the run: its number, name, documents that it took out, and how many of these are copies."""

    number: int
    name: str
    removed: int
    copies: int
    twice: bool = False

    @property
    def label(self) -> str:
        """The name, with the number where the same filter stands twice."""
        return f"{self.name} ({self.number})" if self.twice else self.name


@dataclass
class Ends:
    """Documents by where they ended: arrays of shape (places,). The last place is the corpus; 0 is not used.

    ``groups`` hold the groups by (dimension, population, group), ``populations`` those with whom each is compared.
    """

    places: int
    groups: dict[tuple[str, str, str], Ints] = field(default_factory=dict)
    populations: dict[tuple[str, str], Ints] = field(default_factory=dict)
    removed: Counter[int] = field(default_factory=Counter)
    without_content: Counter[int] = field(default_factory=Counter)

    def add_group(self, dimension: str, population: str, group: str, ends: Ints) -> None:
        """Count documents of a group by their ends."""
        _add(self.groups, (dimension, population, group), np.bincount(ends, minlength=self.places))

    def add_population(self, dimension: str, population: str, ends: Ints) -> None:
        """Count documents of a population by their ends."""
        _add(self.populations, (dimension, population), np.bincount(ends, minlength=self.places))


class ColumnCounts:
    """Documents by value of a column and end, in memory that grows with the values and not with the documents."""

    def __init__(self) -> None:
        self._parts: list[pa.Table] = []
        self._rows = 0

    def add(self, values: pa.Array, ends: Ints) -> None:
        """Count the documents of a batch."""
        ones = np.ones(len(values), np.int64)
        self._parts.append(_sum(pa.table({"value": values, "end": ends, "documents": ones})))
        self._rows += self._parts[-1].num_rows
        if self._rows > COMPACT_AT and len(self._parts) > 1:
            self._parts = [_sum(pa.concat_tables(self._parts))]
            self._rows = self._parts[0].num_rows // 2

    def into(self, ends: Ends, column: str, most: int) -> None:
        """The ``most`` largest values as groups of a dimension."""
        if not self._parts:
            return
        table = _sum(pa.concat_tables(self._parts))
        totals = table.group_by("value", use_threads=False).aggregate([("documents", "sum")])
        ranked = totals.sort_by([("documents_sum", "descending"), ("value", "ascending")]).slice(0, most)
        shown = table.filter(pc.is_in(table.column("value"), value_set=ranked.column("value").combine_chunks()))
        for row in shown.to_pylist():
            counts = np.zeros(ends.places, np.int64)
            counts[row["end"]] = row["documents"]
            _add(ends.groups, (column, "", row["value"]), counts)


def _add(counts: dict[Any, Ints], key: Any, found: Ints) -> None:
    counts[key] = counts[key] + found if key in counts else found


def _sum(table: pa.Table) -> pa.Table:
    summed = table.group_by(["value", "end"], use_threads=False).aggregate([("documents", "sum")])
    return summed.rename_columns({"documents_sum": "documents"})


class CurationRecord:
    """The folders ``corpus``, ``removed`` and ``decisions`` of a run folder."""

    def __init__(self, folder: Path, terms: IdentityTerms) -> None:
        self.folder, self.terms = folder, terms
        self.kept, self.removed = Corpus(folder / "corpus"), Corpus(folder / "removed")
        self.steps, self._ambiguous = _read_steps(folder / "decisions")
        self._numbers = {step.name: step.number for step in self.steps if step.removed}
        self.corpus_place = max((step.number for step in self.steps), default=0) + 1

    @property
    def is_text(self) -> bool:
        """Whether the documents are texts, in which terms can stand."""
        return self.kept.modality == "text"

    def count(self, progress: Progress) -> Ends:
        """Every document by group and end. Raises :class:`IntegrityError` where the folders disagree."""
        ends = Ends(self.corpus_place + 1)
        columns = {column: ColumnCounts() for column in COLUMNS}
        with progress.task("filtering impact", len(self.kept) + len(self.removed)) as task:
            for batch, places in self._batches():
                self._count_batch(ends, columns, batch, places)
                task.advance(batch.num_rows)
        for column, counts in columns.items():
            counts.into(ends, column, MOST_GROUPS)
        for step in self.steps:
            if ends.removed[step.number] != step.removed:
                raise IntegrityError(
                    f"{self.folder}: step {step.name} took out {step.removed:,} documents by decisions/, but removed/ "
                    f"holds {ends.removed[step.number]:,}; restore the folder or curate again"
                )
        return ends

    def removed_of(self, places: Sequence[Place]) -> dict[Place, list[dict[str, Any]]]:
        """The removed documents of each cell, those nearest to the limit of their rule first: id and text."""
        found: dict[Place, list[dict[str, Any]]] = {place: [] for place in places}
        for batch in self.removed.batches():
            numbers = self._places_of(batch)
            for place in places:
                inside = numbers == place.step
                if inside.any():
                    rows = batch.filter(pa.array(inside))
                    found[place] += rows.filter(pa.array(self._members(rows, place))).to_pylist()
        return {place: sorted(rows, key=_distance) for place, rows in found.items()}

    def _batches(self) -> Iterator[tuple[pa.RecordBatch, Ints]]:
        content = ["text"] if self.is_text else []
        columns = ["id", *COLUMNS, "groups", *content]
        for batch in self.kept.batches(columns):
            yield batch, np.full(batch.num_rows, self.corpus_place)
        for batch in self.removed.batches([*columns, "attributes", "step"]):
            yield batch, self._places_of(batch)

    def _places_of(self, batch: pa.RecordBatch) -> Ints:
        """The number of the step that took each row out; 0 for a row that could not be read."""
        names, ids = batch.column("step").to_pylist(), batch.column("id").to_pylist()
        numbers = [self._ambiguous.get(id) or self._numbers.get(name, 0) for id, name in zip(ids, names, strict=True)]
        return np.array(numbers, np.int64)

    def _count_batch(self, ends: Ends, columns: dict[str, ColumnCounts], batch: pa.RecordBatch, places: Ints) -> None:
        ends.removed.update(places[places < self.corpus_place].tolist())
        readable = places > 0
        batch, places = batch.filter(pa.array(readable)), places[readable]
        for column in COLUMNS:
            ends.add_population(column, "", places)
            columns[column].add(pc.fill_null(batch.column(column), UNKNOWN), places)
        known = _with_content(batch)
        ends.without_content.update(places[~known].tolist())
        batch, places = batch.filter(pa.array(known)), places[known]
        self._count_declared(ends, batch, places)
        if self.is_text:
            self._count_terms(ends, batch, places)

    def _count_declared(self, ends: Ends, batch: pa.RecordBatch, places: Ints) -> None:
        for pairs, place in zip(batch.column("groups").to_pylist(), places.tolist(), strict=True):
            for key in {key for key, _ in pairs or ()}:
                ends.add_population(DECLARED, key, np.array([place]))
            for key, value in set(pairs or ()):
                ends.add_group(DECLARED, key, value or UNKNOWN, np.array([place]))

    def _count_terms(self, ends: Ends, batch: pa.RecordBatch, places: Ints) -> None:
        mentions = self.terms.count(batch.column("text").to_pylist()).mentions > 0
        ends.add_population(TERMS, "", places[mentions.any(1)])
        for column, (category, group) in enumerate(self.terms.groups):
            ends.add_group(TERMS, "", f"{category}: {group}", places[mentions[:, column]])

    def _members(self, rows: pa.RecordBatch, place: Place) -> Bools:
        if place.dimension in COLUMNS:
            same = pc.equal(pc.fill_null(rows.column(place.dimension), UNKNOWN), place.group)
            return np.asarray(same.to_numpy(zero_copy_only=False))
        if place.dimension == DECLARED:
            declared = rows.column("groups").to_pylist()
            return np.array([(place.population, place.group) in _named(pairs) for pairs in declared], bool)
        category, _, group = place.group.partition(": ")
        return self.terms.count(rows.column("text").to_pylist()).of(category, group) > 0


def has_record(corpus: Corpus) -> bool:
    """Whether a corpus lies in a run folder, beside what curation removed and decided."""
    folder = corpus.folder.parent
    return (folder / "removed" / MANIFEST).is_file() and (folder / "decisions").is_dir()


def _named(pairs: Sequence[tuple[str, str | None]] | None) -> set[tuple[str, str]]:
    return {(key, value or UNKNOWN) for key, value in pairs or ()}


def _with_content(batch: pa.RecordBatch) -> Bools:
    """False for rows of which only the hash was kept: their text and their declared groups are unknown."""
    if "attributes" not in batch.schema.names:
        return np.ones(batch.num_rows, bool)
    hashed = pc.is_valid(pc.map_lookup(batch.column("attributes"), "sha256", "first")).to_numpy(zero_copy_only=False)
    if "text" not in batch.schema.names:
        return np.asarray(~hashed)
    empty = pc.equal(pc.fill_null(pc.binary_length(batch.column("text")), 0), 0).to_numpy(zero_copy_only=False)
    return np.asarray(~(hashed & empty))


def _read_steps(folder: Path) -> tuple[list[RecordedStep], dict[str, int]]:
    """The steps in order, and for names that stand twice the step of each removed id."""
    steps: list[RecordedStep] = []
    removed: dict[int, pa.Table] = {}
    for path in sorted(folder.glob("[0-9]*-*.parquet")):
        number = int(path.name.split("-")[0])
        if number == 0:
            continue
        table = read_parquet(path).select(["id", "step", "action", "duplicate_of"])
        out = table.filter(pc.invert(pc.is_in(table.column("action"), pa.array(["edited", "added"]))))
        name = out.column("step")[0].as_py() if out.num_rows else path.stem.split("-", 1)[1]
        copies = out.num_rows - out.column("duplicate_of").null_count
        steps.append(RecordedStep(number, name, out.num_rows, copies))
        removed[number] = out
    names = Counter(step.name for step in steps if step.removed)
    twice = [step.number for step in steps if names[step.name] > 1 and step.removed]
    named = [replace(step, twice=step.number in twice) for step in steps]
    return named, {id: number for number in twice for id in removed[number].column("id").to_pylist()}


def _distance(row: dict[str, Any]) -> tuple[float, str]:
    """How far a document lies from the limit that it broke, as a share of the limit: the borderline cases first."""
    measured, limit = row["measured"], row["limit"]
    if measured is None or limit is None:
        return float("inf"), row["id"]
    return abs(measured - limit) / max(abs(limit), 1e-9), row["id"]
