"""Audit ``privacy-risk``: how many rows a few known facts single out, and what that gives away."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...core import Corpus, Measurement, NotMeasured, Progress, Score, StageReport, UsageError, wilson
from ..base import AUDITS
from ..fairness.decision_findings import Compared
from ..fairness.decision_measures import Measure, dimensions
from ..fairness.decisions import tested
from ..fairness.group_rates import gap_of
from ..fairness.row_columns import Column, declared_groups, read_columns
from ..privacy import redact
from .column_types import Typed, typed
from .duplicate_rows import absent, beyond
from .equivalence import Combination, Diversity, coarsened, diversity, unique_combinations
from .privacy_findings import privacy_exhibits, privacy_findings
from .quasi_identifiers import MOST, proposed
from .row_hashes import Equals, cell_hashes, equals, row_hashes

METRIC = "k-anonymity"
COLUMNS, MOST_GROUPS, MINIMUM, PERMUTATIONS = 200, 50, 30, 999
COUNTED = "a count of this table, not an estimate"


@dataclass(frozen=True)
class Relief:
    """Rows at risk when one column is left out or made coarser; an empty name stands for all columns made coarser."""

    column: str
    without: int | None
    coarser: int


@dataclass(frozen=True)
class Risk:
    """Everything that was found. ``small`` (rows,) marks rows of a class of fewer than ``k`` rows."""

    names: tuple[str, ...]
    how: str
    k: int
    classes: Equals
    small: NDArray[np.bool_]
    combinations: tuple[Combination, ...]
    fewest: NDArray[np.int64]
    choices: NDArray[np.int64]
    diversity: dict[str, Diversity]
    relief: tuple[Relief, ...]
    compared: tuple[Compared, ...]

    @property
    def alone(self) -> NDArray[np.bool_]:
        """Whether each row (rows,) is alone in its class."""
        return ~self.classes.repeated

    @property
    def smallest(self) -> int:
        """Rows of the smallest class."""
        return int(self.classes.sizes.min())


@AUDITS.register(
    "privacy-risk",
    source="Sweeney 2002; Machanavajjhala et al. 2007; Li et al. 2007; Elliot et al. 2002, IJUFKS 10",
    unit="rows; share of rows",
)
class PrivacyRisk:
    """How many rows a few known facts single out: k-anonymity, l-diversity, t-closeness, and which columns do it.

    ``quasi`` are the columns that others may know of a person; empty proposes the declared groups and columns whose
    names say so. ``sensitive`` are columns that nobody should learn; empty means the column ``label``. ``groups`` are
    compared; empty means the declared ones. A row of a class of fewer than ``k`` rows is at risk.
    """

    name = "privacy-risk"

    def __init__(
        self,
        quasi: Sequence[str] = (),
        sensitive: Sequence[str] = (),
        groups: Sequence[str] = (),
        k: int = 5,
        label: str | None = None,
    ) -> None:
        if k < 2 or len(quasi) > MOST:
            raise UsageError(
                f"privacy-risk: k must be at least 2 and quasi at most {MOST} columns, not {k} and {len(quasi)}"
            )
        self.quasi, self.sensitive, self.groups, self.k = tuple(quasi), tuple(sensitive), tuple(groups), k
        self.label = label

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Tables of classes, columns and what would help, and the findings HW-A112 and HW-A113."""
        corpus.require_documents()
        title = "Who can be singled out"
        if corpus.modality != "table":
            reason = f"this corpus holds records of kind {corpus.modality!r}, not rows of a table"
            return StageReport("audit", title, scores=(NotMeasured(METRIC, reason),))
        every = read_columns(corpus, most=COLUMNS)
        asked = [
            name
            for name in (*self.quasi, *self.sensitive, *self.groups, *([self.label] if self.label else ()))
            if name not in every
        ]
        every |= read_columns(corpus, asked) if asked else {}
        gaps = [NotMeasured(METRIC, absent(every, name)) for name in asked if name not in every]
        gaps += [] if self.quasi else beyond(corpus, METRIC, COLUMNS)
        declared = self.groups or declared_groups(corpus)
        names, how = self._quasi(every, declared)
        if not names:
            reason = "no column looks like something that others know of a person; set quasi: [COLUMN, ...]"
            return StageReport("audit", title, scores=(*(gaps or [NotMeasured(METRIC, reason)]),))
        types = {
            name: typed(every[name])
            for name in {**dict.fromkeys(names), **dict.fromkeys(self._sensitive(every, names))}
        }
        with progress.task("privacy risk", 2) as task:
            risk = self._risk(types, names, how, self._sensitive(every, names))
            task.advance()
            risk = self._with_groups(risk, every, declared, seed)
            task.advance()
        facts = {
            "Smallest class of rows alike in quasi-identifiers": risk.smallest,
            "Rows alone in their class": int(risk.alone.sum()),
        }
        return StageReport(
            "audit", title, facts, (*self._scores(risk), *self._not_measured(risk), *gaps),
            tuple(privacy_findings(corpus, risk)), tuple(privacy_exhibits(risk)),
            {"quasi": [redact(name) for name in names], "how": how},
        )  # fmt: skip

    def _quasi(self, every: dict[str, Column], groups: Sequence[str]) -> tuple[list[str], str]:
        if self.quasi:
            return [name for name in self.quasi if name in every], "as given"
        types = [typed(column) for name, column in every.items() if name not in self._sensitive(every, ())]
        return proposed(types, groups), "proposed: the columns of groups, and names that say what others may know"

    def _sensitive(self, every: dict[str, Column], quasi: Sequence[str]) -> list[str]:
        return [name for name in self.sensitive or (self.label or "label",) if name in every and name not in quasi]

    def _risk(self, types: dict[str, Typed], names: Sequence[str], how: str, sensitive: Sequence[str]) -> Risk:
        columns = [types[name] for name in names]
        cells = [cell_hashes(one.column) for one in columns]
        rows = len(cells[0])
        classes = equals(row_hashes(cells, rows))
        small = classes.sizes[classes.group] < self.k
        found, fewest, choices = unique_combinations(names, cells)
        spread = {name: one for name in sensitive if (one := diversity(classes, types[name])) is not None}
        coarse = [cell_hashes(_coded(one)) for one in columns]
        relief = [self._relief(place, name, cells, coarse) for place, name in enumerate(names)]
        relief.append(Relief("", None, self._at_risk(coarse)))
        return Risk(tuple(names), how, self.k, classes, small, tuple(found), fewest, choices, spread, tuple(relief), ())

    def _relief(
        self, place: int, name: str, cells: Sequence[NDArray[np.uint64]], coarse: Sequence[NDArray[np.uint64]]
    ) -> Relief:
        others = [one for at, one in enumerate(cells) if at != place]
        without = self._at_risk(others) if others else 0
        return Relief(name, without, self._at_risk([*others, coarse[place]]))

    def _at_risk(self, cells: Sequence[NDArray[np.uint64]]) -> int:
        _, sizes = np.unique(row_hashes(cells, len(cells[0])), return_counts=True)
        return int(sizes[sizes < self.k].sum())

    def _with_groups(self, risk: Risk, every: dict[str, Column], groups: Sequence[str], seed: int) -> Risk:
        usable = [every[name] for name in groups if name in every and 2 <= len(every[name].values) <= MOST_GROUPS]
        measure = Measure(
            "unique-row-share", "quasi-identifiers", "rows alone in their class", np.ones(0, bool), risk.alone, True
        )
        compared = []
        for one in dimensions(usable, 1):
            member = one.codes >= 0
            gap = gap_of(
                risk.alone[member], one.codes[member], one.names, minimum=MINIMUM, permutations=PERMUTATIONS, seed=seed,
                dimension=one.name,
            )  # fmt: skip
            if gap is not None:
                compared.append(Compared(replace(measure, counts=member), one, gap))
        return replace(risk, compared=tuple(tested(compared)))

    def _scores(self, risk: Risk) -> list[Measurement]:
        rows = len(risk.small)
        alone, small = int(risk.alone.sum()), int(risk.small.sum())
        place = {"columns": redact(", ".join(risk.names))}
        scores: list[Measurement] = [
            Score(METRIC, risk.smallest, rows, "rows", "k-anonymity/1 rows of the smallest class", interval=COUNTED,
                  direction="higher", slice=place),
            Score("unique-row-share", alone / rows, rows, "share of rows", "unique-rows/1 alone in their class; Wilson",
                  *wilson(alone, rows), direction="lower", slice=place),
            Score("small-class-share", small / rows, rows, "share of rows",
                  f"small-classes/1 rows of classes of fewer than {risk.k}; Wilson", *wilson(small, rows),
                  direction="lower", slice=place),
        ]  # fmt: skip
        for name, one in risk.diversity.items():
            where = {"sensitive": redact(name)}
            scores += [
                Score("distinct-l-diversity", one.distinct, one.rows, "values",
                      "l-diversity/1 fewest values of a class", interval=COUNTED, direction="higher", slice=where),
                Score("entropy-l-diversity", one.entropy, one.rows, "effective values",
                      "l-diversity/1 exp of the smallest entropy of a class", interval=COUNTED, direction="higher",
                      slice=where),
                Score("t-closeness", one.distance, one.rows, "earth mover's distance",
                      "t-closeness/1 largest distance of a class from the table; ordered for numbers, else equal",
                      interval=COUNTED, direction="lower", slice=where),
            ]  # fmt: skip
        for compared in risk.compared:
            gap = compared.gap
            scores.append(
                Score("unique-row-share-difference", gap.value, gap.rows, "difference of shares",
                      "group-gap/1 largest minus smallest share of rows alone in their class; Newcombe", gap.low,
                      gap.high, direction="lower", slice={"dimension": redact(compared.dimension.name)})
            )  # fmt: skip
        return scores

    def _not_measured(self, risk: Risk) -> list[NotMeasured]:
        if risk.diversity:
            return []
        reason = "no sensitive column can be measured; set sensitive: [COLUMN] that is no quasi-identifier"
        return [NotMeasured("distinct-l-diversity", reason), NotMeasured("t-closeness", reason)]


def _coded(one: Typed) -> Column:
    """The coarser column as a column, with its codes for values."""
    values, codes = np.unique(coarsened(one), return_inverse=True)
    return Column(one.name, codes.reshape(-1).astype(np.int32), tuple(map(str, values.tolist())))
