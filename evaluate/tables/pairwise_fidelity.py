"""Whether pairs of columns of synthetic rows go together like those of real ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ...core import Chart, Exhibit, Finding, Measurement, NotMeasured, Score, Series, Table
from ...curate import redact
from ..base import METRICS, Outcome, Subject
from ..statistics import Estimate, jackknife
from .association import association, measure_of
from .distances import Ints, Witness, total_variation
from .marginal_fidelity import NULL, mean_fidelity, null_score
from .paired_column import PairedColumn
from .table_items import distinct, row_items
from .two_tables import TwoTables, made_examples, not_compared, two_tables

METRIC, UNIT = "pairwise-fidelity", "1 - distance of a pair of columns"
BINS, CATEGORIES, SPLITS, GROUPS = 10, 20, 10, 20
LISTED, CHARTED, MATRIX, NAMED, EXAMPLES, DOCUMENTS = 100, 12, 8, 5, 5, 20
STRONG = 0.2
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """Two columns: the distance of their tables of counts, and the strength of association on both sides.

    ``null`` (splits,) are fidelities of real rows against real ones; strengths are None where too few rows have both.
    """

    first: PairedColumn
    second: PairedColumn
    witness: Witness
    null: Floats
    real: float | None
    made: float | None

    @property
    def name(self) -> str:
        """Both columns."""
        return f"{redact(self.first.name)} × {redact(self.second.name)}"

    @property
    def fidelity(self) -> Estimate:
        """1 - total variation, with its interval."""
        return self.witness.fidelity()

    @property
    def excess(self) -> float:
        """How much less the fidelity is than that of real rows to each other."""
        return (float(self.null.mean()) if len(self.null) else 1.0) - self.fidelity.value

    @property
    def differs(self) -> bool:
        """Whether the whole interval lies below what real rows reach among each other."""
        high = self.fidelity.high
        return bool(len(self.null)) and high is not None and high < float(np.quantile(self.null, 0.025))

    @property
    def moved(self) -> float:
        """Difference of the strengths of association, synthetic minus real; 0 where there is none."""
        return 0.0 if self.real is None or self.made is None else self.made - self.real


@dataclass(frozen=True)
class Pairs:
    """All pairs with their mean, and the mean likeness of associations with its null (splits,).

    ``shares``: for each real row, and each synthetic one, the share of its pairs that lie in the sets of difference.
    """

    found: tuple[Pair, ...]
    mean: Estimate
    null: Floats
    associations: Estimate | None
    association_null: Floats
    shares: tuple[Floats, Floats]


@METRICS.register(
    METRIC,
    source="Levin & Peres 2017, ch. 4; Bergsma 2013 (Cramer's V); Kelley 1935 (correlation ratio); Spearman 1904",
    unit=UNIT,
    range="[0, 1], 1 is equal",
    needs="rows",
    protocol="1 - total variation of the contingency table of each pair (numbers in ten stretches equally full in the "
    "real rows, the 20 commonest categories, missing a class); associations: 1 - |difference of V, ratio of ranks or "
    "Spearman|; mean over pairs; all rows of both sides",
    pitfalls="Tables of many cells differ by chance: look at the value of real against real. A mean over pairs hides "
    "one pair that is wrong among hundreds of independent ones: look at the worst.",
)
def measure_pairwise_fidelity(subject: Subject, columns: int = 40, limit: float = 0.05) -> Outcome:
    """Likeness of each pair of columns of synthetic rows to real ones: contingency tables, and strength of association.

    Pairs of the first ``columns`` columns. Finding HW-Q062 where a pair lies at least ``limit`` below what real rows
    reach among each other, beyond both intervals.
    """
    tables = two_tables(subject)
    if len(tables.columns) < 2:
        return Outcome((NotMeasured(METRIC, "a pair needs two columns that can be compared"),))
    found = measured_pairs(tables, columns, subject.seed)
    scores = [*_scores(found, tables), *_beyond(tables, columns), *not_compared(METRIC, tables)]
    whole = next(score for score in scores if isinstance(score, Score))
    ids = distinct([tables.ids[row] for row in tables.rows]), distinct(tables.made_ids)
    items = row_items(whole, *ids, *found.shares)
    findings = tuple(_findings(subject, tables, found, scores, limit))
    return Outcome(tuple(scores), findings, tuple(_exhibits(found)), (items,))


def binned(column: PairedColumn, real: Ints) -> Ints:
    """The class of each value (values,): ten stretches of numbers, the 20 commonest categories and the rest."""
    order = np.isfinite(column.order)
    if column.is_number:
        numbers, rows = column.order[order], column.order[real]
        rows = rows[np.isfinite(rows)]
        edges = np.unique(np.quantile(rows if len(rows) else numbers, np.linspace(0, 1, BINS + 1)[1:-1]))
        classes = np.searchsorted(edges, numbers, "left")
        return np.concatenate([classes, len(edges) + 1 + np.arange(column.atoms)]).astype(np.int64)
    ranked = np.argsort(-column.counts(real), kind="stable")
    found = np.full(len(ranked), CATEGORIES, np.int64)
    found[ranked[:CATEGORIES]] = np.arange(min(CATEGORIES, len(ranked)))
    return found


def measured_pairs(tables: TwoTables, columns: int, seed: int) -> Pairs:
    """Every pair of the first ``columns`` columns."""
    chosen = tables.columns[:columns]
    classes = [binned(column, real) for column, real in zip(chosen, tables.real, strict=False)]
    real = [kind[codes] for kind, codes in zip(classes, tables.real, strict=False)]
    made = [kind[codes] for kind, codes in zip(classes, tables.made, strict=False)]
    parts = list(tables.parts(seed, SPLITS))
    found, marks, others = [], np.zeros(tables.n), np.zeros(tables.m)
    for i, j in combinations(range(len(chosen)), 2):
        width = int(classes[j].max()) + 1
        a, b = real[i] * width + real[j], made[i] * width + made[j]
        witness = _contingency(a, b)
        marks += witness.members[a]
        others += witness.members[b]
        null = np.array([1 - _contingency(a[one], a[two]).distance for one, two in parts])
        strengths = (association(chosen[i], chosen[j], side[i], side[j]) for side in (tables.real, tables.made))
        found.append(Pair(chosen[i], chosen[j], witness, null, *strengths))
    mean = mean_fidelity(marks, others, len(found))
    null = np.mean([pair.null for pair in found], 0)
    shares = marks / len(found), others / len(found)
    return Pairs(tuple(found), mean, null, *_associations(tables, found, parts), shares)


def _contingency(a: Ints, b: Ints) -> Witness:
    size = int(max(a.max(), b.max())) + 1
    return total_variation(np.bincount(a, minlength=size), np.bincount(b, minlength=size))


def _associations(
    tables: TwoTables, found: Sequence[Pair], parts: Sequence[tuple[Ints, Ints]]
) -> tuple[Estimate | None, Floats]:
    """Mean of 1 - |difference| over pairs with a strength on both sides; groups of rows are left out in turn."""
    known = [pair for pair in found if pair.real is not None and pair.made is not None]
    if not known:
        return None, np.zeros(0)
    place = {id(column): number for number, column in enumerate(tables.columns)}
    places = [(place[id(pair.first)], place[id(pair.second)]) for pair in known]

    def likeness(one: Sequence[Ints], two: Sequence[Ints]) -> float:
        gaps = [abs(a - b) for a, b in zip(_strengths(tables, places, one), _strengths(tables, places, two),
                                           strict=True) if a is not None and b is not None]  # fmt: skip
        return 1 - float(np.mean(gaps)) if gaps else 1.0

    dealt = [_dealt(hashes) for hashes in tables.hashes]
    value = 1 - float(np.mean([abs(pair.moved) for pair in known]))
    groups = min(GROUPS, tables.n // 3, tables.m // 3)
    without = [
        likeness(*([codes[turn % groups != g] for codes in side]
                   for side, turn in zip((tables.real, tables.made), dealt, strict=True)))
        for g in range(groups)
    ]  # fmt: skip
    estimate = jackknife(value, without) if groups >= 2 else Estimate(value, 1)
    null = [likeness(*([codes[part] for codes in tables.real] for part in split)) for split in parts]
    return _clipped(estimate), np.array(null)


def _strengths(tables: TwoTables, places: Sequence[tuple[int, int]], codes: Sequence[Ints]) -> Iterator[float | None]:
    for i, j in places:
        yield association(tables.columns[i], tables.columns[j], codes[i], codes[j])


def _dealt(hashes: NDArray[np.uint64]) -> Ints:
    """The turn of each row when rows are dealt in the order of their numbers."""
    turns = np.empty(len(hashes), np.int64)
    turns[np.argsort(hashes, kind="stable")] = np.arange(len(hashes))
    return turns


def _clipped(found: Estimate) -> Estimate:
    low, high = (None if bound is None else min(1.0, max(0.0, bound)) for bound in (found.low, found.high))
    return Estimate(found.value, found.n, found.se, low, high)


def _scores(found: Pairs, tables: TwoTables) -> Iterator[Measurement]:
    base, n = f"pairwise-fidelity/1 float64, {tables.protocol}; mean over ", min(tables.n, tables.m)
    method = f"{base}{len(found.found)} pairs, tables of counts"
    bounds = found.mean.bounds()
    yield Score(METRIC, found.mean.value, n, UNIT, method, direction="higher", **bounds)
    yield null_score(METRIC, found.null, tables.n, UNIT, method, NULL)
    where = {"of": "associations"}
    if found.associations is None:
        yield NotMeasured(METRIC, "no pair of columns has three rows with both values on both sides", where)
        return
    known = sum(pair.real is not None and pair.made is not None for pair in found.found)
    method, bounds = f"{base}{known} pairs, associations", found.associations.bounds()
    if "low" in bounds:
        bounds["interval"] = f"jackknife over {found.associations.n} groups"
    yield Score(METRIC, found.associations.value, n, UNIT, method, direction="higher", slice=where, **bounds)
    yield null_score(METRIC, found.association_null, tables.n, UNIT, method, where | NULL)


def _beyond(tables: TwoTables, columns: int) -> list[NotMeasured]:
    more = len(tables.columns) - columns
    if more <= 0:
        return []
    reason = f"pairs with the last {more:,} of {len(tables.columns):,} columns are not looked at (option columns)"
    return [NotMeasured(METRIC, reason, {"column": "(further columns)"})]


def _findings(
    subject: Subject, tables: TwoTables, found: Pairs, scores: Sequence[Measurement], limit: float
) -> Iterator[Finding]:
    differ = [pair for pair in _ranked(found) if pair.differs and pair.excess >= limit]
    if not differ:
        return
    worst = differ[0]
    listed = "; ".join(_said(pair) for pair in differ[:NAMED])
    strengths = sorted(found.found, key=lambda pair: -abs(round(pair.moved, 12)))[:NAMED]
    lost = "; ".join(f"{pair.name} {pair.made:.2f} instead of {pair.real:.2f} ({measure_of(pair.first, pair.second)})"
                     for pair in strengths if pair.real is not None and pair.made is not None)  # fmt: skip
    yield Finding(
        "HW-Q062",
        "medium" if worst.excess >= STRONG else "low",
        f"{len(differ)} pair(s) of columns go together otherwise in the synthetic rows, {worst.name} most",
        f"Pairs of columns reach {found.mean.value:.3f} on average, real rows among each other "
        f"{found.null.mean():.3f}. Furthest: {listed}. Associations that moved most: {lost}. A model or a table of "
        "counts made from the synthetic rows will show connections that are not there, or miss some that are. What "
        "three or more columns do together is not seen here.",
        "Where single columns differ already (HW-Q060), mend these first. Else train for longer or with a larger "
        "model: a mixture with few components, or a small network, keeps columns and loses what is between them.",
        tuple(score for score in scores if isinstance(score, Score)),
        made_examples(subject, _carriers(tables, worst), f"has values of {worst.name} that go together too often"),
        _lacking(tables, worst),
    )


def _said(pair: Pair) -> str:
    null = f" (real against real {pair.null.mean():.3f})" if len(pair.null) else ""
    return f"{pair.name} {pair.fidelity.value:.3f}{null}"


def _cells(tables: TwoTables, pair: Pair) -> tuple[Ints, Ints]:
    classes = [binned(column, column.whole[tables.rows]) for column in (pair.first, pair.second)]
    width = int(classes[1].max()) + 1
    one, two = (
        classes[0][a] * width + classes[1][b]
        for a, b in (
            (pair.first.whole[tables.rows], pair.second.whole[tables.rows]),
            (pair.first.made, pair.second.made),
        )
    )  # fmt: skip
    return one, two


def _carriers(tables: TwoTables, pair: Pair) -> list[int]:
    """Synthetic rows in cells that are too full, the fullest first."""
    real, made = _cells(tables, pair)
    size = len(pair.witness.members)
    gap = np.bincount(made, minlength=size) / len(made) - np.bincount(real, minlength=size) / len(real)
    order = np.argsort(-gap[made], kind="stable")[:EXAMPLES]
    return [int(place) for place in order if gap[made[place]] > 0]


def _lacking(tables: TwoTables, pair: Pair) -> tuple[str, ...]:
    """Real rows in cells that are too empty, the emptiest first."""
    real, made = _cells(tables, pair)
    size = len(pair.witness.members)
    gap = np.bincount(real, minlength=size) / len(real) - np.bincount(made, minlength=size) / len(made)
    order = np.argsort(-gap[real], kind="stable")[:DOCUMENTS]
    return tuple(tables.ids[tables.rows[place]] for place in order if gap[real[place]] > 0)


def _ranked(found: Pairs) -> list[Pair]:
    return sorted(found.found, key=lambda pair: -round(pair.excess, 12))


def _exhibits(found: Pairs) -> Iterator[Exhibit]:
    ranked = _ranked(found)
    shown = ranked[:CHARTED]
    names = tuple(pair.name for pair in shown)
    ends = tuple(tuple(float(getattr(pair.fidelity, end) or 0) for pair in shown) for end in ("low", "high"))
    series = [Series("synthetic", names, tuple(pair.fidelity.value for pair in shown), ends[0], ends[1])]
    if len(found.null):
        spread = [np.quantile(pair.null, [0.025, 0.975]).tolist() for pair in shown]
        bounds = tuple(tuple(pair[end] for pair in spread) for end in (0, 1))
        mean = tuple(float(pair.null.mean()) for pair in shown)
        series.append(Series("real against real", names, mean, bounds[0], bounds[1]))
    note = f"The {len(shown)} worst of {len(ranked)} pairs. 1: both columns together are spread like the real rows."
    yield Chart("pairwise-fidelity", "Pairs of columns that differ most", "interval", "pair", "fidelity", tuple(series),
                note)  # fmt: skip
    moved = [pair for pair in sorted(found.found, key=lambda pair: -abs(round(pair.moved, 12))) if pair.real is not None
             and pair.made is not None][:CHARTED]  # fmt: skip
    if moved:
        names = tuple(pair.name for pair in moved)
        sides = (("real", [pair.real for pair in moved]), ("synthetic", [pair.made for pair in moved]))
        both = tuple(Series(side, names, tuple(float(x or 0) for x in values)) for side, values in sides)
        note = "Cramer's V, correlation ratio or Spearman, as the columns are; 0 is none. Largest differences first."
        yield Chart("pairwise-associations", "How strongly pairs go together", "interval", "pair", "association", both,
                    note)  # fmt: skip
    yield from _matrix(found)
    head = ("Pair", "Fidelity", "Low", "High", "Real against real", "Measure", "Association, real",
            "Association, synthetic")  # fmt: skip
    rows = tuple(
        (pair.name, pair.fidelity.value, pair.fidelity.low, pair.fidelity.high,
         float(pair.null.mean()) if len(pair.null) else None, measure_of(pair.first, pair.second), pair.real, pair.made)
        for pair in ranked[:LISTED]
    )  # fmt: skip
    yield Table("pairwise-columns", "Pairs of columns, worst first", head, rows)


def _matrix(found: Pairs) -> Iterator[Exhibit]:
    """The columns that lack most, each with each other: what the fidelity lacks to real against real."""
    lack = {frozenset((id(pair.first), id(pair.second))): max(0.0, pair.excess) for pair in found.found}
    columns = list({id(one): one for pair in found.found for one in (pair.first, pair.second)}.values())
    worst = {id(one): max(lack[frozenset((id(one), id(two)))] for two in columns if two is not one) for one in columns}
    chosen = sorted(columns, key=lambda one: -round(worst[id(one)], 12))[:MATRIX]
    kept = {id(one) for one in chosen}
    columns = [one for one in columns if id(one) in kept]
    rows = tuple(
        (redact(one.name), *(_cell(lack.get(frozenset((id(one), id(two))))) for two in columns)) for one in columns
    )
    head = ("Column", *(redact(column.name) for column in columns))
    note = (
        "How much less each pair reaches than real rows among each other; blank below 0.01. The columns that lack most."
    )
    if any(cell for row in rows for cell in row[1:]):
        yield Table("pairwise-matrix", "What each pair of columns lacks", head, rows, note)


def _cell(lack: float | None) -> str:
    return "" if lack is None or lack < 0.01 else f"{lack:.2f}"
