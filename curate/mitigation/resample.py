"""The filter that removes documents until groups have the wanted shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np

from ...core import Corpus, Exhibit, Finding, Progress, UsageError, derive_seed
from ..base import FILTERS, Decision, Judgement
from ..duplicates.text_spans import ids_at
from .cells import Cells, read_cells
from .group_cells import MOST_CELLS, cell_tallies, pairs_of, require_grid
from .resample_report import resample_findings, resample_tables
from .targets import EQUAL, INDEPENDENT, declared_shares, equal_shares, independent_shares, targets

Shares = Literal["equal", "independent"] | Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Resample:
    """Keeps a random part of each cell; see :func:`resample`."""

    mitigates: ClassVar[bool] = True
    name: str
    groups: tuple[str, ...]
    label: str | None
    shares: Shares
    minimum: int
    seed: int | None

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """A removal for each document over the target of its cell. Memory: 12 bytes a document."""
        columns = [*self.groups, *([self.label] if self.label else [])]
        seed = derive_seed(self.seed or 0, self.name)
        cells = read_cells(corpus, columns, self.name, seed, MOST_CELLS, progress)
        pairs = pairs_of(cells.names, len(self.groups))
        sizes = dict(zip(pairs, cells.sizes().tolist(), strict=True))
        require_grid(sizes, self.name)
        shares = self._shares(sizes)
        wanted = targets(sizes, shares, self.minimum)
        limits = np.array([wanted.get(pair, sizes[pair]) for pair in pairs] + [0], np.int64)
        kept = dict(zip(pairs, limits.tolist(), strict=False))
        small = {pair: sizes.get(pair, 0) for pair in shares if sizes.get(pair, 0) < self.minimum}
        free = {pair: size for pair, size in sizes.items() if pair not in shares}
        tallies = cell_tallies({"in": sizes, "kept": kept, "small": small, "free": free})
        facts = {"none": cells.without_value(), "balanced": len(wanted), "wanted": len(shares)}
        return Judgement(_decisions(corpus, cells, limits), tallies=tallies | facts)

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """Documents of each cell before and after, what each lost; with a label its rate by group as well."""
        return resample_tables(tallies, self.minimum, self.label is not None)

    def findings(self, tallies: Mapping[str, int], documents: int) -> tuple[Finding, ...]:
        """HW-C071 where cells are too small to take part, HW-C072 for what it cost."""
        return resample_findings(tallies, self.minimum)

    def _shares(self, sizes: Mapping[tuple[str, str], int]) -> dict[tuple[str, str], Fraction]:
        if self.shares == EQUAL:
            return equal_shares(sizes)
        if self.shares == INDEPENDENT:
            return independent_shares(sizes)
        assert not isinstance(self.shares, str)
        return declared_shares(self.shares, sizes)


def _decisions(corpus: Corpus, cells: Cells, limits: np.ndarray) -> tuple[Decision, ...]:
    ranks, limit = cells.ranks(), limits[cells.codes]
    rows = np.flatnonzero((cells.codes >= 0) & (ranks > limit))
    ids = ids_at(corpus, rows)
    return tuple(
        Decision(ids[row], "removed", "over-share", float(ranks[row]), float(limit[row])) for row in rows.tolist()
    )


@FILTERS.register(
    "resample", source="Kamiran & Calders 2012, KAIS 33, 1-33 (uniform sampling); He & Garcia 2009, TKDE 21 (9)"
)
def resample(
    groups: Sequence[str],
    label: str | None = None,
    shares: Shares = "equal",
    minimum: int = 20,
    seed: int | None = None,
) -> Resample:
    """Remove documents at random until groups, or groups by label, have equal or declared shares; adds none.

    ``groups`` are columns (several make intersections), ``label`` one more. ``shares``: ``equal`` for all cells;
    ``independent`` for P(group) P(label), so that each group has the same rate of each label; or a mapping of cells,
    ``Female`` or ``Female & >50K``, to shares that add up to 1. Cells of fewer than ``minimum`` documents would set the
    size of all others: they stay as they are and the report says so. Rule ``over-share``: ``measured`` is the rank in
    the draw of the cell, ``limit`` how many stay.
    """
    if not groups:
        raise UsageError("resample: groups needs at least one column")
    if minimum < 1:
        raise UsageError(f"resample: minimum must be at least 1, not {minimum}")
    if shares == INDEPENDENT and label is None:
        raise UsageError("resample: shares 'independent' needs a label")
    if not isinstance(shares, str):
        if any(not share > 0 for share in shares.values()) or abs(sum(shares.values()) - 1) > 1e-6:
            raise UsageError("resample: shares must be above 0 and add up to 1")
        shares = dict(shares)
    return Resample("resample", tuple(groups), label, shares, minimum, seed)
