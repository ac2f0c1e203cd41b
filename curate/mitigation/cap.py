"""The filter that limits how many documents one source or group can have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...core import Cell, Corpus, Exhibit, Finding, Progress, Table, UsageError, derive_seed
from ..base import FILTERS, Decision, Judgement
from ..duplicates.text_spans import ids_at
from .cells import Cells, counted, entries, read_cells, shown

MOST_VALUES = 100_000
SHOWN = 50
OTHER = "other values"


@dataclass(frozen=True, slots=True)
class Cap:
    """Keeps a random part of what is over the limit; see :func:`cap`."""

    mitigates: ClassVar[bool] = True
    name: str
    by: str
    documents: int | None
    share: float | None
    seed: int | None

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """A removal for each document over the limit of its value. Memory: 12 bytes a document."""
        seed = derive_seed(self.seed or 0, self.name)
        cells = read_cells(corpus, [self.by], self.name, seed, MOST_VALUES, progress)
        sizes, ranks = cells.sizes(), cells.ranks()
        limit = share_limit(sizes, self.share) if self.documents is None and self.share else self.documents or 0
        rows = np.flatnonzero((cells.codes >= 0) & (ranks > limit)) if limit else np.zeros(0, np.int64)
        ids = ids_at(corpus, rows)
        evidence = [f"{size:,} documents of this {shown([self.by])}" for size in sizes.tolist()]
        decisions = tuple(
            Decision(ids[row], "removed", "over-cap", float(ranks[row]), float(limit), evidence[int(cells.codes[row])])
            for row in rows.tolist()
        )
        return Judgement(decisions, tallies=_tallies(cells, sizes, limit))

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """Documents and shares of each value before and after."""
        before = {name: amount for (name,), amount in entries(tallies, "in")}
        after = {name: amount for (name,), amount in entries(tallies, "kept")}
        total, left = max(1, sum(before.values())), max(1, sum(after.values()))
        rows: list[tuple[Cell, ...]] = [
            (name, number, after[name], number - after[name], number / total, after[name] / left)
            for name, number in sorted(before.items(), key=lambda pair: (pair[0] == OTHER, -pair[1], pair[0]))
        ]
        column = shown([self.by])
        note = (
            f"At most {tallies.get('limit', 0):,} documents of each of {tallies.get('values', 0):,} values. Shares are "
            f"of the documents that have a value; {tallies.get('none', 0):,} have none and stay. The whole corpus was "
            "counted, so there is no interval."
        )
        columns = (column, "in", "kept", "taken out", "share before", "share after")
        return (Table("cap", f"Documents before and after the cap, by {column}", columns, tuple(rows), note),)

    def findings(self, tallies: Mapping[str, int], documents: int) -> tuple[Finding, ...]:
        """HW-C070 where no cap can reach the share."""
        if not tallies.get("values") or tallies.get("limit"):
            return ()
        values = tallies["values"]
        return (
            Finding(
                "HW-C070",
                "medium",
                f"No cap gives every {shown([self.by])} a share of at most {self.share:.1%}",
                f"Column {shown([self.by])} has {values:,} values: one of them has at least 1/{values} of whatever "
                "stays. Nothing was removed.",
                "Raise the share, add sources, or cap by a number of documents.",
            ),
        )


def share_limit(sizes: np.ndarray, share: float) -> int:
    """The largest C with C <= share * sum(min(sizes, C)): no value has more than the share of what stays.

    ``sizes`` has shape (values,). 0 where no C does it. The condition holds for all C up to the largest, for its right
    side is concave in C and both sides are 0 at C = 0.

    >>> share_limit(np.array([90, 10, 10]), 0.5)
    20
    """
    low, high = 0, int(sizes.max(initial=0))
    while low < high:
        middle = (low + high + 1) // 2
        fits = middle <= share * int(np.minimum(sizes, middle).sum()) + 1e-9
        low, high = (middle, high) if fits else (low, middle - 1)
    return low


def _tallies(cells: Cells, sizes: np.ndarray, limit: int) -> dict[str, int]:
    kept = np.minimum(sizes, limit) if limit else sizes
    largest = set(np.argsort(-sizes, kind="stable")[:SHOWN].tolist())

    def named() -> Iterator[tuple[str, int]]:
        for code, values in enumerate(cells.names):
            name = shown(values) if code in largest else OTHER
            yield f"in\t{name}", int(sizes[code])
            yield f"kept\t{name}", int(kept[code])

    return counted(named()) | {"limit": limit, "values": len(sizes), "none": cells.without_value()}


@FILTERS.register("cap", source="Raffel et al. 2020, JMLR 21 (140), section 3.5.2: limit on data set size")
def cap(by: str = "source", documents: int | None = None, share: float | None = None, seed: int | None = None) -> Cap:
    """Keep at most a number, or a share, of documents of each source, group or value of a column.

    ``by`` is a provenance field (source, url, licence, collected, language), a group, an attribute or a column of a
    table. Give ``documents`` (at most so many of each value) or ``share`` (no value has more than this share of what
    stays). Which documents stay is drawn by a hash of id and seed. Documents without a value stay. Rule ``over-cap``:
    ``measured`` is the rank in the draw of the value, ``limit`` is the cap.
    """
    if (documents is None) == (share is None):
        raise UsageError("cap: give either documents or share")
    if documents is not None and documents < 1:
        raise UsageError(f"cap: documents must be at least 1, not {documents}")
    if share is not None and not 0 < share < 1:
        raise UsageError(f"cap: share must be above 0 and below 1, not {share}")
    return Cap("cap", by, documents, share, seed)
