"""Whether synthetic rows lie nearer to training rows than fresh real rows do: copies, DCR, NNDR."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...core import (
    Chart,
    Example,
    Finding,
    IncompleteError,
    Measurement,
    NotMeasured,
    Score,
    Series,
    Severity,
    Table,
    generator,
)
from ...curate import redact
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..statistics import Estimate, clopper_pearson, clustered_rate, mean_interval, newcombe
from .attacked_rows import corpus_hashes, names_of
from .distances import Bools, Ints
from .row_distances import Axis, NearestRows, Small, axis_of, by_content, equal_rows, nearest_rows, nearest_weights
from .table_items import distinct
from .two_tables import TwoTables, made_examples, not_compared, other_values, two_tables

METRIC, UNIT = "row-copies", "share of synthetic rows"
QUANTILE, LARGE, LEAST, SHOWN, LISTED, NAMED = 0.01, 0.05, 10, 20, 100, 5
NULL = {"reference": "real against real"}
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Copies:
    """Synthetic rows and fresh real ones (corpus rows), each beside all ``train`` rows; ``held`` are all held out."""

    tables: TwoTables
    train: Ints
    held: Ints
    fresh: Ints
    held_out: bool
    made: Ints
    own: NearestRows
    null: NearestRows
    exact: Bools
    exact_null: Bools

    @cached_property
    def bound(self) -> float:
        """The distance that one in a hundred fresh rows falls below."""
        return float(np.quantile(self.null.nearest, QUANTILE))

    @property
    def near(self) -> tuple[Bools, Bools]:
        """Which synthetic and which fresh rows lie below it."""
        return self.own.nearest < self.bound, self.null.nearest < self.bound

    @property
    def protocol(self) -> str:
        """What a method says."""
        kind = "rows held out of training" if self.held_out else "corpus rows, each left out in turn"
        return (
            f"Gower distance over {len(self.tables.columns)} columns, {self.tables.m:,} synthetic rows and "
            f"{len(self.fresh):,} {kind}, each against all {len(self.train):,} "
            f"{'training' if self.held_out else 'corpus'} rows"
        )


@METRICS.register(
    METRIC,
    source="Gower 1971 (distance); Lowe 2004 (ratio); distance to closest record after Park et al. 2018 "
    "(arXiv 1806.03384)",
    unit=UNIT,
    range="[0, 1]",
    needs="rows",
    protocol="synthetic rows nearer to a training row than 1 in 100 fresh real rows is; Gower distance over all "
    "columns that can be compared, every training row looked at, none thinned",
    pitfalls="Without the fresh rows beside them distances say nothing: a table of few values is full of equal rows. "
    "Columns of free text and identifiers are not looked at. One extreme value widens the range of its column and "
    "makes all other distances in it small.",
)
def measure_row_copies(subject: Subject, rows: int | None = None) -> Outcome:
    """Synthetic rows that are or nearly are training rows: exact copies, distances and their ratios, nearest side.

    Fresh real rows are those held out of training, at most as many as synthetic ones; where none are known, rows of
    the corpus, each left out in turn. ``rows`` looks at so many synthetic rows only (None: all). Training rows are
    never thinned. Finding HW-M030 names the rows and the training rows that they copy.
    """
    copies = _copies(subject, rows)
    scores = [*_shares(copies), *_sides(copies, subject)]
    findings = _finding(subject, copies, scores)
    ids = distinct([copies.tables.made_ids[row] for row in copies.made])
    items = tuple(
        ItemValues.of_means(score.metric, score.method, score.slice, ids, values)
        for score, values in _parts(copies, scores)
    )
    return Outcome(
        (*scores, *not_compared(METRIC, copies.tables)), findings, (_chart(copies), _table(subject, copies)), items
    )


def _copies(subject: Subject, rows: int | None) -> Copies:
    tables = two_tables(subject)
    axes = subject.once("axes of rows", lambda: tuple(axis_of(column) for column in tables.columns))
    hashes = corpus_hashes(tables)
    order = subject.once("corpus rows by content", lambda: by_content(hashes, tables.ids))
    trained = np.arange(len(tables.ids)) if tables.trained is None else tables.trained
    held = np.setdiff1d(tables.rows, trained)
    train, held = order[np.isin(order, trained)], order[np.isin(order, held)]
    made = by_content(tables.hashes[1], tables.made_ids)
    if rows is not None:
        made = made[np.sort(generator(subject.seed, "synthetic rows").permutation(len(made))[:rows])]
    if min(len(train), len(made)) < LEAST:
        raise IncompleteError(
            f"{METRIC} needs {LEAST} training and synthetic rows, not {len(train):,} and {len(made):,}"
        )
    held_out = len(held) >= LEAST
    pool = held if held_out else train
    fresh = pool[np.sort(generator(subject.seed, "fresh rows").permutation(len(pool))[: len(made)])]
    right = [axis.whole[train] for axis in axes]
    with subject.progress.task("nearest training rows", 2) as task:
        own = nearest_rows(axes, [axis.made[made] for axis in axes], right)
        task.advance(1)
        null, exact_null = _null(axes, right, train, fresh, held_out, hashes)
        task.advance(1)
    exact = equal_rows(tables.hashes[1][made], hashes[train])
    return Copies(tables, train, held, fresh, held_out, made, own, null, exact, exact_null)


def _null(
    axes: Sequence[Axis], right: Sequence[NDArray[np.int32]], train: Ints, fresh: Ints, held_out: bool,
    hashes: NDArray[np.uint64],
) -> tuple[NearestRows, Bools]:  # fmt: skip
    left = [axis.whole[fresh] for axis in axes]
    if held_out:
        return nearest_rows(axes, left, right), equal_rows(hashes[fresh], hashes[train])
    place = np.zeros(len(hashes), np.int64)
    place[train] = np.arange(len(train))
    _, index, counts = np.unique(hashes[train], return_inverse=True, return_counts=True)
    return nearest_rows(axes, left, right, place[fresh]), (counts[index.reshape(-1)] > 1)[place[fresh]]


def _shares(copies: Copies) -> list[Measurement]:
    near, near_null = copies.near
    scores: list[Measurement] = []
    events = (("exact-copies", "equal to a training row in every column", copies.exact, copies.exact_null),
              (METRIC, f"nearer than the {QUANTILE:.0%} quantile of fresh rows", near, near_null))  # fmt: skip
    for name, what, own, null in events:
        for found, place in ((own, {}), (null, NULL)):
            low, high = clopper_pearson(int(found.sum()), len(found))
            scores.append(_score(name, what, copies, float(found.mean()), len(found), UNIT, place, low, high))
        gap = newcombe(int(own.sum()), len(own), int(null.sum()), len(null))
        scores.append(
            _score(f"{name}-excess", f"{what}, synthetic minus fresh", copies, gap.value, gap.n, "difference of shares",
                   {}, gap.low, gap.high, "Newcombe, given the training rows")
        )  # fmt: skip
    means = (("closest-record-distance", "share of the range, mean over columns", "nearest"),
             ("nearest-row-ratio", "nearest over second nearest distance", "ratios"))  # fmt: skip
    for name, unit, what in means:
        for rows, place in ((copies.own, {}), (copies.null, NULL)):
            values = rows.nearest if what == "nearest" else rows.ratios
            mean = mean_interval(values)
            scores.append(_score(name, "mean", copies, mean.value, mean.n, unit, place, mean.low, mean.high, "t"))
    return scores


def _score(
    name: str, what: str, copies: Copies, value: float, n: int, unit: str, place: Mapping[str, str],
    low: float | None, high: float | None, interval: str = "Clopper-Pearson",
) -> Score:  # fmt: skip
    direction: Literal["higher", "lower"] = (
        "higher" if name in ("closest-record-distance", "nearest-row-ratio") else "lower"
    )
    method = f"{name}/1 {what}; {copies.protocol}"
    return Score(name, value, n, unit, method, low, high, interval=interval, direction=direction, slice=place)


def _parts(copies: Copies, scores: Sequence[Measurement]) -> list[tuple[Score, Floats]]:
    values = {
        "exact-copies": copies.exact.astype(float),
        METRIC: copies.near[0].astype(float),
        "closest-record-distance": copies.own.nearest,
        "nearest-row-ratio": copies.own.ratios,
    }
    return [
        (score, values[score.metric])
        for score in scores
        if isinstance(score, Score) and not score.slice and score.metric in values
    ]


def nearer_to_training(weights: Floats, trained: Bools) -> tuple[Estimate, float, float]:
    """The share of rows nearer to a training row than to any held-out one, what chance gives, and a p of chance.

    ``weights`` (contents,): how many rows each different content of the real rows is the nearest of, equally near ones
    sharing; ``trained`` (contents,): on which side it stands. Which contents were trained on was drawn by chance, equal
    rows together; of rows that owe nothing to that draw, the nearest content is a trained one with probability
    n / (n + h), whatever their law, and no row need be thinned. The rows that share a nearest content stand or fall
    together: they are one cluster. p is one-sided, of the normal law with the exact variance of a draw without
    replacement.
    """
    every, n = len(weights), int(trained.sum())
    inside = np.where(trained, weights, 0.0)
    rate, chance = clustered_rate(inside[weights > 0], weights[weights > 0]), n / every
    whole, squares = float(weights.sum()), float((weights**2).sum())
    spread = (every * squares - whole**2) * n * (every - n) / (every**2 * (every - 1))
    far = float(inside.sum()) - chance * whole
    z = far / math.sqrt(spread) if spread > 1e-12 * squares else 0.0  # equal weights leave round-off
    return rate, chance, 0.5 * math.erfc(z / math.sqrt(2))


def _weights(axes: Sequence[Axis], copies: Copies) -> tuple[Floats, Bools]:
    """How many synthetic rows each content of the real rows is the nearest of, and whether it was trained on."""
    rows = np.concatenate([copies.train, copies.held])
    own, other = copies.own, nearest_rows(axes, [axis.made[copies.made] for axis in axes], _rows(axes, copies.held))
    in_train = own.nearest < other.nearest
    tied = own.nearest == other.nearest
    tied |= np.where(in_train, own.second == own.nearest, other.second == other.nearest)
    source = np.where(in_train, own.source, len(copies.train) + other.source)
    weights = np.bincount(source[~tied], minlength=len(rows)).astype(float)
    if tied.any():
        weights += nearest_weights(axes, [axis.made[copies.made[tied]] for axis in axes], _rows(axes, rows))
    contents = [copies.tables.ids[row].split("-")[0] for row in rows.tolist()]
    _, first, place = np.unique(contents, return_index=True, return_inverse=True)
    found: Floats = np.zeros(len(first))
    np.add.at(found, place.reshape(-1), weights)
    return found, first < len(copies.train)


def _rows(axes: Sequence[Axis], rows: Ints) -> list[Small]:
    return [axis.whole[rows] for axis in axes]


def _sides(copies: Copies, subject: Subject) -> list[Measurement]:
    if not copies.held_out:
        reason = "needs rows known to be held out of training; none are known"
        return [NotMeasured("nearest-in-training", reason)]
    tables = copies.tables
    axes = subject.once("axes of rows", lambda: tuple(axis_of(column) for column in tables.columns))
    rate, chance, p = nearer_to_training(*_weights(axes, copies))
    what = (
        f"nearer to one of {len(copies.train):,} training than to all {len(copies.held):,} held-out rows, ties shared"
    )
    unit, interval = UNIT, "Clopper-Pearson at the effective number; clusters share a nearest row, equal rows are one"
    excess, tested = f"{what}, minus the {chance:.4f} of chance", f"{interval}; p of chance {p:.2g}"
    low, high = rate.low or 0.0, 1.0 if rate.high is None else rate.high
    return [
        _score("nearest-in-training", what, copies, rate.value, rate.n, unit, {}, low, high, interval),
        _score("nearest-in-training-excess", excess, copies, rate.value - chance, rate.n, "difference of shares", {},
               low - chance, high - chance, tested),
    ]  # fmt: skip


def _ranked(copies: Copies) -> Ints:
    """Places in ``made``: exact copies, then the nearest; of the nearest those whose second neighbour is far."""
    order = np.lexsort((copies.own.ratios, copies.own.nearest, ~copies.exact))
    return np.asarray(order, np.int64)


def _finding(subject: Subject, copies: Copies, scores: Sequence[Measurement]) -> tuple[Finding, ...]:
    told = [score for score in scores if isinstance(score, Score)]
    above = [score for score in told if score.metric.endswith("-excess") and (score.low or 0) > 0]
    exact, null = int(copies.exact.sum()), int(copies.exact_null.sum())
    if not above and not (exact and not null):
        return ()
    near = int(copies.near[0].sum())
    order = [int(place) for place in _ranked(copies)[: max(LISTED, exact)]]
    flagged = [p for p in order if copies.exact[p] or (above and copies.near[0][p])] or order[:SHOWN]
    sources = [int(copies.train[copies.own.source[place]]) for place in flagged]
    left_out = list(copies.tables.left_out)[:NAMED]
    unread = f" Not looked at: {', '.join(map(redact, left_out))}." if left_out else ""
    large = any((score.low or 0) > LARGE for score in above) or (bool(above) and exact > null)
    severity: Severity = "high" if large else "medium" if above else "low"
    fresh = "held-out rows" if copies.held_out else "corpus rows against all others"
    kind = "training" if copies.held_out else "corpus"
    cause = (
        "The model gives back rows of people or things that it was trained on."
        if copies.held_out
        else "What the rows were made from is unknown: they can have been copied from these or come from one place."
    )
    return (
        Finding(
            "HW-M030",
            severity,
            f"{_equal(exact)} to a {kind} row, and {near:,} of {len(copies.made):,} lie nearer to one than "
            "fresh rows do",
            f"Of {len(copies.fresh):,} {fresh} {null:,} are equal to a {kind} row, and 1 in 100 lies nearer than "
            f"{copies.bound:.4f} of the range. "
            + (
                f"Beyond chance: {', '.join(score.metric.removesuffix('-excess') for score in above)}. "
                if above
                else "So few may be chance; but an equal row where no fresh row has one deserves a look. "
            )
            + f"{cause}{unread}",
            f"Look at each row beside the {kind} row. Remove duplicates from the corpus, train fewer passes or with "
            "more rows, and do not publish rows that copy one.",
            tuple(told),
            _examples(subject, copies, flagged[:SHOWN]),
            names_of(copies.tables, sources, LISTED),
        ),
    )


def _equal(exact: int) -> str:
    return "1 synthetic row is equal" if exact == 1 else f"{exact:,} synthetic rows are equal"


def _examples(subject: Subject, copies: Copies, places: Sequence[int]) -> tuple[Example, ...]:
    found = []
    for place in places:
        name = copies.tables.ids[int(copies.train[copies.own.source[place]])]
        what = "equal to" if copies.exact[place] else f"{copies.own.nearest[place]:.4f} of the range from"
        note = f"{what} training row {name}, distance ratio {copies.own.ratios[place]:.3f}"
        (shown,) = made_examples(subject, [int(copies.made[place])], note)
        found.append(Example(shown.id, shown.text, note, document_ids=(name,)))
    return tuple(found)


def _table(subject: Subject, copies: Copies) -> Table:
    places = [int(place) for place in _ranked(copies)[:SHOWN]]
    pairs = [(int(copies.made[p]), copies.tables.ids[int(copies.train[copies.own.source[p]])]) for p in places]
    made = made_examples(subject, [row for row, _ in pairs], "")
    rows = tuple(
        (one.id, one.text, name, other or "nothing", float(copies.own.nearest[place]),
         float(copies.own.ratios[place]), "yes" if copies.exact[place] else "no")
        for place, (_, name), one, other in zip(places, pairs, made, other_values(subject, pairs), strict=True)
    )  # fmt: skip
    columns = ("synthetic row", "its values", "nearest training row", "has otherwise", "distance", "ratio", "equal")
    title, note = "Synthetic rows nearest to a training row", "Equal: in all columns that are compared. Redacted."
    return Table("nearest-training-rows", title, columns, rows, note)


def _chart(copies: Copies) -> Chart:
    shares = (1, 2, 5, 10, 25, 50, 75, 90)
    series = tuple(
        Series(name, tuple(map(float, shares)), tuple(float(v) for v in np.percentile(rows.nearest, shares)))
        for name, rows in (("synthetic rows", copies.own), ("fresh real rows", copies.null))
    )
    title, note = (
        "Distance to the closest training row",
        "a line of synthetic rows far below that of fresh ones: copies",
    )
    return Chart(METRIC, title, "line", "percentile of rows", "distance", series, note)
