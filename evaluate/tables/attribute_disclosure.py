"""How well an attacker who holds the synthetic rows guesses one value of a person of whom the others are known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import Chart, Example, Finding, Measurement, NotMeasured, Score, Series, Table
from ...curate import redact
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..statistics import Estimate, difference, mean_interval, newcombe
from .attacked_rows import Sides, names_of, sides_of
from .distances import Bools, Ints
from .paired_column import MISSING
from .row_distances import UNIT as SCALE
from .row_distances import row_blocks
from .table_items import distinct
from .two_tables import made_examples, not_compared

METRIC, UNIT = "attribute-disclosure", "difference of accuracies"
MOST_COLUMNS, NAMED, EXAMPLES, DOCUMENTS, ROUND_OFF = 60, 5, 5, 50, 1e-12
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Guesses:
    """Of one secret column: whether each trained and each held-out target was guessed, and the synthetic row asked."""

    column: str
    trained: Bools
    held: Bools
    targets: tuple[Ints, Ints]
    asked: Ints
    apart: Ints

    @property
    def excess(self) -> Estimate:
        """Accuracy on trained rows minus that on held-out ones."""
        return self.bounded(0.95)

    def bounded(self, confidence: float) -> Estimate:
        """The excess at another confidence."""
        hits, others = int(self.trained.sum()), int(self.held.sum())
        return newcombe(hits, len(self.trained), others, len(self.held), confidence)


@METRICS.register(
    METRIC,
    source="attribute inference of Giomi et al. 2023 (arXiv 2211.10459), by the nearest synthetic row; Newcombe 1998",
    unit=UNIT,
    range="[-1, 1], 0 tells nothing of single rows",
    needs="rows",
    protocol="the attacker knows all columns but one and answers with the value of the nearest synthetic row (Gower "
    "distance); accuracy on rows that the model learnt from minus accuracy on as many held-out rows, one of equal rows",
    pitfalls="What can be guessed of held-out rows too is a law of the data and no leak of single rows: only the "
    "difference counts. A stronger attacker may do better; a small difference is no proof of safety.",
)
def measure_attribute_disclosure(subject: Subject, rows: int = 1000, tolerance: float = 0.05) -> Outcome:
    """How much better an attacker guesses a column of training rows than of held-out ones, column by column.

    The attacker knows the other columns and takes the secret of the nearest synthetic row. A number is right within
    ``tolerance`` of the column's range. ``rows`` targets of each side at most. Finding HW-M031 where a column's excess
    is above 0 after Bonferroni's correction over columns, with the rows that were guessed.
    """
    sides = sides_of(subject, METRIC)
    targets = sides.different(subject.seed, rows)
    found = list(guesses(sides, targets, tolerance))
    if not found:
        reason = "a secret needs another column to guess it from, and ten rows that have a value; there is no such one"
        return Outcome((NotMeasured(METRIC, reason),))
    whole, items = _whole(sides, targets, found, tolerance)
    scores: list[Measurement] = [whole, *(_score(sides, one, tolerance) for one in found)]
    scores += not_compared(METRIC, sides.tables)
    return Outcome(tuple(scores), _finding(subject, sides, found, scores), (_chart(found), _table(found)), (items,))


def guesses(sides: Sides, targets: tuple[Ints, Ints], tolerance: float) -> Iterator[Guesses]:
    """The attack on each column, at most 60 of them; of equally near synthetic rows the first by content is asked."""
    columns = sides.tables.columns[:MOST_COLUMNS]
    if len(sides.axes) < 2:
        return
    asked = [_asked(sides, rows, len(columns)) for rows in targets]
    for place, column in enumerate(columns):
        axis = sides.axes[place]
        known = [column.whole[rows] != _missing(column.labels) for rows in targets]
        if min(int(one.sum()) for one in known) < 10:
            continue
        apart = [
            axis.pairs(axis.whole[rows], axis.made[found[place]]) for rows, found in zip(targets, asked, strict=True)
        ]
        limit = int(tolerance * SCALE) if axis.is_number else 0
        trained, held = ((gap <= limit)[one] for gap, one in zip(apart, known, strict=True))
        kept = targets[0][known[0]], targets[1][known[1]]
        yield Guesses(column.name, trained, held, kept, asked[0][place][known[0]], apart[0][known[0]].astype(np.int64))


def _missing(labels: Sequence[str]) -> int:
    return labels.index(MISSING) if MISSING in labels else -1


def _asked(sides: Sides, rows: Ints, secrets: int) -> list[Ints]:
    """For each secret column the synthetic row that is nearest in all others, (rows,)."""
    synthetic = sides.synthetic
    found = [np.zeros(len(rows), np.int64) for _ in range(secrets)]
    for here in row_blocks(len(rows), len(sides.made), len(sides.axes)):
        parts = [
            axis.block(axis.whole[rows[here]], made) for axis, made in zip(sides.axes, synthetic, strict=True)
        ]  # fmt: skip
        total = np.sum(parts, axis=0, dtype=np.int32)
        for place in range(secrets):
            found[place][here] = sides.made[(total - parts[place]).argmin(1)]
    return found


def _method(sides: Sides, one: Guesses | None, tolerance: float) -> str:
    n = "" if one is None else f", {len(one.trained):,} trained and {len(one.held):,} held-out targets"
    return (
        f"{METRIC}/1 nearest of {len(sides.made):,} synthetic rows by Gower distance over the other columns{n}, "
        f"one of equal rows; numbers right within {tolerance:g} of the range"
    )


def _whole(
    sides: Sides, targets: tuple[Ints, Ints], found: Sequence[Guesses], tolerance: float
) -> tuple[Score, ItemValues]:
    """The mean over columns: each target counts with the share of its columns that were guessed."""
    shares = []
    for side, rows in enumerate(targets):
        right, asked = np.zeros(len(sides.tables.ids)), np.zeros(len(sides.tables.ids))
        for one in found:
            np.add.at(right, one.targets[side], (one.trained, one.held)[side])
            np.add.at(asked, one.targets[side], 1.0)
        kept = rows[asked[rows] > 0]
        shares.append((kept, right[kept] / asked[kept]))
    (first, trained), (second, held) = shares
    gap = difference(mean_interval(trained), mean_interval(held))
    score = Score(
        METRIC, gap.value, gap.n, UNIT, f"{_method(sides, None, tolerance)}; mean over {len(found)} columns",
        direction="lower", **gap.bounds(-1, 1),
    )  # fmt: skip
    names = [f"{kind} {name}" for kind, rows in (("trained", first), ("held-out", second)) for name in
             distinct([sides.tables.ids[row] for row in rows])]  # fmt: skip
    sides_of_items = (
        (names[: len(first)], trained, np.ones(len(first))),
        (names[len(first) :], held, np.ones(len(second))),
    )
    return score, ItemValues.of_difference(score, *sides_of_items)


def _score(sides: Sides, one: Guesses, tolerance: float) -> Score:
    gap = one.excess
    return Score(
        METRIC, gap.value, gap.n, UNIT, _method(sides, one, tolerance), gap.low, gap.high, interval="Newcombe",
        direction="lower", slice={"column": redact(one.column)},
    )  # fmt: skip


def _ranked(found: Sequence[Guesses]) -> list[Guesses]:
    return sorted(found, key=lambda one: (-round(one.excess.value, 9), one.column))


def _finding(
    subject: Subject, sides: Sides, found: Sequence[Guesses], scores: Sequence[Measurement]
) -> tuple[Finding, ...]:
    confidence = 1 - 0.05 / len(found)
    above = [one for one in _ranked(found) if (one.bounded(confidence).low or 0.0) > ROUND_OFF]
    if not above:
        return ()
    listed = "; ".join(
        f"{redact(one.column)} {one.trained.mean():.1%} against {one.held.mean():.1%}" for one in above[:NAMED]
    )
    worst = above[0]
    hit = np.flatnonzero(worst.trained)[np.argsort(worst.apart[worst.trained], kind="stable")][:DOCUMENTS]
    examples: list[Example] = []
    for place in hit[:EXAMPLES].tolist():
        name = sides.tables.ids[int(worst.targets[0][place])]
        note = f"gives away {redact(worst.column)} of training row {name}"
        (shown,) = made_examples(subject, [int(worst.asked[place])], note)
        examples.append(Example(shown.id, shown.text, note, document_ids=(name,)))
    return (
        Finding(
            "HW-M031",
            "high" if worst.excess.value > 0.1 else "medium",
            f"Synthetic rows give away {len(above)} column(s) of the people they were learnt from",
            "An attacker who knows the other columns guesses these better for training rows than for rows that the "
            f"model never saw: {listed} (Bonferroni over {len(found)} columns). That part is no law of the data but "
            "memory of single rows. A better attacker may guess more.",
            "Train fewer passes, on more rows, or with less detail in these columns; drop columns that nobody needs. "
            "Publish synthetic rows only when this is gone.",
            tuple(score for score in scores if isinstance(score, Score)),
            tuple(examples),
            names_of(sides.tables, worst.targets[0][hit], DOCUMENTS),
        ),
    )


def _table(found: Sequence[Guesses]) -> Table:
    rows = []
    for one in _ranked(found):
        gap = one.excess
        control = float(one.held.mean())
        risk = gap.value / (1 - control) if control < 1 else None
        rows.append((redact(one.column), float(one.trained.mean()), control, gap.value, gap.low, gap.high, risk))
    columns = ("secret column", "right, trained rows", "right, held-out rows", "difference", "low", "high", "risk")
    note = "Risk: the difference over what the held-out rows leave to be guessed (Giomi et al. 2023)."
    return Table("secrets-guessed", "What the nearest synthetic row gives away", columns, tuple(rows), note)


def _chart(found: Sequence[Guesses]) -> Chart:
    ranked = _ranked(found)[:20]
    names = tuple(redact(one.column) for one in ranked)
    series = (
        Series("trained rows", names, tuple(float(one.trained.mean()) for one in ranked)),
        Series("held-out rows", names, tuple(float(one.held.mean()) for one in ranked)),
    )
    return Chart(METRIC, "Secrets guessed from synthetic rows", "bar", "secret column", "share guessed", series)
