"""The classifier two-sample test: pure functions on arrays (Lopez-Paz & Oquab 2017, arXiv 1610.06545).

The published test counts right answers on a held-out half. Here every row is scored by a model that did not see it
(folds), and the statistic is the area under the ROC curve, which does not depend on how many rows either side has.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from ...core import IncompleteError, UsageError, generator
from ..statistics import Estimate, auc
from .distances import Bools, Ints
from .features import linear, trees

Floats = NDArray[np.float64]
FOLDS, DIGITS = 3, 6
LEAST = 30
Model = Literal["trees", "linear"]


@dataclass(frozen=True)
class ToldApart:
    """``area``: 0.5 is not told apart. ``first`` and ``second`` (rows,) are how synthetic each row looks, in [0, 1].

    ``importance`` (columns,) is how much of the area is lost when a column is shuffled; empty where it was not asked.
    """

    area: Estimate
    first: Floats
    second: Floats
    importance: Floats


def tell_apart(
    first: ArrayLike,
    second: ArrayLike,
    categories: ArrayLike | None = None,
    *,
    model: Model = "trees",
    folds: int = FOLDS,
    seed: int = 0,
    importance: bool = False,
    hashes: tuple[NDArray[np.uint64], NDArray[np.uint64]] | None = None,
) -> ToldApart:
    """How well a classifier tells rows (n, d) from rows (m, d), float64; NaN is a missing number.

    ``categories`` (d,) says which columns hold codes of categories (None: none). ``hashes`` number the rows by their
    content (None: computed): equal rows come into one fold, on whichever side they are, and the order of rows does not
    matter. Raises :class:`IncompleteError` below 30 rows a side.
    """
    x, y = _matrix(first), _matrix(second)
    if x.shape[1] != y.shape[1]:
        raise UsageError(f"both sides need the same columns, not {x.shape[1]} and {y.shape[1]}")
    if min(len(x), len(y)) < LEAST:
        raise IncompleteError(f"a classifier needs {LEAST} rows a side; there are {len(x):,} and {len(y):,}")
    kinds = np.zeros(x.shape[1], bool) if categories is None else np.asarray(categories, bool)
    numbers = np.concatenate(hashes or (content_hashes(x), content_hashes(y)))
    rows, label = np.concatenate([x, y]), np.repeat([0, 1], [len(x), len(y)])
    order = np.lexsort((label, numbers))
    found, lost = _cross_fitted(
        rows[order], label[order], _folds(numbers[order], folds), kinds, model, seed, importance
    )
    scores = np.empty(len(rows))
    scores[order] = found
    one, two = scores[: len(x)], scores[len(x) :]
    return ToldApart(auc(two, one), one, two, lost)


def content_hashes(rows: Floats) -> NDArray[np.uint64]:
    """A 64-bit number for each row (n, d) of finite numbers or NaN, by its values."""
    from .paired_column import row_hashes

    return row_hashes([(column + 0.0).view(np.int64) for column in np.ascontiguousarray(rows.T)], len(rows))


def _matrix(values: ArrayLike) -> Floats:
    x = np.asarray(values, np.float64)
    if x.ndim != 2 or not x.size or np.isinf(x).any():
        raise UsageError(f"rows must be numbers of shape (n, d), finite or missing, not {x.shape}")
    return np.where(np.isnan(x), np.nan, x)  # one NaN, so that equal rows are equal


def _folds(numbers: NDArray[np.uint64], folds: int) -> Ints:
    """The fold of each row, rows sorted by number: equal rows in one, all of about one size."""
    _, place, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    before = np.cumsum(counts) - counts
    return np.asarray((before * folds // len(numbers))[place], np.int64)


def _cross_fitted(
    rows: Floats, label: Ints, fold: Ints, kinds: Bools, model: Model, seed: int, importance: bool
) -> tuple[Floats, Floats]:
    scores, drops = np.empty(len(rows)), []
    for number in np.unique(fold):
        seen, unseen = fold != number, fold == number
        if len(set(label[seen])) < 2:
            raise IncompleteError("one side repeats so few different rows that no model can hold some of them out")
        kept = _varying(rows[seen])
        chosen = _fitted(rows[seen][:, kept], label[seen], kinds[kept], model, seed)
        scores[unseen] = chosen(rows[unseen][:, kept])
        if importance and len(set(label[unseen])) == 2:
            drops.append(_importance(chosen, rows[unseen], label[unseen], scores[unseen], kept, seed + int(number)))
        # ranks within a fold: the models of two folds need not agree on the level of their scores
        scores[unseen] = rankdata(scores[unseen]) / unseen.sum()
    return scores, np.mean(drops, 0) if drops else np.zeros(0)


def _varying(rows: Floats) -> Ints:
    """Columns of more than one value; one column at least."""
    spread = [len(np.unique(column)) > 1 for column in rows.T]
    return np.flatnonzero(spread) if any(spread) else np.arange(1)


def _fitted(rows: Floats, label: Ints, kinds: Bools, model: Model, seed: int) -> Callable[[Floats], Floats]:
    from sklearn.exceptions import ConvergenceWarning

    chosen: Any = trees(kinds, seed) if model == "trees" else linear(kinds)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # two hundred steps are enough to tell sides apart
        chosen.fit(rows, label)
    return lambda unseen: np.round(chosen.predict_proba(unseen)[:, 1], DIGITS)


def _importance(
    chosen: Callable[[Floats], Floats], rows: Floats, label: Ints, scores: Floats, kept: Ints, seed: int
) -> Floats:
    """What the area loses when one column is shuffled among the rows (Breiman 2001), (columns,)."""
    base, lost = _area(scores, label), np.zeros(rows.shape[1])
    for column in kept:
        shuffled = rows[:, kept].copy()
        place = int(np.flatnonzero(kept == column)[0])
        order = generator(seed, "permutation importance", int(column)).permutation(len(rows))
        shuffled[:, place] = shuffled[order, place]
        lost[column] = base - _area(chosen(shuffled), label)
    return lost


def _area(scores: Floats, label: Ints) -> float:
    return auc(scores[label == 1], scores[label == 0]).value
