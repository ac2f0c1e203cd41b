import numpy as np
import pytest

from headwater.core import UsageError
from headwater.evaluate.quality.class_divergence import inception_score, inception_score_interval


def soft(seed: int, n: int, classes: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(classes), n)


def by_definition(p: np.ndarray) -> float:
    marginal = p.mean(0)
    return float(np.exp(np.mean([(row * np.log(row / marginal)).sum() for row in p])))


def test_answers_that_are_all_the_same_score_one() -> None:
    assert inception_score(np.full((30, 5), 0.2)) == pytest.approx(1, rel=1e-12)
    assert inception_score(np.tile([1.0, 0, 0], (7, 1))) == 1


@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_certain_and_balanced_answers_score_the_number_of_classes(classes: int) -> None:
    assert inception_score(np.tile(np.eye(classes), (3, 1))) == pytest.approx(classes, rel=1e-12)


def test_it_is_that_of_the_definition() -> None:
    p = soft(0, 50)
    assert inception_score(p) == pytest.approx(by_definition(p), rel=1e-12)


def test_no_row_is_dropped_where_splits_do_not_divide_the_number() -> None:
    """Eleven rows in two splits: six and five. A peer drops the eleventh."""
    p = soft(1, 11)
    assert inception_score(p, 2) == pytest.approx((by_definition(p[:6]) + by_definition(p[6:])) / 2, rel=1e-12)
    assert inception_score(p, 2) != pytest.approx((by_definition(p[:5]) + by_definition(p[5:10])) / 2, rel=1e-6)


def test_the_interval_leaves_out_groups_of_rows_and_holds_the_value() -> None:
    p = soft(2, 200)
    found = inception_score_interval(p)
    without = np.array([by_definition(p[np.arange(200) % 20 != g]) for g in range(20)])
    assert found.value == pytest.approx(by_definition(p), rel=1e-12)
    assert found.se == pytest.approx((19 / 20 * ((without - without.mean()) ** 2).sum()) ** 0.5, rel=1e-9)
    assert inception_score_interval(p[:3]).low is None


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (np.full((3, 2), np.nan), "finite"),
        (np.array([[2.0, -1.0]]), "from 0 up"),
        (np.array([[3.0, 2.0]]), "softmax, not logits"),
        (np.ones(4), "shape"),
        (np.zeros((0, 3)), "shape"),
    ],
)
def test_what_is_no_probability_is_refused(p: np.ndarray, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        inception_score(p)
    with pytest.raises(UsageError, match="cannot be cut into 9 splits"):
        inception_score(soft(0, 3), 9)
