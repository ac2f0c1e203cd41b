"""Singling out and linkability: what synthetic rows tell about who was among the training rows (Giomi et al. 2023)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import Finding, IncompleteError, Measurement, Score, Table, UsageError, generator
from ...curate import redact
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..statistics import Estimate, Floats, clopper_pearson, mean_interval, newcombe
from .attacked_rows import Sides, names_of, sides_of
from .distances import Bools, Ints
from .row_distances import UNIT as SCALE
from .row_distances import Small, distances_of, row_blocks
from .table_items import distinct
from .two_tables import made_examples, not_compared

METRIC, UNIT = "linkage", "share of attempts"
EXAMPLES, DOCUMENTS, MOST_ROWS = 5, 50, 10_000
CONFIDENCE = 0.975
"""Two attacks are looked at (Bonferroni)."""


@dataclass(frozen=True)
class Attack:
    """Whether each attempt succeeded: on trained rows, on held-out rows, and by guessing.

    ``excess`` is first minus second, ``sure`` the same at 97.5 %; ``terms`` what each real row adds to it, where rows
    are the items. ``documents`` are trained rows and ``rows`` synthetic ones of attempts that succeeded.
    """

    name: str
    main: Bools
    control: Bools
    baseline: float
    guessed: tuple[int, int] | None
    excess: Estimate
    sure: Estimate
    documents: Ints
    rows: Ints
    how: str
    interval: str
    terms: tuple[Ints, Floats] | None


@METRICS.register(
    METRIC,
    source="Giomi et al. 2023, A Unified Framework for Quantifying Privacy Risk in Synthetic Data (arXiv 2211.10459)",
    unit=UNIT,
    range="[0, 1]; excess [-1, 1], 0 tells nothing of single rows",
    needs="rows",
    protocol="singling out: predicates on four columns that one synthetic row alone satisfies, and that exactly one "
    "real row does; linkability: the rows nearest to both halves of a person's columns are one; each on trained rows, "
    "on as many held-out rows, and by guessing",
    pitfalls="Both attacks succeed on held-out rows too, as far as the data have few values or strong laws: only the "
    "excess speaks of training. A stronger attacker may do better.",
)
def measure_linkage(
    subject: Subject, attempts: int = 1000, known: Sequence[str] | None = None, neighbours: int = 1, columns: int = 4
) -> Outcome:
    """Success of two attacks on trained rows beside held-out rows and guessing: singling out, and linking two halves.

    ``attempts`` of each; predicates are on ``columns`` columns. ``known`` are the columns of the first half (None:
    every other column); the attacker asks for the ``neighbours`` nearest synthetic rows of each half. Finding HW-M032
    where an attack succeeds more often on trained rows, at 97.5 %.
    """
    if min(attempts, neighbours, columns) < 1:
        raise UsageError(f"{METRIC}: attempts, neighbours and columns are 1 or more")
    sides = sides_of(subject, METRIC)
    if len(sides.axes) < 2:
        raise IncompleteError(f"{METRIC} needs two columns that can be compared, and there is one")
    attacks = [
        singling_out(sides, subject.seed, attempts, columns),
        linkability(sides, subject.seed, attempts, _half(sides, known), neighbours),
    ]
    scores: list[Measurement] = [score for attack in attacks for score in _scores(sides, attack)]
    items = tuple(_items(sides, attack, score) for attack in attacks for score in scores if _is_excess(score, attack))
    scores += not_compared(METRIC, sides.tables)
    return Outcome(tuple(scores), _finding(subject, sides, attacks, scores), (_table(attacks),), items)


def _half(sides: Sides, known: Sequence[str] | None) -> Bools:
    names = [axis.name for axis in sides.axes]
    if known is None:
        return np.array([place % 2 == 0 for place in range(len(names))])
    wrong = [name for name in known if name not in names]
    if wrong:
        raise UsageError(f"{METRIC}: known: no column {wrong[0]!r} can be compared; there are {', '.join(names[:20])}")
    half = np.isin(names, list(known))
    if half.all() or not half.any():
        raise UsageError(f"{METRIC}: known: name some of the columns, and not all of them")
    return np.asarray(half, bool)


def singling_out(sides: Sides, seed: int, attempts: int, wanted: int) -> Attack:
    """Predicates from synthetic rows that are alone in satisfying them, tried on both sides.

    Of a category the predicate asks for the value, of a number for values at least (above the synthetic median) or at
    most as large. Guesses take each value from another synthetic row.
    """
    trained, held = sides.drawn(seed, MOST_ROWS)
    synthetic, real = sides.synthetic, [sides.whole(rows) for rows in (trained, held)]
    medians = [int(np.median(values)) for values in synthetic]
    rng, count = generator(seed, "predicates"), min(wanted, len(sides.axes))
    main, control, guess, where, elsewhere, rows = [], [], [], [], [], []
    for _ in range(10 * attempts):
        columns = rng.permutation(len(sides.axes))[:count]
        row, others = int(rng.integers(len(sides.made))), rng.integers(len(sides.made), size=count)
        if _matching(sides, synthetic, columns, [row] * count, synthetic, medians).sum() != 1:
            continue
        found = [_matching(sides, synthetic, columns, [row] * count, side, medians) for side in real]
        main.append(found[0].sum() == 1)
        control.append(found[1].sum() == 1)
        guess.append(_matching(sides, synthetic, columns, others.tolist(), real[0], medians).sum() == 1)
        where.append(int(found[0].argmax()))
        elsewhere.append(int(found[1].argmax()))
        rows.append(int(sides.made[row]))
        if len(main) == attempts:
            break
    if len(main) < 10:
        raise IncompleteError(
            f"{METRIC}: hardly any predicate on {count} columns singles out a synthetic row: the rows are too alike"
        )
    hit, other = np.array(main), np.array(control)
    alone = hit & ~other
    terms = _by_row(len(trained), [(hit, where), (other, elsewhere)])
    how = f"predicates on {count} columns that one synthetic row satisfies, {len(trained):,} rows a side"
    return Attack(
        "singling-out", hit, other, float(np.mean(guess)), (int(np.sum(guess)), len(guess)), _gap(terms, hit, other),
        _gap(terms, hit, other, CONFIDENCE), trained[np.array(where)[alone]], np.array(rows)[alone], how,
        "Student's t over real rows", (np.concatenate([trained, held]), terms),
    )  # fmt: skip


def _by_row(n: int, sides: Sequence[tuple[Bools, Sequence[int]]]) -> Floats:
    """What each real row (2 n,) adds to the excess: attempts that single it out, negative where it was held out.

    Attempts that single out one row stand or fall with it: rows are the independent items. The mean is the excess.
    """
    counts = [np.bincount(np.array(where)[hit], minlength=n).astype(float) for hit, where in sides]
    return np.concatenate([counts[0], -counts[1]]) * (2 * n / len(sides[0][0]))


def _gap(terms: Floats, hit: Bools, other: Bools, confidence: float = 0.95) -> Estimate:
    if not terms.any():  # nothing varies
        return newcombe(0, len(hit), 0, len(other), confidence)
    return mean_interval(terms, confidence=confidence)


def _matching(
    sides: Sides, synthetic: Sequence[Small], columns: Ints, rows: Sequence[int], real: Sequence[Small],
    medians: Sequence[int],
) -> Bools:  # fmt: skip
    """Which rows satisfy the predicate that the values of synthetic ``rows`` make on ``columns``."""
    found = np.ones(len(real[0]), bool)
    for column, row in zip(columns.tolist(), rows, strict=True):
        value, values = synthetic[column][row], real[column]
        if not sides.axes[column].is_number or value > 4 * SCALE:  # a missing number is a category
            found &= values == value
        else:
            found &= (values >= value if value > medians[column] else values <= value) & (values <= 4 * SCALE)
    return found


def linkability(sides: Sides, seed: int, attempts: int, half: Bools, neighbours: int) -> Attack:
    """Whether the nearest synthetic rows of both halves of a target share one; equal rows are one row."""
    targets = sides.different(seed, attempts)
    linked = [_linked(sides, rows, half, neighbours) for rows in targets]
    (main, rows), (control, _) = linked
    m, k = len(sides.made), min(neighbours, len(sides.made))
    baseline = 1.0 if 2 * k > m else 1 - math.comb(m - k, k) / math.comb(m, k)
    sizes = int(main.sum()), len(main), int(control.sum()), len(control)
    names = ", ".join(axis.name for axis, one in zip(sides.axes, half, strict=True) if one)
    how = f"{neighbours} nearest synthetic rows of each half, the first with {names}, one of equal rows"
    return Attack(
        "linkability", main, control, baseline, None, newcombe(*sizes), newcombe(*sizes, CONFIDENCE),
        targets[0][main], rows[main], how, "Newcombe", None,
    )  # fmt: skip


def _linked(sides: Sides, rows: Ints, half: Bools, neighbours: int) -> tuple[Bools, Ints]:
    """Of each target whether it is linked, and the synthetic row that links it."""
    synthetic, targets = sides.synthetic, sides.whole(rows)
    content = sides.tables.hashes[1][sides.made]
    k = min(neighbours, len(sides.made))
    linked, by = np.zeros(len(rows), bool), np.zeros(len(rows), np.int64)
    # of equally near rows the two halves ask in opposite order, so that ties do not link by themselves
    orders = (slice(None), slice(None, None, -1))
    for here in row_blocks(len(rows), len(sides.made)):
        nearest: list[NDArray[np.int64]] = []
        for part, order in ((half, orders[0]), (~half, orders[1])):
            axes = [axis for axis, one in zip(sides.axes, part, strict=True) if one]
            left = [values[here] for values, one in zip(targets, part, strict=True) if one]
            right = [values[order] for values, one in zip(synthetic, part, strict=True) if one]
            places = _smallest(distances_of(axes, left, right), k)
            nearest.append(np.arange(len(sides.made))[order][places])
        for place, (first, second) in enumerate(zip(*nearest, strict=True)):
            both = first[np.isin(content[first], content[second])]
            linked[here.start + place] = len(both) > 0
            by[here.start + place] = sides.made[both[0]] if len(both) else 0
    return linked, by


def _smallest(distances: Small, k: int) -> NDArray[np.int64]:
    """Places of the ``k`` smallest of each row; of equals the first."""
    if k == 1:
        return np.asarray(distances.argmin(1)[:, None], np.int64)
    return np.asarray(np.argsort(distances, axis=1, kind="stable")[:, :k], np.int64)


def _scores(sides: Sides, attack: Attack) -> list[Score]:
    method = f"{attack.name}/1 {attack.how}; {len(sides.made):,} synthetic rows"
    scores = []
    for kind, found in (("trained rows", attack.main), ("held-out rows", attack.control)):
        low, high = clopper_pearson(int(found.sum()), len(found))
        place = {} if kind == "trained rows" else {"attack on": kind}
        scores.append(
            Score(attack.name, float(found.mean()), len(found), UNIT, method, low, high, interval="Clopper-Pearson",
                  direction="lower", slice=place)
        )  # fmt: skip
    bounds = clopper_pearson(*attack.guessed) if attack.guessed else (attack.baseline, attack.baseline)
    interval = "Clopper-Pearson" if attack.guessed else "exact: the chance of a random choice"
    place = {"attack on": "trained rows, by guessing"}
    scores.append(Score(attack.name, attack.baseline, len(attack.main), UNIT, method, *bounds, interval=interval,
                        direction="lower", slice=place))  # fmt: skip
    gap = attack.excess
    scores.append(
        Score(f"{attack.name}-excess", gap.value, gap.n, "difference of shares", method, gap.low, gap.high,
              interval=attack.interval, direction="lower")
    )  # fmt: skip
    return scores


def _is_excess(score: Measurement, attack: Attack) -> bool:
    return isinstance(score, Score) and score.metric == f"{attack.name}-excess"


def _items(sides: Sides, attack: Attack, score: Measurement) -> ItemValues:
    assert isinstance(score, Score)
    if attack.terms is not None:
        rows, values = attack.terms
        ids = distinct([f"real {sides.tables.ids[row]}" for row in rows])
        return ItemValues.of_means(score.metric, score.method, score.slice, ids, values)
    n = len(attack.main)
    names = [distinct([f"{kind} attempt"] * n) for kind in ("trained", "held-out")]
    ones = np.ones(n), np.ones(len(attack.control))
    first, second = attack.main.astype(float), attack.control.astype(float)
    return ItemValues.of_difference(
        score, (names[0], first, ones[0]), (names[1][: len(second)], second, ones[1])
    )  # fmt: skip


def _finding(
    subject: Subject, sides: Sides, attacks: Sequence[Attack], scores: Sequence[Measurement]
) -> tuple[Finding, ...]:
    above = [attack for attack in attacks if (attack.sure.low or 0.0) > 0]
    if not above:
        return ()
    listed = "; ".join(f"{one.name}: {one.main.mean():.1%} against {one.control.mean():.1%}" for one in above)
    left_out = ", ".join(map(redact, list(sides.tables.left_out)[:5]))
    examples = [
        shown
        for attack in above
        for shown in made_examples(subject, attack.rows[:EXAMPLES].tolist(), f"{attack.name} of a training row")
    ]
    return (
        Finding(
            "HW-M032",
            "high" if any(one.excess.value > 0.1 for one in above) else "medium",
            f"Synthetic rows help to find training rows again ({' and '.join(one.name for one in above)})",
            f"The attacks succeed more often on rows that the model learnt from than on rows it never saw: {listed}. "
            "Whoever holds part of a person's data can use the synthetic rows to tell that the person was among the "
            "training rows, or to join two halves of a record." + (f" Not looked at: {left_out}." if left_out else ""),
            "Train fewer passes or on more rows, drop or coarsen columns, and look at the finding HW-M030 for rows "
            "that are copied.",
            tuple(score for score in scores if isinstance(score, Score)),
            tuple(examples),
            names_of(sides.tables, np.concatenate([one.documents for one in above]), DOCUMENTS),
        ),
    )


def _table(attacks: Sequence[Attack]) -> Table:
    rows = []
    for one in attacks:
        control = float(one.control.mean())
        risk = one.excess.value / (1 - control) if control < 1 else None
        rows.append(
            (one.name, len(one.main), float(one.main.mean()), control, one.baseline, one.excess.value, one.excess.low,
             one.excess.high, risk)
        )  # fmt: skip
    columns = ("attack", "attempts", "trained rows", "held-out rows", "by guessing", "excess", "low", "high", "risk")
    note = "Risk: the excess over what the control leaves (Giomi et al. 2023). An attack below guessing says nothing."
    return Table(METRIC, "Attacks with the synthetic rows", columns, tuple(rows), note)
