"""Audit ``representation``: who is in the corpus, beside a reference population and between its parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...core import Corpus, NotMeasured, Progress, StageReport, UsageError, did_you_mean
from ..base import AUDITS
from ..privacy import redact
from .balance import Balance, balance
from .class_balance import Classes, class_balance
from .distances import DRAWS
from .group_cells import Grouped, crossings, empty_cells, grouped
from .group_shares import Compared, compared, shares_of, tested_shares
from .limits import Limits
from .missingness import MARKS
from .parts import Drift, drifts, tested_drifts
from .reference import Cell, Declared, references, share_of
from .representation_exhibits import representation_exhibits
from .representation_findings import representation_findings
from .representation_scores import representation_scores
from .row_columns import Column, declared_groups, read_columns

METRIC = "representation-share"
SOURCE, CANDIDATES = "source", 8


@dataclass(frozen=True)
class Represented:
    """All that was measured. ``empty`` holds (dimension, cell, rows that it should have, why), the largest first."""

    compared: tuple[Compared, ...]
    balances: dict[str, Balance]
    empty: tuple[tuple[Grouped, Cell, float, str], ...]
    drifts: tuple[Drift, ...]
    classes: Classes | None
    gaps: tuple[NotMeasured, ...]


@AUDITS.register(
    "representation",
    source="Wilson 1927; Endres & Schindelin 2003; Wilks 1938; Pielou 1966; Hill 1973; Bergsma 2013",
    unit="share of rows by group, ratio to a reference, total variation",
)
class Representation:
    """Who is in the corpus: share of each group and intersection beside a reference, by source and by split.

    ``groups`` are columns; empty means the declared ones. ``reference`` is a mapping of columns to shares, a list of
    cells, or a CSV or JSON file; without one only the composition is shown. ``split`` is a column whose values are
    parts, ``label`` one whose values are classes. Up to ``intersections`` columns are crossed. Findings: a ratio to
    the reference of ``ratio`` or less, a cell without a row that should have ``expected``, a total variation of
    ``drift`` between parts, an imbalance of ``imbalance`` between classes, Cramér's V of ``association``.
    """

    name = "representation"

    def __init__(
        self,
        groups: Sequence[str] = (),
        reference: Declared = None,
        split: str | None = None,
        label: str | None = None,
        intersections: int = 2,
        minimum: int = 30,
        ratio: float = 0.8,
        drift: float = 0.1,
        expected: float = 10.0,
        imbalance: float = 9.0,
        association: float = 0.3,
        rate: float = 0.05,
        draws: int = DRAWS,
        maximum_groups: int = 50,
        marks: Sequence[str] = MARKS,
    ) -> None:
        if min(intersections, minimum) < 1 or draws < 99 or maximum_groups < 2 or expected < 1 or imbalance < 1:
            raise UsageError(
                "representation: intersections, minimum, expected and imbalance must be at least 1, draws 99 and "
                f"maximum_groups 2, not {intersections}, {minimum}, {expected}, {imbalance}, {draws} and "
                f"{maximum_groups}"
            )
        if not all(0 < value < 1 for value in (ratio, drift, association, rate)):
            raise UsageError(
                "representation: ratio, drift, association and rate must be between 0 and 1, not "
                f"{ratio}, {drift}, {association} and {rate}"
            )
        if len(set(groups)) != len(groups) or {split, label} & set(groups) or (split and split == label):
            raise UsageError("representation: groups, split and label must be different columns; each is named once")
        self.groups, self.split, self.label = tuple(groups), split, label
        self.references = references(reference)
        self.limits = Limits(ratio, drift, imbalance, association, rate)
        self.intersections, self.minimum, self.expected, self.draws = intersections, minimum, expected, draws
        self.maximum_groups, self.marks = maximum_groups, tuple(marks)

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Tables and charts of every dimension, part and class, and the findings HW-A085 to HW-A087 and HW-A089."""
        corpus.require_documents()
        label = self.label or "label"
        declared = self.groups or tuple(key for key in declared_groups(corpus) if key not in (label, self.split))
        names = list(dict.fromkeys([*declared, *(key for one in self.references for key in one.keys)]))
        with progress.task("representation", 1) as task:
            columns = self._columns(corpus, [*names, label, *([self.split] if self.split else [])])
            task.advance(1)
        usable, gaps = self._usable(corpus, columns, names)
        found = list(crossings(usable, self.intersections, [one.keys for one in self.references]))
        found = [one for one in found if len(one.cells)]
        beside, problems = self._compare(found, seed)
        classes, class_gaps = class_balance(
            columns.get(label), label if self.label else "", found, self.minimum, seed, self.draws
        )
        moved, part_gaps = self._parts(corpus, columns, found, seed)
        measured = Represented(
            tuple(beside), {one.name: balance(one.counts, seed, one.name, self.draws) for one in found},
            tuple(self._empty(beside)), tuple(moved), classes,
            (*self._nothing(corpus, names, classes), *gaps, *problems, *class_gaps, *part_gaps),
        )  # fmt: skip
        return self._report(corpus, measured)

    def _columns(self, corpus: Corpus, names: Sequence[str]) -> dict[str, Column]:
        found = read_columns(corpus, list(dict.fromkeys(names)))
        marked = {name: without(column, self.marks) for name, column in found.items()}
        return {name: column for name, column in marked.items() if column.values}

    def _usable(
        self, corpus: Corpus, columns: dict[str, Column], names: Sequence[str]
    ) -> tuple[dict[str, Column], list[NotMeasured]]:
        usable, gaps = {}, []
        for name in names:
            if name not in columns:
                gaps.append(NotMeasured(METRIC, _absent(corpus, name), {"dimension": redact(name)}))
            elif len(columns[name].values) > self.maximum_groups:
                reason = (
                    f"{len(columns[name].values):,} values, more than maximum_groups ({self.maximum_groups}); put "
                    "them into ranges or classes first"
                )
                gaps.append(NotMeasured(METRIC, reason, {"dimension": redact(name)}))
            else:
                usable[name] = columns[name]
        return usable, gaps

    def _compare(self, found: Sequence[Grouped], seed: int) -> tuple[list[Compared], list[NotMeasured]]:
        beside, gaps = [], []
        for one in found:
            place = {"dimension": redact(one.name)}
            reference = share_of(self.references, one.keys) if self.references else None
            against = compared(one, reference, seed, self.draws) if reference else None
            beside.append(against or Compared(one, shares_of(one, one.counts)))
            if self.references and reference is None:
                reason = "the reference says nothing of these columns together; declare their cells to compare them"
                gaps.append(NotMeasured("representation-total-variation", reason, place))
            elif reference and not against:
                gaps.append(NotMeasured("representation-total-variation", _no_match(one, reference), place))
            elif against and against.outside:
                gaps.append(_outside(against, reference or {}))
            if one.unknown:
                share = one.unknown / len(one.codes)
                reason = f"{one.unknown:,} rows ({share:.1%}) have no value: nobody can say which group they are of"
                gaps.append(NotMeasured(METRIC, reason, {**place, "rows": "without a value"}))
        return tested_shares(beside), gaps

    def _empty(self, beside: Sequence[Compared]) -> Iterator[tuple[Grouped, Cell, float, str]]:
        single = {one.grouped.keys[0]: one.grouped for one in beside if len(one.grouped.keys) == 1}
        for one in beside:
            known = {cell for cell, _ in one.outside}
            if one.distances:
                due = [(x.cell, (x.reference or 0.0) * x.of) for x in one.shares if not x.rows]
                for cell, rows in sorted(due, key=lambda pair: (-pair[1], pair[0])):
                    if rows >= self.expected and not any(_like(cell, other) for other in known):
                        yield one.grouped, cell, rows, "the reference"
            else:
                for cell, rows in empty_cells(one.grouped, single, self.expected):
                    yield one.grouped, cell, rows, "independence"

    def _parts(
        self, corpus: Corpus, columns: dict[str, Column], found: Sequence[Grouped], seed: int
    ) -> tuple[list[Drift], list[NotMeasured]]:
        every = list(found)
        label = columns.get(self.label or "label")
        if label is not None and label.name not in {one.name for one in found}:
            every.append(grouped([label]))
        gaps: list[NotMeasured] = []
        if self.split and len(columns[self.split].values if self.split in columns else ()) < 2:
            reason = (
                f"every row with a value of {redact(self.split)!r} has the same one: there is no other part"
                if self.split in columns
                else _absent(corpus, self.split)
            )
            gaps.append(NotMeasured("representation-drift", reason, {"split": redact(self.split)}))
        named = [columns[self.split]] if self.split and not gaps else []
        moved: list[Drift] = []
        for parts in (*named, *_sources(corpus)):
            for one in drifts(parts, every, self.minimum, seed, self.draws):
                if isinstance(one, NotMeasured):
                    gaps.append(one)
                else:
                    moved.append(one)
        return tested_drifts(moved), gaps

    def _nothing(self, corpus: Corpus, names: Sequence[str], classes: Classes | None) -> Iterator[NotMeasured]:
        if not names and not classes:
            found = read_columns(corpus)
            few = [name for name, column in found.items() if 2 <= len(column.values) <= self.maximum_groups]
            could = f"; these have 2 to {self.maximum_groups} values: {', '.join(few[:CANDIDATES])}" if few else ""
            reason = f"no column of groups is named; set groups: [COLUMN] (--groups COLUMN){could}"
            yield NotMeasured(METRIC, redact(reason))
        if names and not self.references:
            reason = "no reference population is declared; set reference: FILE (--reference FILE) with the shares"
            yield NotMeasured("representation-total-variation", reason)

    def _report(self, corpus: Corpus, measured: Represented) -> StageReport:
        scores = (*representation_scores(measured), *measured.gaps)
        findings = representation_findings(corpus, measured, self.limits)
        compared_with = sum(1 for one in measured.compared if one.distances)
        facts = {"Group columns and intersections counted": len(measured.compared)} if measured.compared else {}
        if compared_with:
            facts["Of these, compared with a reference"] = compared_with
        detail = {
            "without_value": {redact(one.grouped.name): one.grouped.unknown for one in measured.compared},
            "outside_reference": {
                redact(one.grouped.name): sum(rows for _, rows in one.outside)
                for one in measured.compared
                if one.outside
            },
        }
        exhibits = tuple(representation_exhibits(measured, self.minimum, self.limits))
        return StageReport("audit", "Representation", facts, scores, findings, exhibits, detail)


def without(column: Column, marks: Sequence[str]) -> Column:
    """The column in which the values ``marks`` are missing."""
    if not set(marks) & set(column.values):
        return column
    kept = [place for place, value in enumerate(column.values) if value not in marks]
    codes = np.full(len(column.values) + 1, -1, np.int32)
    codes[kept] = np.arange(len(kept), dtype=np.int32)
    return Column(column.name, codes[column.codes], tuple(column.values[place] for place in kept))


def _sources(corpus: Corpus) -> Iterator[Column]:
    found = corpus.column("source").combine_chunks().dictionary_encode()
    values = tuple(str(value) for value in found.dictionary.to_pylist())
    if len(values) > 1:
        yield Column(
            SOURCE, found.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32), values
        ).ranked()


def _absent(corpus: Corpus, name: str) -> str:
    names = list(read_columns(corpus))
    hint = did_you_mean(name, names)
    return redact(f"no row has a value in a column {name!r}; {hint}there are: {', '.join(names[:20]) or 'none'}")


def _no_match(one: Grouped, reference: dict[Cell, float]) -> str:
    theirs, ours = (", ".join(" × ".join(cell) for cell in sorted(cells)[:5]) for cells in (reference, one.cells))
    return redact(f"no group of the reference ({theirs}) is one of the corpus ({ours}); write them as the corpus does")


def _outside(one: Compared, reference: dict[Cell, float]) -> NotMeasured:
    rows = sum(number for _, number in one.outside)
    names = {" × ".join(cell): cell for cell in reference}
    listed = ", ".join(" × ".join(cell) for cell, _ in one.outside[:5])
    near = next((hint for cell, _ in one.outside if (hint := did_you_mean(" × ".join(cell), names))), "")
    reason = (
        f"{rows:,} rows are left out of the comparison, for the reference has no share for their groups ({listed}); "
        f"{near}add the groups to the reference, or write them as the corpus does"
    )
    return NotMeasured("representation-ratio", redact(reason), {"dimension": redact(one.grouped.name)})


def _like(cell: Cell, other: Cell) -> bool:
    """Whether two cells differ only in the way that they are written."""
    return [value.casefold().split() for value in cell] == [value.casefold().split() for value in other]
