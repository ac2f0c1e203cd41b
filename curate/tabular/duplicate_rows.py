"""Audit ``duplicate-rows``: rows that are equal or nearly so, and equal rows with different labels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import Corpus, Measurement, NotMeasured, Progress, Score, StageReport, UsageError, did_you_mean, wilson
from ..base import AUDITS
from ..fairness.row_columns import HELD, Column, held_columns, read_columns
from ..privacy import redact
from .column_types import typed
from .duplicate_exhibits import duplicate_exhibits, duplicate_findings
from .row_hashes import (
    Equals,
    affordable,
    cell_hashes,
    equals,
    expected_pairs,
    limit_of,
    near_rows,
    pairs_by_distance,
    row_hashes,
)

METRIC = "duplicate-row-share"


@dataclass(frozen=True)
class Repeats:
    """What was found over some columns; ``pairs`` and ``chance`` are by the number of cells that differ, from 0 on.

    ``near`` (rows,) marks near duplicates, ``near_pairs`` are some of them with the columns in which they differ.
    """

    what: str
    columns: int
    equal: Equals
    pairs: tuple[int, ...]
    chance: tuple[float, ...]
    near: NDArray[np.bool_]
    near_pairs: tuple[tuple[int, int, str], ...]

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return len(self.equal.group)

    @property
    def surprising(self) -> bool:
        """Whether there are more pairs of equal rows than chance makes: beyond its 97.5 % quantile, and twice as many.

        That the pairs of chance are Poisson holds where they are rare; the factor stands in where they are not.
        """
        return self.pairs[0] > max(2 * self.chance[0], limit_of(self.chance[0]))

    def near_surprising(self) -> bool:
        """The same of pairs that differ in a few cells, with three times as many: chance is harder to tell there."""
        seen, expected = sum(self.pairs[1:]), sum(self.chance[1:])
        return seen > max(3 * expected, limit_of(expected))


@dataclass(frozen=True)
class Conflicts:
    """Rows that are equal but for their label. ``floor`` is the share that any rule on the other columns gets wrong."""

    label: str
    rows: NDArray[np.int64]
    groups: int
    labelled: int
    floor: float


@AUDITS.register(
    "duplicate-rows",
    source="hash comparison; Mor & Fraenkel 1982 (deletion neighbourhoods); Wilson 1927",
    unit="share of rows",
)
class DuplicateRows:
    """Rows that are equal, or equal but for a few cells, beside the number that chance would make.

    ``columns`` are compared; empty means all, and again all without those that number rows. ``ignore`` are left out.
    ``near`` is the number of cells (0 to 2) in which near duplicates may differ. ``label`` is the column in which equal
    rows may contradict each other.
    """

    name = "duplicate-rows"

    def __init__(
        self, columns: Sequence[str] = (), ignore: Sequence[str] = (), near: int = 1, label: str | None = None
    ) -> None:
        if not 0 <= near <= 2:
            raise UsageError(f"duplicate-rows: near must be 0, 1 or 2 cells, not {near}")
        self.columns, self.ignore, self.near, self.label = tuple(columns), tuple(ignore), near, label

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Tables of the largest groups and pairs, and the findings HW-A106, HW-A107 and HW-A108."""
        corpus.require_documents()
        title = "Rows that repeat"
        if corpus.modality != "table":
            reason = f"this corpus holds records of kind {corpus.modality!r}; exact-duplicates compares these"
            return StageReport("audit", title, scores=(NotMeasured(METRIC, reason),))
        every = read_columns(corpus)
        asked = [
            name for name in (*self.columns, *self.ignore, *([self.label] if self.label else ())) if name not in every
        ]
        every |= read_columns(corpus, asked) if asked else {}
        chosen, gaps = choose(every, self.columns, self.ignore, METRIC)
        if not self.columns:
            gaps += beyond(corpus, METRIC)
        scores: list[Measurement] = []
        found: list[Repeats] = []
        with progress.task("duplicate rows", 2) as task:
            if chosen:
                cells = {name: cell_hashes(column) for name, column in chosen.items()}
                for what, names in self._levels(chosen):
                    found.append(self._repeats(what, {name: cells[name] for name in names}, seed))
                    task.advance()
        for one in found:
            scores += _scores(one)
        conflicts = self._conflicts(every, chosen)
        if isinstance(conflicts, Conflicts):
            scores += _conflict_scores(conflicts)
        elif conflicts is not None:
            gaps.append(conflicts)
        shown = conflicts if isinstance(conflicts, Conflicts) else None
        facts = {f"Rows that repeat an earlier one ({one.what})": int(one.equal.copies.sum()) for one in found}
        return StageReport(
            "audit", title, facts, (*scores, *gaps), tuple(duplicate_findings(corpus, found, shown)),
            tuple(duplicate_exhibits(corpus, found)),
        )  # fmt: skip

    def _levels(self, chosen: dict[str, Column]) -> list[tuple[str, list[str]]]:
        names = list(chosen)
        kept = [name for name in names if typed(chosen[name]).kind != "identifier"]
        first = "the columns named" if self.columns else "all columns" if len(names) < HELD else f"the first {HELD:,}"
        levels = [(first, names)]
        if 0 < len(kept) < len(names) and not self.columns:
            levels.append(("without columns that number rows", kept))
        return levels

    def _repeats(self, what: str, named: dict[str, NDArray[np.uint64]], seed: int) -> Repeats:
        cells = list(named.values())
        rows = len(cells[0])
        near = affordable(len(cells), self.near)
        marked, pairs = near_rows(cells, near) if near else (np.zeros(rows, bool), [])
        shown = []
        for one, other in pairs:
            differing = [name for name, values in named.items() if values[one] != values[other]]
            shown.append((one, other, ", ".join(map(redact, differing))))
        return Repeats(
            what, len(cells), equals(row_hashes(cells, rows)), tuple(pairs_by_distance(cells, near)),
            tuple(expected_pairs(cells, near, seed)), marked, tuple(shown),
        )  # fmt: skip

    def _conflicts(self, every: dict[str, Column], chosen: dict[str, Column]) -> Conflicts | NotMeasured | None:
        name = self.label or "label"
        if name not in every:
            if self.label is None:
                return None
            return NotMeasured("conflicting-label-share", absent(every, name))
        used = [c for key, c in chosen.items() if key != name and typed(c).kind != "identifier"]
        if not used:
            return NotMeasured("conflicting-label-share", "there is no other column to be equal in")
        label = every[name]
        rows = np.flatnonzero(label.known)
        groups = equals(row_hashes([cell_hashes(one)[rows] for one in used], len(rows)))
        return conflicts_of(name, groups, label.codes[rows], rows)


def conflicts_of(name: str, groups: Equals, labels: NDArray[np.int32], rows: NDArray[np.int64]) -> Conflicts:
    """Rows whose group of equals has more than one label, those of the largest groups first."""
    cells, counts = np.unique(np.stack([groups.group, labels], 1), axis=0, return_counts=True)
    sorts = np.bincount(cells[:, 0], minlength=len(groups.sizes))
    most = np.zeros(len(groups.sizes), np.int64)
    np.maximum.at(most, cells[:, 0], counts)
    wrong = np.flatnonzero(sorts[groups.group] > 1)
    order = np.lexsort((wrong, groups.first[groups.group[wrong]], -groups.sizes[groups.group[wrong]]))
    floor = float((groups.sizes - most).sum() / len(rows)) if len(rows) else 0.0
    return Conflicts(name, rows[wrong[order]], int((sorts > 1).sum()), len(rows), floor)


def choose(
    every: dict[str, Column], columns: Sequence[str], ignore: Sequence[str], metric: str
) -> tuple[dict[str, Column], list[NotMeasured]]:
    """The columns that are compared, and what is missing; with a missing column nothing is compared."""
    wanted = columns or tuple(every)
    gaps = [NotMeasured(metric, absent(every, name)) for name in (*columns, *ignore) if name not in every]
    chosen = {name: every[name] for name in wanted if name in every and name not in ignore}
    if not chosen and not gaps:
        gaps.append(NotMeasured(metric, "no column is left to compare"))
    return ({} if gaps else chosen), gaps


def beyond(corpus: Corpus, metric: str, looked_at: int = HELD) -> list[NotMeasured]:
    """That columns after the first ``looked_at`` are not looked at, where there are any."""
    held = held_columns(corpus)
    further = len(held.found) + held.beyond - looked_at
    if further <= 0:
        return []
    reason = f"{further:,} further columns are not looked at: the first {looked_at:,} are"
    return [NotMeasured(metric, reason, {"columns": "the others"})]


def absent(every: dict[str, Column], name: str) -> str:
    """Why a column cannot be used: no row has a value in it."""
    names = list(every)
    hint = did_you_mean(name, names)
    return redact(f"no row has a value in a column {name!r}; {hint}there are: {', '.join(names[:20]) or 'none'}")


def _scores(one: Repeats) -> list[Measurement]:
    place = {"columns": one.what}
    repeated, near = int(one.equal.repeated.sum()), int(one.near.sum())
    scores: list[Measurement] = [
        Score(
            METRIC, repeated / one.rows, one.rows, "share of rows", "duplicate-rows/1 rows with an equal one; Wilson",
            *wilson(repeated, one.rows), direction="lower", slice=place,
        ),
        Score(
            "expected-duplicate-pairs", one.chance[0], one.rows, "pairs of rows",
            "expected-pairs/1 two halves of the columns independent, the largest of 8 halvings",
            interval="an expectation under a null, not an estimate", slice=place,
        ),
    ]  # fmt: skip
    if len(one.pairs) > 1:
        scores.append(
            Score(
                "near-duplicate-row-share",
                near / one.rows,
                one.rows,
                "share of rows",
                f"near-duplicate-rows/1 rows with another that differs in 1 to {len(one.pairs) - 1} cells; Wilson",
                *wilson(near, one.rows),
                direction="lower",
                slice=place,
            )  # fmt: skip
        )
    elif one.columns > 1:
        reason = f"{one.columns:,} columns are too many to leave each out in turn"
        scores.append(NotMeasured("near-duplicate-row-share", reason, place))
    return scores


def _conflict_scores(one: Conflicts) -> list[Score]:
    if not one.labelled:
        return []
    place, number = {"label": redact(one.label)}, len(one.rows)
    return [
        Score(
            "conflicting-label-share", number / one.labelled, one.labelled, "share of rows",
            "conflicting-labels/1 rows equal to another in all columns but the label; Wilson",
            *wilson(number, one.labelled), direction="lower", slice=place,
        ),
        Score(
            "label-error-floor", one.floor, one.labelled, "share of rows",
            "label-error-floor/1 rows that do not have the commonest label of their equals",
            interval="a count of this table; on other rows the floor is higher", direction="lower", slice=place,
        ),
    ]  # fmt: skip
