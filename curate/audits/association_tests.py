"""Whether groups and attributes stand together more often than chance: pure functions on counts and indicators.

| quantity | definition | source |
|---|---|---|
| nPMI | ln(p(g,a) / (p(g) p(a))) / -ln p(g,a), in [-1, 1] | Bouma 2009, GSCL |
| odds ratio | of the attribute with the group against the other groups, 0.5 added to each cell | Haldane 1956 |
| its interval | delta method on the logarithm, documents as clusters | Liang & Zeger 1986 |
| log-odds | of the attribute with the group against the other groups, Beta prior from the corpus | Monroe et al. 2008 |
| p | labels move with their document among documents of as many sentences, (b + 1) / (m + 1) | Phipson & Smyth 2010 |
| q | Benjamini-Hochberg over all tested pairs | Benjamini & Hochberg 1995, JRSS B 57, 289-300 |
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core import generator
from .rates import Z

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class PermutationTest:
    """Arrays of shape (groups, attributes): joint counts, what chance gives on average, and two-sided p-values."""

    observed: Floats
    expected: Floats
    p: Floats


def npmi(joint: ArrayLike, first: ArrayLike, second: ArrayLike, total: int) -> Floats:
    """Normalised pointwise mutual information of counts that broadcast together.

    -1: never together; 0: independent; 1: always together. NaN where one of the two never occurs.

    >>> npmi([25, 0, 50], [50, 50, 50], [50, 50, 50], 100).tolist()
    [0.0, -1.0, 1.0]
    """
    both, a, b = (np.asarray(counts, np.float64) for counts in (joint, first, second))
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(both * total / (a * b))
        result = information / -np.log(both / total)
    result = np.where(both == total, 1.0, np.where(both == 0, -1.0, result))
    return np.where((a == 0) | (b == 0), np.nan, np.clip(result, -1.0, 1.0))


def odds_ratio(label: Bools, attribute: Bools, documents: Ints) -> tuple[float, float, float]:
    """Odds ratio of ``attribute`` given ``label`` with its 95 % interval; all have shape (sentences,).

    >>> labels, attributes = np.array([1, 1, 0, 0], bool), np.array([1, 0, 1, 0], bool)
    >>> odds_ratio(labels, attributes, np.arange(4))[0]
    1.0
    """
    logarithm, variance = log_odds_ratio(label, attribute, documents)
    half = Z * np.sqrt(variance)
    low, value, high = (float(np.exp(x)) for x in (logarithm - half, logarithm, logarithm + half))
    return value, low, high


def log_odds_ratio(label: Bools, attribute: Bools, documents: Ints) -> tuple[float, float]:
    """Logarithm of the odds ratio, 0.5 added to each cell, and its variance, with documents as clusters."""
    cells = np.array([label & attribute, label & ~attribute, ~label & attribute, ~label & ~attribute], np.float64)
    sums = cells.sum(1) + 0.5
    logarithm = float(np.log(sums[0] * sums[3] / (sums[1] * sums[2])))
    influence = cells[0] / sums[0] - cells[1] / sums[1] - cells[2] / sums[2] + cells[3] / sums[3]
    _, cluster = np.unique(documents, return_inverse=True)
    by_document = np.bincount(cluster, influence)
    n = len(by_document)
    clustered = n / (n - 1) * float(by_document @ by_document) if n > 1 else 0.0
    return logarithm, max(clustered, float((1 / sums).sum()))


def log_odds(
    joint: float, first: float, joint_others: float, others: float, share: float, strength: float
) -> tuple[float, float]:
    """Log-odds ratio with an informative prior, and its z, for an attribute in sentences of a group and of others.

    ``joint`` of ``first`` sentences of the group hold the attribute, ``joint_others`` of ``others`` those of the rest.
    The prior is worth ``strength`` sentences of which the ``share`` in (0, 1), that of the whole corpus, hold it: it
    pulls rare attributes to 0. z takes sentences as independent. With two outcomes a sentence (held or not) the
    Dirichlet prior is a Beta. Source: Monroe, Colaresi & Quinn 2008, Political Analysis 16, 372-403.

    >>> log_odds(8, 40, 4, 20, 0.2, 10)
    (0.0, 0.0)
    """
    own, rest, prior = joint + share * strength, joint_others + share * strength, (1 - share) * strength
    delta = float(np.log(own / (first - joint + prior)) - np.log(rest / (others - joint_others + prior)))
    return delta, float(delta / np.sqrt(1 / own + 1 / rest))


def permutation_test(
    labels: Bools, attributes: Bools | Floats, documents: Ints, permutations: int = 4999, seed: int = 0
) -> PermutationTest:
    """Joint counts of ``labels`` (sentences, groups) and ``attributes`` (sentences, attributes) against chance.

    ``documents`` (sentences,) are ascending. The labels of a whole document move together to another document with the
    same number of sentences: exact where documents are exchangeable, whatever the dependence inside them. Attributes
    may be numbers: their sum over the sentences of a group is compared.
    """
    values = attributes.astype(np.float64)
    observed = labels.T.astype(np.float64) @ values
    expected = sum((_expected(*stratum) for stratum in _strata(labels, values, documents)), np.zeros(observed.shape))
    distance = np.abs(observed - expected) - 1e-9
    rng = generator(seed, "association")
    exceeded = np.zeros(observed.shape, np.int64)
    shuffle = _Shuffle(labels, attributes, documents)
    for _ in range(permutations):
        exceeded += np.abs(shuffle.joint(rng) - expected) >= distance
    return PermutationTest(observed, expected, (exceeded + 1) / (permutations + 1))


def at_most(documents: Ints, limit: int, seed: int) -> Ints:
    """Indices of at most ``limit`` items of each document (n,), drawn at random, ascending."""
    order = np.lexsort((generator(seed, "sentences").random(len(documents)), documents))
    ordered = documents[order]
    first = np.searchsorted(ordered, ordered, side="left")
    chosen: Ints = np.sort(order[np.arange(len(ordered)) - first < limit])
    return chosen


def _strata(labels: Bools, attributes: Bools | Floats, documents: Ints) -> list[tuple[Floats, Floats]]:
    """For each number of sentences a document has: labels (documents, sentences, groups), and attributes likewise."""
    _, begins, lengths = np.unique(documents, return_index=True, return_counts=True)
    strata = []
    for length in np.unique(lengths):
        rows = begins[lengths == length][:, None] + np.arange(length)
        strata.append((labels[rows].astype(np.float64), attributes[rows].astype(np.float64)))
    return strata


def _expected(labels: Floats, attributes: Floats) -> Floats:
    result: Floats = np.einsum("lg,lk->gk", labels.mean(0), attributes.sum(0))
    return result


class _Shuffle:
    """Joint sums after a shuffle, by one look-up for each sentence with an attribute.

    Sentences with the same labels share a pattern, so that one count of patterns serves all groups.
    """

    def __init__(self, labels: Bools, attributes: Bools | Floats, documents: Ints) -> None:
        patterns, self.pattern = np.unique(labels, axis=0, return_inverse=True)
        self.patterns = patterns.astype(np.float64)
        _, begins, lengths = np.unique(documents, return_index=True, return_counts=True)
        order = np.argsort(lengths, kind="stable")  # documents of one length stand side by side
        self.first = begins[order]
        edges = np.flatnonzero(np.diff(lengths[order], prepend=-1, append=-1))
        self.strata = [slice(int(a), int(b)) for a, b in zip(edges[:-1], edges[1:], strict=True)]
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        sentence, attribute = np.nonzero(attributes)
        number = np.repeat(np.arange(len(begins)), lengths)[sentence]
        self.document, self.position = place[number], sentence - begins[number]
        self.cell = attribute * len(patterns)
        self.weights = None if attributes.dtype == np.bool_ else attributes[sentence, attribute]
        self.attributes = attributes.shape[1]

    def joint(self, rng: np.random.Generator) -> Floats:
        """Sums (groups, attributes) after the labels of the documents of each length have changed places."""
        moved = np.concatenate([rng.permutation(self.first[stratum]) for stratum in self.strata])
        pattern = self.pattern[moved[self.document] + self.position]
        counts = np.bincount(self.cell + pattern, self.weights, self.attributes * len(self.patterns))
        result: Floats = self.patterns.T @ counts.reshape(self.attributes, -1).T
        return result
