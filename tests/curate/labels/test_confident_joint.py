"""Confident learning, against a recomputation row by row."""

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from headwater.core import UsageError
from headwater.curate.labels.confident_joint import confident_joint, margins, noise_interval


def random_case(seed: int, n: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    return rng.dirichlet(np.full(k, 0.4), n), labels


def by_hand(probability: np.ndarray, labels: np.ndarray) -> tuple[list[int], list[list[int]], list[list[float]]]:
    """The definitions of the paper, one row at a time."""
    n, k = probability.shape
    thresholds = [
        sum(probability[row][j] for row in range(n) if labels[row] == j) / sum(labels[row] == j for row in range(n))
        for j in range(k)
    ]
    confident, counts = [], [[0] * k for _ in range(k)]
    for row in range(n):
        reached = [j for j in range(k) if probability[row][j] >= thresholds[j]]
        best = max(reached, key=lambda j: probability[row][j]) if reached else -1
        confident.append(best)
        if best >= 0:
            counts[labels[row]][best] += 1
    sizes = [int((labels == i).sum()) for i in range(k)]
    joint = [[counts[i][j] / sum(counts[i]) * sizes[i] / n for j in range(k)] for i in range(k)]
    return confident, counts, joint


@settings(max_examples=40, deadline=None)
@for_all(st.integers(0, 10_000), st.integers(12, 60), st.integers(2, 5))
def test_the_joint_is_that_of_the_definitions(seed: int, n: int, k: int) -> None:
    probability, labels = random_case(seed, n, k)
    found = confident_joint(probability, labels)
    confident, counts, joint = by_hand(probability, labels)
    assert found.confident.tolist() == confident and found.counts.tolist() == counts
    assert np.allclose(found.joint, joint, atol=1e-12)
    assert abs(found.joint.sum() - 1) < 1e-12
    assert np.allclose(found.joint.sum(1), np.bincount(labels) / n)
    assert abs(found.noise - sum(joint[i][j] for i in range(k) for j in range(k) if i != j)) < 1e-12


def test_a_case_by_hand() -> None:
    probability = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.1, 0.9], [0.3, 0.7], [0.8, 0.2]])
    labels = np.array([0, 0, 0, 1, 1, 1])  # thresholds 0.6 and 0.6
    found = confident_joint(probability, labels)
    assert np.allclose(found.thresholds, [0.6, 0.6])
    assert found.counts.tolist() == [[2, 1], [1, 2]] and np.allclose(found.noise_by_class, [1 / 3, 1 / 3])
    assert np.allclose(margins(probability, labels), [0.8, 0.4, -0.6, 0.8, 0.4, -0.6])


def test_equal_probabilities_of_a_class_reach_their_own_mean() -> None:
    probability = np.tile([0.1, 0.9], (7, 1))  # the mean of seven times 0.1 exceeds 0.1 by rounding
    found = confident_joint(probability, np.array([0, 0, 0, 1, 1, 1, 1]))
    assert found.counts.sum() == 7 and np.isfinite(found.joint).all()


def test_a_perfect_model_sees_exactly_the_noise_that_was_made() -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(0, 3, 900)
    given = np.where(rng.random(900) < 0.1, (true + 1) % 3, true)
    found = confident_joint(np.eye(3)[true], given)
    assert found.noise == pytest.approx((true != given).mean(), abs=1e-12)
    assert np.array_equal(np.flatnonzero(found.confident != given), np.flatnonzero(true != given))


def test_the_bootstrap_of_a_perfect_model_is_that_of_a_share() -> None:
    rng = np.random.default_rng(1)
    true = rng.integers(0, 2, 2_000)
    given = np.where(rng.random(2_000) < 0.1, 1 - true, true)
    (low, high), by_class = noise_interval(np.eye(2)[true], given, 400, 0)
    share = (true != given).mean()
    half = 1.96 * np.sqrt(share * (1 - share) / 2_000)
    assert low == pytest.approx(share - half, abs=0.004) and high == pytest.approx(share + half, abs=0.004)
    assert by_class.shape == (2, 2) and (by_class[0] < by_class[1]).all()


def test_renaming_the_classes_renames_the_joint() -> None:
    probability, labels = random_case(3, 50, 4)
    order = np.array([2, 0, 3, 1])
    one, other = confident_joint(probability, labels), confident_joint(probability[:, order], np.argsort(order)[labels])
    assert np.allclose(one.joint[np.ix_(order, order)], other.joint)


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1], [0, 1, 2]])
def test_labels_that_do_not_fit_are_refused(labels: list[int]) -> None:
    with pytest.raises(UsageError, match="do not fit"):
        confident_joint(np.full((3, 2), 0.5), np.array(labels))
