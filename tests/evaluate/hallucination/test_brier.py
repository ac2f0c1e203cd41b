import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from headwater.evaluate import jackknife
from headwater.evaluate.hallucination.brier import brier

items = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=2, max_size=50)


@given(items)
@settings(max_examples=80, deadline=None)
def test_the_parts_add_up_exactly(rows: list[tuple[float, bool]]) -> None:
    p, y = (np.array(part, float) for part in zip(*rows, strict=True))
    found = brier(p, y)
    parts = found.reliability.value - found.resolution.value + found.uncertainty.value
    assert found.score.value == pytest.approx(parts, abs=1e-12)
    assert found.score.value == pytest.approx(np.mean((p - y) ** 2))


def test_the_score_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    p, y = rng.random(50), rng.integers(0, 2, 50)
    assert brier(p, y).score.value == pytest.approx(brier_score_loss(y, p))


def test_the_base_rate_has_no_resolution_and_no_error() -> None:
    found = brier([0.25] * 8, [1, 0, 0, 0] * 2)
    assert found.reliability.value == found.resolution.value == 0 and found.uncertainty.value == 0.1875


def test_certain_and_right_is_zero_and_certain_and_wrong_is_one() -> None:
    assert brier([0, 1], [0, 1]).score.value == 0 and brier([1, 0], [0, 1]).score.value == 1


@pytest.mark.parametrize("levels", [3, 1000])
def test_the_intervals_are_jackknives_of_the_definition(levels: int) -> None:
    rng = np.random.default_rng(1)
    p = rng.integers(0, levels, 40) / levels
    y = (rng.random(40) < p).astype(float)
    whole = brier(p, y)
    for name in ("reliability", "resolution", "uncertainty"):
        part = getattr(whole, name)
        without = [getattr(brier(np.delete(p, i), np.delete(y, i)), name).value for i in range(40)]
        assert part.se == pytest.approx(jackknife(part.value, without).se)
