import numpy as np
import pytest

from headwater.core import UsageError
from headwater.evaluate import expected_coverage, neighbourhoods, precision_recall


def normal(seed: int, n: int, d: int = 6, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, size=(n, d))


def test_the_values_are_those_of_the_neighbourhoods() -> None:
    x, y = normal(0, 80), normal(1, 60, shift=0.3)
    found, estimates = neighbourhoods(x, y), precision_recall(x, y)
    wanted = found.in_manifold.mean(), found.reached.mean(), found.density_terms.mean(), found.covered.mean()
    assert [estimates[name].value for name in ("precision", "recall", "density", "coverage")] == list(wanted)
    assert (estimates["precision"].n, estimates["recall"].n) == (60, 80)


def test_the_standard_error_is_that_of_new_samples() -> None:
    """Within a third; leaving groups of items out gives up to twice as much."""
    pairs = [(normal(2 * s, 100), normal(2 * s + 1, 100, shift=0.4)) for s in range(60)]
    found = [precision_recall(x, y) for x, y in pairs]
    for name in ("precision", "recall", "density", "coverage"):
        spread = np.std([one[name].value for one in found], ddof=1)
        claimed = np.sqrt(np.mean([one[name].se ** 2 for one in found]))
        assert claimed == pytest.approx(spread, rel=0.35), name


def test_density_and_coverage_of_one_law_lie_inside() -> None:
    inside = [
        (one["density"].low <= 1 <= one["density"].high)
        + (one["coverage"].low <= expected_coverage(90, 90, 5) <= one["coverage"].high)
        for one in (precision_recall(normal(2 * s, 90), normal(2 * s + 1, 90)) for s in range(40))
    ]
    assert sum(inside) >= 69  # of 80; P(fewer at 95 %) = 0.002


def test_the_seed_alone_moves_the_interval() -> None:
    x, y = normal(3, 60), normal(4, 60)
    assert precision_recall(x, y, seed=1) == precision_recall(x, y, seed=1)
    one, other = precision_recall(x, y, seed=1)["recall"], precision_recall(x, y, seed=2)["recall"]
    assert one.value == other.value and one.se != other.se


def test_too_few_rows_for_halves_have_values_and_no_interval() -> None:
    found = precision_recall(normal(5, 11), normal(6, 40))
    assert all(one.low is None for one in found.values())
    with pytest.raises(UsageError, match="more than 5 rows"):
        precision_recall(normal(5, 5), normal(6, 40))
