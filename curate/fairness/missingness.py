"""Audit ``missingness``: whose values are missing more often than those of others."""

from collections.abc import Iterator, Sequence

import numpy as np

from ...core import Corpus, Measurement, NotMeasured, Progress, Score, StageReport, Table, UsageError
from ..base import AUDITS
from ..privacy import redact
from .decision_exhibits import GAPS, gap_row
from .decision_findings import Compared, finding, is_disparity
from .decision_measures import Measure, dimensions
from .decisions import tested
from .group_rates import gap_of
from .row_columns import Column, declared_groups, read_columns

METRIC = "missing-rate-difference"
MARKS = ("?", "NA", "N/A", "NaN", "nan", "null", "None")
COLUMNS, LISTED, CELLS = 200, 100, 50


@AUDITS.register(
    "missingness",
    source="Rubin 1976, Biometrika 63, 581-592; fairlearn MetricFrame; Wilson 1927; Newcombe 1998",
    unit="share of rows without a value, by group",
)
class Missingness:
    """Share of missing values of each column by group, with the gap that chance alone would show.

    ``groups`` are columns of groups; empty means the declared ones. Blank values are missing, and those in ``marks``.
    Groups of fewer than ``minimum`` rows are not measured. A finding needs Cohen's h of ``effect``, a gap above the
    chance one, and the false discovery ``rate``.
    """

    name = "missingness"

    def __init__(
        self, groups: Sequence[str] = (), marks: Sequence[str] = MARKS, minimum: int = 30, effect: float = 0.2,
        rate: float = 0.05, permutations: int = 999, maximum_groups: int = 50,
    ) -> None:  # fmt: skip
        if min(minimum, permutations) < 1 or not 0 < effect <= np.pi or not 0 < rate < 1 or maximum_groups < 2:
            raise UsageError(
                "missingness: minimum and permutations must be at least 1, effect above 0 and at most pi, rate between "
                f"0 and 1 and maximum_groups at least 2, not {minimum}, {permutations}, {effect}, {rate} and "
                f"{maximum_groups}"
            )
        self.groups, self.marks, self.minimum = tuple(groups), tuple(marks), minimum
        self.effect, self.rate, self.permutations, self.maximum_groups = effect, rate, permutations, maximum_groups

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """A table of the gaps, and the finding HW-A084."""
        corpus.require_documents()
        names = self.groups or declared_groups(corpus)
        columns = read_columns(corpus, most=COLUMNS + len(names)) if names else {}
        usable, gaps = self._groups(columns, names)
        compared: list[Compared] = []
        for dimension in dimensions(usable, 1):
            member = dimension.codes >= 0
            for column in columns.values():
                missing = self._missing(column)
                if column.name == dimension.name or not missing.any():
                    continue
                gap = gap_of(
                    missing[member], dimension.codes[member], dimension.names, minimum=self.minimum,
                    permutations=self.permutations, seed=seed, dimension=dimension.name,
                )  # fmt: skip
                if gap is None:
                    reason = f"fewer than two groups have {self.minimum} rows (option minimum)"
                    gaps.append(NotMeasured(METRIC, reason, {"dimension": redact(dimension.name)}))
                else:
                    shown = redact(column.name)
                    what = Measure("missing-rate", shown, f"rows without {shown}", member, missing, True)
                    compared.append(Compared(what, dimension, gap))
        return self._report(corpus, tested(compared), gaps, bool(usable))

    def _groups(self, columns: dict[str, Column], names: Sequence[str]) -> tuple[list[Column], list[NotMeasured]]:
        usable, gaps = [], []
        if not names:
            gaps.append(NotMeasured(METRIC, "no column of groups is named; set groups: [COLUMN] (--groups COLUMN)"))
        for name in names:
            values = columns[name].values if name in columns else ()
            if 2 <= len(values) <= self.maximum_groups:
                usable.append(columns[name])
            else:
                reason = f"a column of groups has 2 to {self.maximum_groups} values, and this one has {len(values):,}"
                gaps.append(NotMeasured(METRIC, reason, {"dimension": redact(name)}))
        return usable, gaps

    def _missing(self, column: Column) -> np.ndarray:
        marked = np.array([*(value in self.marks for value in column.values), True])  # the last one is that of code -1
        return np.asarray(marked[column.codes])

    def _report(
        self, corpus: Corpus, compared: Sequence[Compared], gaps: Sequence[NotMeasured], usable: bool
    ) -> StageReport:
        scores: list[Measurement] = [score for one in compared for score in _scores(one)]
        strong = [one for one in compared if is_disparity(one, self.effect, self.rate)]
        findings = tuple(finding(corpus, one, self.effect, self.rate, _gap(one)) for one in strong)
        ranked = sorted(compared, key=lambda one: (-one.gap.value, one.measure.of, one.dimension.name))
        note = (
            "Columns with a missing value. Low and high: Newcombe at 95 % for the two extreme groups; beside the gap "
            f"the 95 % quantile of what chance alone makes. Groups of {self.minimum} rows or more."
        )
        rows = tuple(map(gap_row, ranked[:LISTED]))
        exhibits = (Table("missingness-gaps", "Missing values by group", GAPS, rows, note),) if rows else ()
        count = len({one.measure.of for one in compared})
        facts = {"Columns with missing values": count} if usable else {}
        return StageReport("audit", "Missing values by group", facts, (*scores, *gaps), findings, exhibits)


def _gap(one: Compared) -> Score:
    return Score(
        METRIC, one.gap.value, one.gap.rows, "difference of shares",
        "missing-rate/1 largest minus smallest share of rows without a value; Newcombe's interval of the two groups",
        one.gap.low, one.gap.high, direction="lower",
        slice={"dimension": redact(one.dimension.name), "of": one.measure.of},
    )  # fmt: skip


def _scores(one: Compared) -> Iterator[Score]:
    score = _gap(one)
    yield score
    for rate in one.gap.rates[:CELLS]:
        yield Score(
            "missing-rate", rate.rate, rate.rows, "share of rows", "missing-rate/1 share without a value; Wilson",
            rate.low, rate.high, slice={**score.slice, "group": redact(rate.group)},
        )  # fmt: skip
