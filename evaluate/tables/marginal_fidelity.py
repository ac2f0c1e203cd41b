"""Whether each column of synthetic rows is spread like that of real ones, in all rows and within groups."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import Measurement, NotMeasured, Score
from ...curate import redact
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..statistics import Estimate, difference, mean_interval
from .distances import Bools, Ints, Witness
from .marginal_exhibits import marginal_exhibits
from .marginal_findings import marginal_findings
from .paired_column import PairedColumn
from .table_items import distinct, row_items
from .two_tables import Group, TwoTables, group_columns, groups_of, not_compared, random_parts, two_tables

METRIC, UNIT = "marginal-fidelity", "1 - distance of a column"
SPLITS, GROUP_SPLITS = 20, 10
MOST_ITEMS = 500_000
"""Values of rows that are kept for single columns."""
NULL = {"reference": "real against real"}
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Marginal:
    """One column: its distance, its fidelity, and the fidelity of real rows against real ones at each split."""

    column: PairedColumn
    witness: Witness
    fidelity: Estimate
    null: Floats

    @property
    def excess(self) -> float:
        """How much less the fidelity is than that of real rows to each other."""
        return (float(self.null.mean()) if len(self.null) else 1.0) - self.fidelity.value

    @property
    def differs(self) -> bool:
        """Whether the whole interval lies below what real rows reach among each other."""
        floor = float(np.quantile(self.null, 0.025)) if len(self.null) else 1.0
        return self.fidelity.high is not None and self.fidelity.high < floor


@dataclass(frozen=True)
class Marginals:
    """All columns of a set of rows: ``mean`` over columns, and ``null`` (splits,) the same of real rows.

    ``shares``: for each real row, and each synthetic one, the share of its values that lie in the sets of difference.
    """

    columns: tuple[Marginal, ...]
    mean: Estimate
    null: Floats
    n: int
    shares: tuple[Floats, Floats]


@METRICS.register(
    METRIC,
    source="Levin & Peres 2017, ch. 4 (total variation); Smirnov 1948; Newcombe 1998, method 10, for the interval",
    unit=UNIT,
    range="[0, 1], 1 is equal",
    needs="rows",
    protocol="1 - total variation of the shares of all values (categories), 1 - Kolmogorov-Smirnov (numbers, dates); "
    "missing is a value; all rows of both sides; mean over columns",
    pitfalls="Two samples of one table differ too, the more the smaller they are: look at the value of real against "
    "real. It looks at one column at a time, so rows whose columns do not belong together can score 1.",
)
def measure_marginal_fidelity(
    subject: Subject, groups: Sequence[str] | None = None, minimum: int = 50, limit: float = 0.05
) -> Outcome:
    """Likeness of each column of synthetic rows to real ones, by total variation or Kolmogorov-Smirnov, and by group.

    ``groups`` are columns whose values tell groups (None: those that the corpus declares); a group needs ``minimum``
    rows on both sides. Findings HW-Q060 and HW-Q061 where a column, or a group, is at least ``limit`` further from
    real rows than these are from each other, beyond both intervals.
    """
    tables = two_tables(subject)
    whole = marginals(tables.columns, tables.real, tables.made, tables.hashes[0], subject.seed, SPLITS)
    found: dict[Group, Marginals] = {}
    skipped: list[NotMeasured] = []
    for name in group_columns(subject, groups):
        for group in groups_of(tables, name, minimum, METRIC):
            if isinstance(group, NotMeasured):
                skipped.append(group)
            else:
                found[group] = _within(tables, group, subject.seed)
    scores = [*_scores(whole, tables), *_group_scores(found, tables), *not_compared(METRIC, tables), *skipped]
    findings = marginal_findings(subject, tables, whole, found, scores, limit)
    items = tuple(_items(tables, whole, found, scores))
    return Outcome(tuple(scores), tuple(findings), tuple(marginal_exhibits(tables, whole, found)), items)


def marginals(
    columns: Sequence[PairedColumn],
    real: Sequence[Ints],
    made: Sequence[Ints],
    hashes: NDArray[np.uint64],
    seed: int,
    splits: int,
) -> Marginals:
    """Every column, and their mean: a row counts by the share of its values that lie in the sets of difference."""
    n, m = len(real[0]), len(made[0])
    parts = list(random_parts(hashes, m, seed, splits))
    found, nulls = [], np.zeros((len(columns), len(parts)))
    marks, others = np.zeros(n), np.zeros(m)
    for place, (column, a, b) in enumerate(zip(columns, real, made, strict=True)):
        witness = column.witness(a, b)
        nulls[place] = [1 - column.witness(a[first], a[second]).distance for first, second in parts]
        found.append(Marginal(column, witness, witness.fidelity(), nulls[place]))
        marks += witness.members[a]
        others += witness.members[b]
    shares = marks / len(columns), others / len(columns)
    return Marginals(tuple(found), mean_fidelity(marks, others, len(columns)), nulls.mean(0), n, shares)


def mean_fidelity(marks: Floats, others: Floats, sets: int) -> Estimate:
    """1 - the mean distance over ``sets`` of difference, from how many of them hold each row (rows,) of both sides."""
    one, two = (np.sort(side) / sets for side in (marks, others))  # sorted, so that the order of rows rounds nothing
    return inverted(difference(mean_interval(one), mean_interval(two)))


def inverted(gap: Estimate) -> Estimate:
    """1 - a distance, within [0, 1]."""
    low = None if gap.high is None else min(1.0, max(0.0, 1 - gap.high))
    high = None if gap.low is None else min(1.0, max(0.0, 1 - gap.low))
    return Estimate(min(1.0, max(0.0, 1 - gap.value)), gap.n, gap.se, low, high)


def _within(tables: TwoTables, group: Group, seed: int) -> Marginals:
    """The columns within a group; its own column is not among them."""
    kept = [place for place, column in enumerate(tables.columns) if column.name != group.column]
    if not kept:
        kept = list(range(len(tables.columns)))
    columns = [tables.columns[place] for place in kept]
    real, made = ([side[place][mask] for place in kept] for side, mask in _sides(tables, group))
    return marginals(columns, real, made, tables.hashes[0][group.real], seed, GROUP_SPLITS)


def _sides(tables: TwoTables, group: Group) -> Iterator[tuple[tuple[Ints, ...], Bools]]:
    yield tables.real, group.real
    yield tables.made, group.made


def null_score(metric: str, null: Floats, n: int, unit: str, method: str, where: dict[str, str]) -> Measurement:
    """The mean over splits of the real rows, with the range of the middle 95 % of them."""
    if not len(null):
        return NotMeasured(metric, "four real rows are needed to hold them against each other", where)
    low, high = np.quantile(null, [0.025, 0.975]).tolist()
    value = float(null.mean())
    interval = f"middle 95 % of {len(null)} random splits"
    return Score(metric, value, n, unit, method, min(low, value), max(high, value), interval, direction="higher",
                 slice=where)  # fmt: skip


def _scores(whole: Marginals, tables: TwoTables) -> Iterator[Measurement]:
    method = _method(tables)
    n = min(tables.n, tables.m)
    yield _score(whole.mean, n, f"{method}; mean over {len(whole.columns)} columns", {})
    yield null_score(METRIC, whole.null, tables.n, UNIT, f"{method}; mean over {len(whole.columns)} columns", NULL)
    for one in whole.columns:
        yield _score(one.fidelity, n, f"{method}; {one.column.rule}", {"column": redact(one.column.name)})


def _group_scores(found: dict[Group, Marginals], tables: TwoTables) -> Iterator[Measurement]:
    for group, one in found.items():
        method = f"{_method(tables)}; mean over {len(one.columns)} columns"
        yield _score(one.mean, min(one.n, int(group.made.sum())), method, group.slice)
        yield null_score(METRIC, one.null, one.n, UNIT, method, group.slice | NULL)


def _items(
    tables: TwoTables, whole: Marginals, found: dict[Group, Marginals], scores: Sequence[Measurement]
) -> Iterator[ItemValues]:
    """The rows behind the mean of all rows, of each group and of each column (of so many columns as are cheap)."""
    known = {tuple(one.slice.items()): one for one in scores if isinstance(one, Score)}
    rows, made = distinct([tables.ids[row] for row in tables.rows]), distinct(tables.made_ids)
    yield row_items(known[()], rows, made, *whole.shares)
    cheap = max(0, MOST_ITEMS // (len(rows) + len(made)))
    for place, one in enumerate(whole.columns[:cheap]):
        score = known[("column", redact(one.column.name)),]
        if score.value == one.fidelity.value:  # of two columns that look alike when redacted only the first is named
            sides = (one.witness.members[side[place]] for side in (tables.real, tables.made))
            yield row_items(score, rows, made, *(side.astype(np.float64) for side in sides))
    for group, one_group in found.items():
        real = [rows[k] for k in np.flatnonzero(group.real)]
        synthetic = made[: int(group.made.sum())]  # by place: rows of two models have no more in common
        yield row_items(known[tuple(group.slice.items())], real, synthetic, *one_group.shares)


def _method(tables: TwoTables) -> str:
    return f"marginal-fidelity/1 float64, {tables.protocol}"


def _score(found: Estimate, n: int, method: str, where: dict[str, str]) -> Score:
    bounds = found.bounds()
    return Score(METRIC, found.value, n, UNIT, method, direction="higher", slice=where, **bounds)
