"""The filter that keeps one of several rows of a table that are equal, or equal but for a few cells."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import ConfigError, Corpus, Finding, Progress, UsageError, did_you_mean
from ..base import FILTERS, Annotation, Decision, Judgement
from ..fairness.row_columns import Column, columns_of
from ..privacy import redact
from .column_types import typed
from .row_hashes import CHOICES, affordable, cell_hashes, deletions, row_hashes

NEAREST, LARGE_SHARE = 2, 0.05
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DuplicateRowsFilter:
    """Keeps the first of equal rows; see :func:`duplicate_rows`."""

    name: str
    columns: tuple[str, ...]
    ignore: tuple[str, ...]
    identifiers: bool
    near: int

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """Removal of all but the first row of each group. Memory: 4 bytes for each cell, 8 for each compared one."""
        if len(corpus) == 0:
            return Judgement()
        if corpus.modality != "table":
            raise UsageError(
                f"{self.name}: compares the columns of a table, and these are records of kind {corpus.modality!r}; use "
                "exact-duplicates or near-duplicates"
            )
        with progress.task(self.name, 2) as task:
            cells = [cell_hashes(column) for column in self._chosen(corpus).values()]
            self._check(len(cells))
            task.advance()
            total = row_hashes(cells, len(corpus))
            survivors = first_of(total)
            nearest = self._near(cells, total, survivors) if self.near else survivors
            task.advance()
        return self._judgement(corpus, survivors, nearest, len(cells))

    def findings(self, tallies: Mapping[str, int], documents: int) -> tuple[Finding, ...]:
        """HW-C075 where rows were removed: what this could have got wrong."""
        equal, near = tallies.get("equal-row", 0), tallies.get("near-equal-row", 0)
        if not equal + near:
            return ()
        share = (equal + near) / documents
        return (
            Finding(
                "HW-C075",
                "medium" if share >= LARGE_SHARE else "low",
                f"{equal + near:,} rows were removed as copies of others ({share:.1%})",
                f"{equal:,} are equal to a row that stays, {near:,} differ from one in at most {self.near} cells. "
                "Where rows are different people who happen to be alike, this makes common kinds of people rarer "
                "than they are, and every share counted afterwards is off.",
                "Read the clusters. Name the columns that tell one person from another with the option columns, or "
                "leave the filter out; the audit duplicate-rows says how many equal rows chance alone would make.",
            ),
        )

    def _check(self, columns: int) -> None:
        if self.near >= columns:
            raise UsageError(
                f"{self.name}: near: {self.near} of {columns} compared columns makes all rows near; name more columns "
                "or set near to 0"
            )
        if affordable(columns, self.near) < self.near:
            raise UsageError(
                f"{self.name}: near: {self.near} leaves out every choice of {self.near} of {columns:,} columns in "
                f"turn, more than the {CHOICES:,} that are tried; name fewer columns or set near to 1 or 0"
            )

    def _chosen(self, corpus: Corpus) -> dict[str, Column]:
        every = columns_of(corpus, self.columns or None).found
        for name in (*self.columns, *(self.ignore if not self.columns else ())):
            if name not in every or (self.columns and not every[name].values):
                names = list(columns_of(corpus).found)
                hint = did_you_mean(name, names)
                listed = ", ".join(names[:20])
                raise UsageError(redact(f"{self.name}: no row has a value in a column {name!r}; {hint}it has {listed}"))
        chosen = {name: column for name, column in every.items() if name not in self.ignore}
        if self.identifiers and not self.columns:
            chosen = {name: column for name, column in chosen.items() if typed(column).kind != "identifier"}
        if not any(column.values for column in chosen.values()):
            raise UsageError(f"{self.name}: no column with a value is left to compare; name some with columns")
        return chosen

    def _near(self, cells: Sequence[NDArray[np.uint64]], total: NDArray[np.uint64], survivors: Rows) -> Rows:
        """For each row the row that stays for it: in order, a row stays unless one that stays is near it."""
        keys = [
            total - row_hashes([cells[place] for place in chosen], len(total))
            for chosen in deletions(len(cells), self.near)
        ]
        kept: list[dict[int, int]] = [{} for _ in keys]
        nearest = survivors.copy()
        for row in np.flatnonzero(survivors == np.arange(len(survivors))).tolist():
            own = [int(key[row]) for key in keys]
            found = [places[key] for places, key in zip(kept, own, strict=True) if key in places]
            if found:
                nearest[row] = min(found)
            else:
                for places, key in zip(kept, own, strict=True):
                    places.setdefault(key, row)
        return np.asarray(nearest[survivors])

    def _judgement(self, corpus: Corpus, survivors: Rows, nearest: Rows, columns: int) -> Judgement:
        ids = corpus.column("id").to_pylist()
        sizes = np.bincount(survivors, minlength=len(survivors))
        decisions, members = [], np.bincount(nearest, minlength=len(nearest))
        for row in np.flatnonzero(nearest != np.arange(len(nearest))).tolist():
            keeper = int(nearest[row])
            if survivors[row] == keeper:
                size = int(sizes[keeper])
                evidence = f"{size} rows are equal in {columns} columns"
                decisions.append(Decision(ids[row], "removed", "equal-row", float(size), 1.0, evidence, ids[keeper]))
            else:
                evidence, near = f"at most {self.near} of {columns} cells differ", float(self.near)
                decisions.append(Decision(ids[row], "removed", "near-equal-row", near, near, evidence, ids[keeper]))
        notes = tuple(
            Annotation(ids[row], "duplicate-row-cluster", score=float(members[row]))
            for row in np.flatnonzero(members > 1).tolist()
        )
        rules = Counter(decision.rule for decision in decisions)
        return Judgement(tuple(decisions), {}, notes, tallies=dict(rules))


def first_of(hashes: NDArray[np.uint64]) -> Rows:
    """For each row the first one with its hash."""
    _, first, group = np.unique(hashes, return_index=True, return_inverse=True)
    return np.asarray(first[group.reshape(-1)], np.int64)


@FILTERS.register("duplicate-rows", source="hash comparison; Mor & Fraenkel 1982 (deletion neighbourhoods)")
def duplicate_rows(
    columns: Sequence[str] = (), ignore: Sequence[str] = (), identifiers: bool = True, near: int = 0
) -> DuplicateRowsFilter:
    """Keep one of several equal rows of a table: the first in the order of the corpus.

    ``columns`` are compared; empty means all but those in ``ignore`` and, with ``identifiers``, all but those that
    number rows (nearly every row has a value of its own). With ``near`` a row is also removed where an earlier one
    that stays differs in at most so many cells (1 or 2). Rule ``equal-row``: ``measured`` is the number of equal rows,
    ``limit`` is 1. Rule ``near-equal-row``: both are ``near``. ``duplicate_of`` is the row that stays.
    """
    if not 0 <= near <= NEAREST:
        raise ConfigError(f"near: must be 0, 1 or 2 cells, not {near}")
    return DuplicateRowsFilter("duplicate-rows", tuple(columns), tuple(ignore), identifiers, near)
