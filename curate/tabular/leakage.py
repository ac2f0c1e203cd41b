"""Audit ``leakage``: columns that give the label away, and rows that stand in two splits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...core import Corpus, Measurement, NotMeasured, Progress, Score, StageReport, UsageError, generator, wilson
from ..base import AUDITS
from ..fairness.row_columns import Column, read_columns
from ..privacy import redact
from .column_types import Typed, named_as_identifier, typed
from .duplicate_rows import absent, beyond
from .label_strength import Told, folds_of, same_twice, told
from .leakage_findings import leakage_exhibits, leakage_findings
from .row_hashes import Hashes, affordable, cell_hashes, expected_pairs
from .split_leaks import Crossing, SharedUnits, cross_share, crossings, shared_units

STRENGTH, SPLIT = "label-strength", "cross-split-row-share"
SCORES, MOST_LABELS, MOST_SPLITS, MINIMUM = 200, 50, 10, 10
FEWEST_UNITS = 20
SPLIT_NAMES = ("split", "subset", "partition", "fold")


@dataclass(frozen=True)
class Leaks:
    """Everything that was found. ``label`` and ``split`` are the columns that were used, None where there is none."""

    label: str | None
    split: str | None
    told: tuple[Told, ...]
    twice: tuple[tuple[str, str, int], ...]
    crossings: tuple[Crossing, ...]
    units: tuple[SharedUnits, ...]
    rows: int


@AUDITS.register(
    "leakage",
    source="Kaufman et al. 2012, TKDD 6, 15; Youden 1950; Brodersen et al. 2010, ICPR; Wilson 1927",
    unit="adjusted balanced accuracy; share of rows",
)
class Leakage:
    """Columns that alone tell the label nearly perfectly, and rows or units that stand in two splits.

    ``label`` is the column to be predicted, ``split`` the one that names training and test rows; None means the columns
    called so. ``units`` are columns that name what must stand on one side (a patient). ``ignore`` are left out.
    ``near`` is the number of cells in which nearly equal rows may differ. ``effect`` is the strength from which a
    column is reported. At most ``rows`` rows are drawn for it.
    """

    name = "leakage"

    def __init__(
        self, label: str | None = None, split: str | None = None, units: Sequence[str] = (),
        ignore: Sequence[str] = (), near: int = 1, effect: float = 0.9, rows: int = 50_000,
    ) -> None:  # fmt: skip
        if not 0 <= near <= 2 or not 0 < effect <= 1 or rows < 100:
            raise UsageError(
                "leakage: near must be 0, 1 or 2 cells, effect above 0 and at most 1 and rows at least 100, not "
                f"{near}, {effect} and {rows}"
            )
        self.label, self.split, self.units, self.ignore = label, split, tuple(units), tuple(ignore)
        self.near, self.effect, self.rows = near, effect, rows

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Tables of columns, pairs and units, and the findings HW-A109, HW-A110 and HW-A111."""
        corpus.require_documents()
        title = "Leakage"
        if corpus.modality != "table":
            reason = f"this corpus holds records of kind {corpus.modality!r}; cross-split-duplicates compares texts"
            return StageReport("audit", title, scores=(NotMeasured(STRENGTH, reason),))
        every = read_columns(corpus)
        wanted = [name for name in (self.label, self.split, *self.units) if name and name not in every]
        every |= read_columns(corpus, wanted) if wanted else {}
        types = {name: typed(column) for name, column in every.items()}
        label, gaps = self._label(every)
        gaps += beyond(corpus, STRENGTH)
        split, more = self._split(every)
        gaps += more
        gaps += [NotMeasured("shared-unit-share", absent(every, name)) for name in self.units if name not in every]
        with progress.task("leakage", 2) as task:
            features = [one for name, one in types.items() if name not in (label, split, *self.ignore)]
            used, found = self._told(features, every[label], seed) if label else (0, ())
            task.advance()
            crossed, shared, problems = (
                self._crossed(features, types, label, every[split], seed) if split else ((), (), [])
            )
            task.advance()
        leaks = Leaks(label, split, found, tuple(same_twice(features)), crossed, shared, used)
        findings = tuple(leakage_findings(corpus, leaks, types, self.effect))
        exhibits = tuple(leakage_exhibits(corpus, leaks))
        return StageReport("audit", title, {}, (*_scores(leaks), *gaps, *problems), findings, exhibits)

    def _label(self, every: dict[str, Column]) -> tuple[str | None, list[Measurement]]:
        name = self.label or "label"
        if name not in every:
            reason = absent(every, name) if self.label else "no label is named; set label: COLUMN (--label COLUMN)"
            return None, [NotMeasured(STRENGTH, reason)]
        values, counts = len(every[name].values), np.bincount(every[name].codes[every[name].known])
        reason = ""
        if values < 2:
            reason = f"the label {name!r} has one value in every row that has any"
        elif values > MOST_LABELS:
            reason = f"the label {name!r} has {values:,} values, more than {MOST_LABELS}: it is no class"
        elif (counts >= MINIMUM).sum() < 2:
            reason = f"fewer than two values of the label {name!r} have {MINIMUM} rows"
        return (None, [NotMeasured(STRENGTH, redact(reason))]) if reason else (name, [])

    def _split(self, every: dict[str, Column]) -> tuple[str | None, list[Measurement]]:
        named = [
            name for name in every if name.casefold() in SPLIT_NAMES and 2 <= len(every[name].values) <= MOST_SPLITS
        ]
        name = self.split or (named[0] if named else None)
        if name is None:
            return None, [NotMeasured(SPLIT, "no column of splits is named; set split: COLUMN (--split COLUMN)")]
        if name not in every:
            return None, [NotMeasured(SPLIT, absent(every, name))]
        values = len(every[name].values)
        if not 2 <= values <= MOST_SPLITS:
            reason = f"a column of splits has 2 to {MOST_SPLITS} values, and {name!r} has {values:,}"
            return None, [NotMeasured(SPLIT, redact(reason))]
        return name, []

    def _told(self, features: Sequence[Typed], label: Column, seed: int) -> tuple[int, tuple[Told, ...]]:
        sizes = np.bincount(label.codes[label.known], minlength=len(label.values))
        usable = np.isin(label.codes, np.flatnonzero(sizes >= MINIMUM))
        rows = np.flatnonzero(usable)
        if len(rows) > self.rows:
            rows = np.sort(generator(seed, "leakage").permutation(rows)[: self.rows])
        codes = np.unique(label.codes[rows], return_inverse=True)[1].astype(np.int64)
        if len(np.unique(codes)) < 2:
            return 0, ()
        folds = folds_of(len(rows), seed)
        found = [told(one, codes, rows, folds, seed, self.effect) for one in features if one.kind != "empty"]
        return len(rows), tuple(sorted(found, key=lambda one: (-one.strength.value, one.name)))

    def _crossed(
        self, features: Sequence[Typed], types: dict[str, Typed], label: str | None, splits: Column, seed: int
    ) -> tuple[tuple[Crossing, ...], tuple[SharedUnits, ...], list[NotMeasured]]:
        names = [one.name for one in features if one.kind not in ("identifier", "empty") and one.name not in self.units]
        found: list[Crossing] = []
        problems = []
        if names:
            cells = [cell_hashes(types[name].column) for name in names]
            share = cross_share(splits)
            expected = expected_pairs(cells, near := affordable(len(cells), self.near), seed)
            chance = {pair: part * expected[0] for pair, part in share.items()}
            found += self._equal(cells, types, label, splits, chance)
            if near:
                what = "one cell" if near == 1 else f"at most {near} cells"
                by_chance = {pair: part * sum(expected) for pair, part in share.items()}
                found += crossings(f"equal but for {what}", cells, splits, by_chance, near)
        else:
            problems.append(NotMeasured(SPLIT, "there is no column to compare but labels, splits and identifiers"))
        units = self.units or [name for name, one in types.items() if _names_units(one, (splits.name, label))]
        shared = [one for name in units if name in types for one in shared_units(types[name].column, splits)]
        return tuple(found), tuple(shared), problems

    def _equal(
        self, cells: Sequence[Hashes], types: dict[str, Typed], label: str | None, splits: Column,
        chance: dict[tuple[int, int], float],
    ) -> list[Crossing]:  # fmt: skip
        if label is None:
            return list(crossings("equal", cells, splits, chance))
        with_label = [*cells, cell_hashes(types[label].column)]
        return [
            *crossings("equal, label and all", with_label, splits, chance),
            *crossings("equal but for the label", cells, splits, chance),
        ]


def _names_units(one: Typed, others: Sequence[str | None]) -> bool:
    """Whether a column seems to name what several rows belong to: by its name, and by values that come again."""
    again = FEWEST_UNITS <= one.distinct < 0.99 * one.rows
    return again and named_as_identifier(one.name) and one.name not in others


def _scores(leaks: Leaks) -> list[Measurement]:
    scores: list[Measurement] = []
    for one in leaks.told[:SCORES]:
        scores.append(
            Score(
                STRENGTH,
                one.strength.value,
                leaks.rows,
                "adjusted balanced accuracy",
                "label-strength/1 balanced majority of each value (100 classes of numbers), five folds; normal",
                one.strength.low,
                one.strength.high,
                slice={"column": redact(one.name), "label": redact(leaks.label or "")},
            )  # fmt: skip
        )
    for cross in leaks.crossings:
        scores.append(
            Score(
                SPLIT,
                len(cross.rows) / cross.total,
                cross.total,
                "share of rows",
                "cross-split-rows/1 rows of the split with such a row in the other; Wilson",
                *wilson(len(cross.rows), cross.total),
                direction="lower",
                slice={"split": redact(cross.own), "other": redact(cross.other), "rows": cross.level},
            )  # fmt: skip
        )
    for unit in leaks.units:
        if unit.total:
            scores.append(
                Score(
                    "shared-unit-share",
                    unit.units / unit.total,
                    unit.total,
                    "share of units",
                    "shared-units/1 values of the split that stand in the other; Wilson",
                    *wilson(unit.units, unit.total),
                    direction="lower",
                    slice={"column": redact(unit.column), "split": redact(unit.own), "other": redact(unit.other)},
                )  # fmt: skip
            )
    return scores
