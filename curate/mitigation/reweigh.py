"""The filter that gives each document a weight under which a label is independent of the group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...core import Corpus, Exhibit, Finding, Progress, UsageError
from ..base import FILTERS, Annotation, Judgement
from .cells import read_cells
from .group_cells import MOST_CELLS, cell_tallies, pairs_of, require_grid
from .reweigh_report import reweigh_findings, reweigh_table
from .weights import weights

WEIGHT = "weight"


@dataclass(frozen=True, slots=True)
class Reweigh:
    """Annotates each document with its weight; see :func:`reweigh`."""

    mitigates: ClassVar[bool] = True
    name: str
    groups: tuple[str, ...]
    label: str

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """An annotation for each document that has the columns. Memory: 12 bytes and the annotation a document."""
        cells = read_cells(corpus, [*self.groups, self.label], self.name, 0, MOST_CELLS, progress)
        pairs = pairs_of(cells.names, len(self.groups))
        require_grid(pairs, self.name)
        sizes = dict(zip(pairs, cells.sizes().tolist(), strict=True))
        found = weights(sizes)
        scores = [float(found[pair]) for pair in pairs]
        notes, start = [], 0
        for batch in corpus.batches(["id"]):
            codes = cells.codes[start : start + batch.num_rows]
            rows, ids = np.flatnonzero(codes >= 0).tolist(), batch.column("id").to_pylist()
            notes += [Annotation(ids[row], WEIGHT, score=scores[int(codes[row])]) for row in rows]
            start += batch.num_rows
        return Judgement(
            annotations=tuple(notes), tallies=cell_tallies({"in": sizes}) | {"none": cells.without_value()}
        )

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """The weight of each cell, and the rate of each label by group before and after weighting."""
        return (reweigh_table(tallies),)

    def findings(self, tallies: Mapping[str, int], documents: int) -> tuple[Finding, ...]:
        """HW-C073 where a group lacks a label, HW-C074 where there is nothing to balance."""
        return reweigh_findings(tallies)


@FILTERS.register("reweigh", source="Kamiran & Calders 2012, KAIS 33, 1-33 (reweighing); Kish 1965, Survey Sampling")
def reweigh(groups: Sequence[str], label: str) -> Reweigh:
    """Give each document the weight P(group) P(label) / P(group, label), under which all groups have equal rates.

    ``groups`` are columns (several make intersections), ``label`` is one more. Nothing is removed or changed: the
    weight stands in the annotation ``weight`` of the document, for a learner that takes sample weights. Documents
    without a value in one of the columns get none.
    """
    if not groups:
        raise UsageError("reweigh: groups needs at least one column")
    if label in groups:
        raise UsageError(f"reweigh: {label!r} cannot be the label and a group")
    return Reweigh("reweigh", tuple(groups), label)
