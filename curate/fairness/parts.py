"""Groups in the parts of a corpus: its splits, such as training and test, and its sources."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...core import NotMeasured
from ..privacy import redact
from .distances import Distances, between_parts
from .group_cells import Grouped
from .group_shares import GroupShare, shares_of
from .row_columns import Column

METRIC = "representation-drift"
MOST_PARTS, MOST_CELLS = 20, 200


@dataclass(frozen=True)
class Drift:
    """Groups of one dimension in one part, against all other parts. ``q`` is over all parts and dimensions."""

    parts: Column
    place: int
    grouped: Grouped
    distances: Distances
    shares: tuple[GroupShare, ...]
    others: tuple[GroupShare, ...]
    q: float = 1.0

    @property
    def column(self) -> str:
        """The column of the parts."""
        return self.parts.name

    @property
    def part(self) -> str:
        """The name of the part."""
        return self.parts.values[self.place]

    def rows_of(self, cell: int) -> np.ndarray:
        """The places of the rows of a group in this part."""
        return np.flatnonzero((self.parts.codes == self.place) & (self.grouped.codes == cell))

    @property
    def strongest(self) -> int:
        """The place of the group whose share is most above that of the other parts."""
        differences = [round(a.share - b.share, 12) for a, b in zip(self.shares, self.others, strict=True)]
        return int(np.argmax(differences))


def drifts(
    parts: Column, found: Sequence[Grouped], minimum: int, seed: int, draws: int
) -> Iterator[Drift | NotMeasured]:
    """Each of the 20 largest parts against all others, over each dimension, where both have ``minimum`` rows.

    Of two parts only the smaller one: the other is the same comparison.
    """
    sizes = np.bincount(parts.codes[parts.known], minlength=len(parts.values))
    order = np.argsort(-sizes, kind="stable")
    chosen = sorted(order[:MOST_PARTS].tolist()) if len(order) > 2 else [int(order[-1])]
    small = [place for place in chosen if sizes[place] < minimum]
    for place in small:
        reason = f"{sizes[place]:,} rows, fewer than {minimum} (option minimum)"
        yield NotMeasured(METRIC, reason, _part(parts, place))
    chosen = [place for place in chosen if place not in small]
    for dimension in found:
        if parts.name in dimension.keys or len(dimension.cells) < 2:
            continue
        if len(dimension.cells) > MOST_CELLS:
            reason = f"{len(dimension.cells):,} groups, more than {MOST_CELLS}; name coarser columns"
            yield NotMeasured(METRIC, reason, {"dimension": redact(dimension.name), "parts": redact(parts.name)})
            continue
        for place in chosen:
            where = {"dimension": redact(dimension.name), **_part(parts, place)}
            member = (parts.codes == place) & (dimension.codes >= 0)
            others = parts.known & (parts.codes != place) & (dimension.codes >= 0)
            smaller = min(int(member.sum()), int(others.sum()))
            if smaller < minimum:
                reason = f"{smaller:,} rows with a value in it or in all others, fewer than {minimum} (option minimum)"
                yield NotMeasured(METRIC, reason, where)
                continue
            mine, rest = (
                np.bincount(dimension.codes[rows], minlength=len(dimension.cells)) for rows in (member, others)
            )
            found_here = between_parts(mine, rest, seed, f"{dimension.name}|{parts.name}|{parts.values[place]}", draws)
            yield Drift(
                parts, place, dimension, found_here, shares_of(dimension, mine), shares_of(dimension, rest)
            )  # fmt: skip


def tested_drifts(found: Sequence[Drift]) -> list[Drift]:
    """With q by Benjamini-Hochberg over all of them."""
    from scipy.stats import false_discovery_control

    if not found:
        return []
    q = false_discovery_control([one.distances.p for one in found]).tolist()
    return [replace(one, q=value) for one, value in zip(found, q, strict=True)]


def _part(parts: Column, place: int) -> dict[str, str]:
    return {"parts": redact(parts.name), "part": redact(parts.values[place])}
