"""Answers that mean the same: two entail each other. And the entropy of the meanings.

| entropy | definition | source |
|---|---|---|
| discrete | -sum p ln p, p = answers of a meaning / answers | Farquhar et al. 2024, Nature 630, 625-630 |
| likelihood | the same with p = sum of the likelihoods of its answers, normalised | Kuhn, Gal & Farquhar 2023, arXiv 2302.09664 |
| quadratic | sum over pairs of answers of (1 - likeness) / n^2, the likeness from probabilities of entailment | Rao 1982 |
"""  # noqa: E501

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..entailment import Entailment, checked_probabilities
from ..statistics import Floats

Linkage = Literal["first", "all"]
LINKAGES = ("first", "all")
CHUNK = 4_096


def normal(answer: str) -> str:
    """An answer without what changes no meaning: case, spaces, marks at the ends."""
    return " ".join(answer.casefold().split()).strip(" .,;:!?\"'")


def entailment_matrices(model: Entailment, groups: Sequence[Sequence[str]]) -> list[Floats]:
    """For each group of answers P(row entails column), (answers, answers); 1 for answers that are normally equal.

    Each pair of different answers is asked once, as the first of its kind is spelled, all groups in one go.
    """
    wanted: dict[tuple[str, str], int] = {}
    spelled: dict[str, str] = {}
    for answers in groups:
        for answer in answers:
            spelled.setdefault(normal(answer), answer)
        distinct = list(dict.fromkeys(normal(answer) for answer in answers))
        for one in distinct:
            for two in distinct:
                if one != two:
                    wanted.setdefault((one, two), len(wanted))
    pairs = list(wanted)
    parts = [
        checked_probabilities(model, [spelled[one] for one, _ in chunk], [spelled[two] for _, two in chunk])[:, 0]
        for chunk in (pairs[low : low + CHUNK] for low in range(0, len(pairs), CHUNK))
    ]
    given = np.concatenate(parts) if parts else np.zeros(0)
    return [_matrix([normal(answer) for answer in answers], wanted, given) for answers in groups]


def _matrix(answers: Sequence[str], places: dict[tuple[str, str], int], given: Floats) -> Floats:
    found = np.ones((len(answers), len(answers)))
    for row, one in enumerate(answers):
        for column, two in enumerate(answers):
            if one != two:
                found[row, column] = given[places[one, two]]
    return found


def cluster(entails: Floats, threshold: float = 0.5, linkage: Linkage = "first") -> list[int]:
    """The meaning of each answer, counted from 0 in order of first occurrence.

    An answer joins the first meaning with whose first answer (``first``, as in the source) or with all of whose answers
    (``all``) it shares entailment above ``threshold`` in both directions. With ``first`` the order of answers matters.

    >>> cluster(np.array([[1, 0, 0.9, 0], [0, 1, 0, 0], [0.9, 0, 1, 0], [0, 0, 0.9, 1]]))
    [0, 1, 0, 2]
    """
    same = np.minimum(entails, entails.T) > threshold
    members: list[list[int]] = []
    ids = []
    for answer in range(len(entails)):
        for place, own in enumerate(members):
            if all(same[answer, other] for other in (own[:1] if linkage == "first" else own)):
                own.append(answer)
                ids.append(place)
                break
        else:
            ids.append(len(members))
            members.append([answer])
    return ids


def discrete_entropy(ids: Sequence[int]) -> float:
    """Entropy in nats of the meanings, each answer counted alike.

    >>> round(discrete_entropy([0, 1, 2, 1]), 4), discrete_entropy([0, 0, 0])
    (1.0397, 0.0)
    """
    return _entropy(np.log(np.bincount(ids) / len(ids)))


def likelihood_entropy(ids: Sequence[int], logs: Sequence[float]) -> float:
    """Entropy in nats of the meanings, each answer weighed by its length-normalised likelihood exp(log).

    All stays in logarithms: likelihoods that are 0 as numbers have an entropy too.

    >>> round(likelihood_entropy([0, 1], [-5000.0, -5000.0]), 4)
    0.6931
    """
    own = np.asarray(ids)
    weights = np.asarray(logs, np.float64)
    total = np.logaddexp.reduce(weights)
    return _entropy(np.array([np.logaddexp.reduce(weights[own == one]) for one in range(own.max() + 1)]) - total)


def quadratic_entropy(entails: Floats) -> float:
    """Rao's: the mean over pairs of answers, each with itself too, of 1 - the mean of both entailments. [0, 1 - 1/n].

    >>> quadratic_entropy(np.eye(4)), quadratic_entropy(np.ones((4, 4)))
    (0.75, 0.0)
    """
    return float(1 - ((entails + entails.T) / 2).mean())


def _entropy(logs: NDArray[np.float64]) -> float:
    held = logs[np.isfinite(logs)]
    return abs(math.fsum(-np.exp(held) * held))
