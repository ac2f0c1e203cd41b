"""Audit ``drift``: what has changed between two versions, or two splits, of a table."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control

from ...core import Corpus, Measurement, NotMeasured, Progress, Score, StageReport, UsageError
from ..base import AUDITS
from ..fairness.row_columns import Columns, held_columns
from ..privacy import redact
from .column_types import Typed, typed
from .drift_findings import drift_exhibits, drift_findings
from .drift_measures import Moved, moved
from .duplicate_rows import absent, beyond
from .leakage import SPLIT_NAMES
from .reference import columns_of_path, part_of
from .row_hashes import cell_hashes, row_hashes

METRIC = "drift-distance"
MOST, MINIMUM = 200, 30


@dataclass(frozen=True)
class Drift:
    """Everything that was found. ``places`` (rows of B,) are the places of B's rows in the corpus.

    ``added`` (rows of B,) marks rows that A does not have, ``removed`` counts A's that B does not have.
    """

    name_a: str
    name_b: str
    moved: tuple[tuple[Moved, float], ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    types: tuple[tuple[str, str, str], ...]
    rows_a: int
    rows_b: int
    added: np.ndarray
    removed: int
    places: np.ndarray
    columns_b: dict[str, Typed]


@AUDITS.register(
    "drift",
    source="Siddiqi 2006; Lin 1991; Smirnov 1948; Davison & Hinkley 1997; Benjamini & Hochberg 1995",
    unit="distance of two distributions, in [0, 1]",
)
class DriftAudit:
    """How the columns of a table differ from those of a reference, or of another split.

    ``reference_path`` is a data file, a corpus or a run folder that holds the earlier table. Without it, ``split`` is
    the column whose values are compared (None: the column called split): ``base`` against each other value; None is
    the value with the most rows. A finding needs a distance of ``effect``, more than chance, and the false discovery
    ``rate``.
    """

    name = "drift"

    def __init__(
        self, reference_path: str | None = None, split: str | None = None, base: str | None = None,
        ignore: Sequence[str] = (), effect: float = 0.1, rate: float = 0.05,
    ) -> None:  # fmt: skip
        if not 0 < effect < 1 or not 0 < rate < 1:
            raise UsageError(f"drift: effect and rate must lie between 0 and 1, not {effect} and {rate}")
        if reference_path is not None and (split is not None or base is not None):
            raise UsageError("drift: give either reference_path or split, not both; run the audit twice for both")
        self.reference_path, self.split, self.base = reference_path, split, base
        self.ignore, self.effect, self.rate = tuple(ignore), effect, rate

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Tables and a chart for each comparison, and the findings HW-A114 and HW-A115."""
        corpus.require_documents()
        title = "Drift"
        if corpus.modality != "table":
            reason = f"this corpus holds records of kind {corpus.modality!r}; 'headwater diff' compares runs of texts"
            return StageReport("audit", title, scores=(NotMeasured(METRIC, reason),))
        pairs, gaps = self._pairs(held_columns(corpus))
        found = []
        with progress.task("drift", len(pairs)) as task:
            for name_a, a, name_b, b, places in pairs:
                found.append(self._drift(name_a, a, name_b, b, places, seed))
                task.advance()
        scores = [score for one in found for score in _scores(one)]
        findings = tuple(f for one in found for f in drift_findings(corpus, one, self.effect, self.rate))
        exhibits = tuple(exhibit for one in found for exhibit in drift_exhibits(one, self.effect))
        gaps += beyond(corpus, METRIC, MOST) if found else []
        return StageReport("audit", title, {}, (*scores, *gaps), findings, exhibits)

    def _pairs(self, every: Columns) -> tuple[list[tuple[str, Columns, str, Columns, np.ndarray]], list[Measurement]]:
        if self.reference_path is not None:
            return [
                ("the reference", columns_of_path(self.reference_path), "this table", every, np.arange(every.rows))
            ], []
        filled = {name: column for name, column in every.found.items() if column.values}
        named = [name for name in filled if name.casefold() in SPLIT_NAMES and 2 <= len(filled[name].values) <= 10]
        name = self.split or (named[0] if named else None)
        if name is None:
            reason = "there is nothing to compare with; set reference_path: FILE or split: COLUMN"
            return [], [NotMeasured(METRIC, reason)]
        if name not in filled:
            return [], [NotMeasured(METRIC, absent(filled, name))]
        column = filled[name]
        if not 2 <= len(column.values) <= 10:
            reason = f"a column of splits has 2 to 10 values, and {name!r} has {len(column.values):,}"
            return [], [NotMeasured(METRIC, redact(reason))]
        sizes = np.bincount(column.codes[column.known], minlength=len(column.values))
        base = self.base if self.base is not None else column.values[int(sizes.argmax())]
        if base not in column.values:
            reason = f"no row has {base!r} in the column {name!r}; it has {', '.join(column.values)}"
            return [], [NotMeasured(METRIC, redact(reason))]
        others = Columns({key: one for key, one in every.found.items() if key != name}, every.rows, every.beyond)
        masks = {value: column.codes == code for code, value in enumerate(column.values)}
        first = part_of(others, masks[base])
        return [
            (base, first, value, part_of(others, mask), np.flatnonzero(mask))
            for value, mask in masks.items()
            if value != base
        ], []

    def _drift(self, name_a: str, a: Columns, name_b: str, b: Columns, places: np.ndarray, seed: int) -> Drift:
        types_a, types_b = (
            {name: typed(column) for name, column in list(one.found.items())[:MOST] if name not in self.ignore}
            for one in (a, b)
        )
        common = [name for name in types_b if name in types_a]
        enough = min(a.rows, b.rows) >= MINIMUM
        usable = [name for name in common if enough and _comparable(types_a[name], types_b[name])]
        changes = [moved(types_a[name], types_b[name], seed) for name in usable]
        q = false_discovery_control([one.p for one in changes], method="bh").tolist() if changes else []
        ranked = sorted(zip(changes, q, strict=True), key=lambda entry: (-entry[0].distance, entry[0].name))
        added, removed = _added(a, b, common)
        kinds = [
            (name, str(types_a[name].kind), str(types_b[name].kind))
            for name in common
            if types_a[name].kind != types_b[name].kind
        ]
        return Drift(
            name_a, name_b, tuple(ranked), tuple(name for name in types_a if name not in types_b),
            tuple(name for name in types_b if name not in types_a), tuple(kinds), a.rows, b.rows, added, removed,
            places, types_b,
        )  # fmt: skip


def _comparable(one: Typed, other: Typed) -> bool:
    """Whether shares of values say anything: not of identifiers and free text, nor where there is no value at all."""
    kinds = {one.kind, other.kind}
    return not kinds & {"identifier", "text"} and kinds != {"empty"}


def _added(a: Columns, b: Columns, common: Sequence[str]) -> tuple[np.ndarray, int]:
    """Which rows of B (a mask) A does not have, each copy counted, in the columns that both have; and the reverse."""
    if not common:
        return np.ones(b.rows, bool), a.rows
    one, other = (row_hashes([cell_hashes(part.found[name]) for name in common], part.rows) for part in (a, b))
    names, counts = np.unique(one, return_counts=True)
    order = np.argsort(other, kind="stable")
    ordered = other[order]
    turn = np.arange(len(ordered)) - np.searchsorted(ordered, ordered, "left")
    place = np.minimum(np.searchsorted(names, ordered), len(names) - 1)
    there = np.where(names[place] == ordered, counts[place], 0)
    added = np.zeros(len(other), bool)
    added[order] = turn >= there
    return added, a.rows - int((~added).sum())


def _scores(one: Drift) -> list[Measurement]:
    place = {"from": redact(one.name_a), "to": redact(one.name_b)}
    if min(one.rows_a, one.rows_b) < MINIMUM:
        reason = f"one of the tables has fewer than {MINIMUM} rows ({one.rows_a:,} and {one.rows_b:,})"
        return [NotMeasured(METRIC, reason, place)]
    scores: list[Measurement] = []
    for change, _ in one.moved:
        where = {**place, "column": redact(change.name)}
        scores.append(
            Score(METRIC, change.distance, change.rows, "distance of two distributions",
                  f"drift-distance/1 {change.rule}; basic bootstrap of 400 draws", change.low, change.high,
                  direction="lower", slice=where)
        )  # fmt: skip
        scores.append(
            Score("population-stability-index", change.psi, change.rows, "sum of (q - p) ln(q / p)",
                  "psi/1 ten classes of the reference or 50 values, half a row added to each",
                  interval="see drift-distance, of the same values", direction="lower", slice=where)
        )  # fmt: skip
    return scores
