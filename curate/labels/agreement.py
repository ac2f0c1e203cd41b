"""Agreement of annotators: closed forms on counts, for many weightings of the items at once.

| quantity | definition | source |
|---|---|---|
| Cohen's kappa | (p - e) / (1 - e): agreement of two annotators, less that of their marginals | Cohen 1960 |
| Fleiss' kappa | the same for any annotators, where each item has the same number of labels | Fleiss 1971 |
| Krippendorff's alpha | 1 - observed over expected disagreement of pairs; items may lack labels | Krippendorff 2011 |

Disagreement of a pair is squared distance. Nominal: of indicators. Interval: of numbers. Ordinal: of midranks, for
Krippendorff's sum of the ranks from c to k less half of both ends is the difference of their midranks. With squared
distances the pairs of an item need only its counts: sum over pairs (x - y)^2 = 2 (m sum x^2 - (sum x)^2).

``weights`` (turns, items) count how often each turn takes an item: multinomial for the bootstrap, 0 and 1 for groups.
A result is NaN where it is undefined: no pair of labels, or all labels equal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ...core import UsageError

Level = Literal["nominal", "ordinal", "interval"]
LEVELS = ("nominal", "ordinal", "interval")
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Ratings:
    """One label by one annotator of one item: ``items``, ``annotators`` and ``values`` are codes of shape (labels,).

    ``values`` index ``categories``; for the ordinal level these stand in their order, for interval they are numbers.
    """

    items: Ints
    annotators: Ints
    values: Ints
    item_names: tuple[str, ...]
    annotator_names: tuple[str, ...]
    categories: tuple[str, ...]
    numbers: Floats | None = None

    def counts(self) -> Any:
        """Labels of each item by category: a sparse matrix (items, categories)."""
        from scipy.sparse import coo_matrix

        shape = (len(self.item_names), len(self.categories))
        return coo_matrix((np.ones(len(self.items)), (self.items, self.values)), shape).tocsr()

    def of_annotators(self, chosen: NDArray[np.bool_]) -> "Ratings":
        """Only the labels by these annotators (annotators,); items keep their places."""
        kept = chosen[self.annotators]
        return Ratings(
            self.items[kept], self.annotators[kept], self.values[kept], self.item_names, self.annotator_names,
            self.categories, self.numbers,
        )  # fmt: skip


def alphas(ratings: Ratings, level: Level, weights: Floats) -> Floats:
    """Krippendorff's alpha for each row of ``weights``: (turns,). Items with one label do not count."""
    counts, labels, per_label = _pairable(ratings)
    marginal = np.asarray(weights @ counts)
    total = marginal.sum(1)
    if level == "nominal":
        observed = weights @ _unequal(counts, labels, per_label)
        expected = total**2 - (marginal**2).sum(1)
    else:
        # One row of scores for all turns, or one a turn, for midranks follow the labels that a turn drew.
        scores = _numbers(ratings)[None] if level == "interval" else np.cumsum(marginal, 1) - marginal / 2
        scores = scores - scores.mean(1, keepdims=True)  # small numbers keep their digits in differences of squares
        sums, squares = counts @ scores.T, counts @ (scores**2).T
        within = np.maximum(0.0, 2 * (labels[:, None] * squares - sums**2) * per_label[:, None])
        observed = np.einsum("ti,it->t", weights, np.broadcast_to(within, weights.T.shape))
        expected = 2 * (total * (marginal * scores**2).sum(1) - (marginal * scores).sum(1) ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 1 - (total - 1) * observed / expected
    # Where all labels are equal nothing is expected to disagree; a rounding error must not pass for an expectation.
    return np.asarray(np.where((marginal > 0).sum(1) > 1, found, np.nan))


def pair_agreement(ratings: Ratings, weights: Floats) -> Floats:
    """Share of pairs of labels of one item that are equal, for each row of ``weights``: (turns,). Not chance-corrected.

    Pairs weigh as in alpha: each label has the same weight, however many labels its item has.
    """
    counts, labels, per_label = _pairable(ratings)
    total = weights @ labels
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1 - weights @ _unequal(counts, labels, per_label) / total)


def item_disagreement(ratings: Ratings, level: Level) -> Floats:
    """What each item adds to the observed disagreement: (items,); 0 where all of its labels are equal."""
    counts, labels, per_label = _pairable(ratings)
    if level == "nominal":
        return _unequal(counts, labels, per_label)
    marginal = np.asarray(counts.sum(0)).ravel()
    scores = _numbers(ratings) if level == "interval" else np.cumsum(marginal) - marginal / 2
    scores = scores - scores.mean()
    sums, squares = counts @ scores, counts @ scores**2
    found = np.where(_unequal(counts, labels, per_label) > 0, 2 * (labels * squares - sums**2) * per_label, 0.0)
    return np.asarray(np.maximum(0.0, found))


def cohen_kappas(one: Ints, other: Ints, categories: int, weights: Floats) -> Floats:
    """Cohen's kappa of two annotators' labels (items,) of the same items, for each row of ``weights``: (turns,)."""
    if len(one) != len(other) or not len(one):
        raise UsageError(f"kappa needs labels of the same items, not {len(one)} and {len(other)}")
    total = weights.sum(1)
    left, right = (weights @ np.eye(categories)[codes] / total[:, None] for codes in (one, other))
    agreed, chance = weights @ (one == other) / total, (left * right).sum(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(chance < 1 - 1e-12, (agreed - chance) / (1 - chance), np.nan))


def fleiss_kappas(ratings: Ratings, weights: Floats) -> Floats:
    """Fleiss' kappa for each row of ``weights``: (turns,). Every item needs the same number of labels, two or more."""
    counts = ratings.counts()
    labels = np.asarray(counts.sum(1)).ravel()
    m = float(labels[0]) if len(labels) else 0.0
    if m < 2 or (labels != m).any():
        raise UsageError("Fleiss' kappa needs the same number of labels, two or more, for every item")
    agreed = (np.asarray(counts.multiply(counts).sum(1)).ravel() - m) / (m * (m - 1))
    total = weights.sum(1)
    shares = np.asarray(weights @ counts) / (total * m)[:, None]
    mean, chance = weights @ agreed / total, (shares**2).sum(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(chance < 1 - 1e-12, (mean - chance) / (1 - chance), np.nan))


def pairs_of(ratings: Ratings, one: int, other: int) -> tuple[Ints, Ints]:
    """The labels of two annotators for the items that both labelled: (items,) each, in the order of items."""
    found = []
    for annotator in (one, other):
        own = np.full(len(ratings.item_names), -1, np.int64)
        mine = ratings.annotators == annotator
        own[ratings.items[mine]] = ratings.values[mine]
        found.append(own)
    both = (found[0] >= 0) & (found[1] >= 0)
    return found[0][both], found[1][both]


def overlaps(ratings: Ratings) -> Sequence[tuple[int, int, int]]:
    """Pairs of annotators with the number of items that both labelled, the most first."""
    from scipy.sparse import coo_matrix

    shape = (len(ratings.annotator_names), len(ratings.item_names))
    member = coo_matrix((np.ones(len(ratings.items)), (ratings.annotators, ratings.items)), shape).tocsr()
    shared = (member @ member.T).tocoo()
    found = [
        (int(i), int(j), int(n)) for i, j, n in zip(shared.row, shared.col, shared.data, strict=True) if i < j and n
    ]
    return sorted(found, key=lambda pair: (-pair[2], pair[0], pair[1]))


def _pairable(ratings: Ratings) -> tuple[Any, Floats, Floats]:
    """Counts of items with two labels or more (other rows are empty), their labels m, and 1 / (m - 1): (items,)."""
    from scipy.sparse import diags_array

    counts = ratings.counts()
    labels = np.asarray(counts.sum(1), np.float64).ravel()
    usable = labels > 1
    labels = np.where(usable, labels, 0.0)
    return diags_array(usable.astype(np.float64)) @ counts, labels, np.where(usable, 1 / np.maximum(labels - 1, 1), 0.0)


def _unequal(counts: Any, labels: Floats, per_label: Floats) -> Floats:
    """Ordered pairs of unequal labels over m - 1, by item."""
    return np.asarray((labels**2 - np.asarray(counts.multiply(counts).sum(1)).ravel()) * per_label)


def _numbers(ratings: Ratings) -> Floats:
    if ratings.numbers is None:
        raise UsageError("the interval level needs labels that are numbers")
    return ratings.numbers
