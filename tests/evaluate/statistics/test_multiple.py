import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from headwater.core import UsageError
from headwater.evaluate import benjamini_hochberg, holm

P = st.lists(st.floats(0, 1), min_size=1, max_size=20)


@given(P)
def test_benjamini_hochberg_is_scipys(p: list[float]) -> None:
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p))


@given(P)
def test_holm_is_its_definition(p: list[float]) -> None:
    order = sorted(range(len(p)), key=lambda i: p[i])
    expected, worst = [0.0] * len(p), 0.0
    for place, i in enumerate(order):
        worst = max(worst, min(1.0, (len(p) - place) * p[i]))
        expected[i] = worst
    assert holm(p).tolist() == pytest.approx(expected)


@given(P)
def test_holm_is_never_below_the_false_discovery_rate(p: list[float]) -> None:
    assert (holm(p) >= benjamini_hochberg(p) - 1e-12).all()
    assert (benjamini_hochberg(p) >= np.array(p) - 1e-12).all()


def test_holm_keeps_the_chance_of_any_false_claim() -> None:
    rng = np.random.default_rng(0)
    any_claim = [holm(rng.random(10)).min() <= 0.05 for _ in range(2000)]
    assert np.mean(any_claim) < 0.065


def test_no_test_gives_no_p() -> None:
    assert len(holm([])) == 0


@pytest.mark.parametrize("p", [[-0.1], [1.1], [float("nan")]])
def test_what_is_no_probability_is_refused(p: list[float]) -> None:
    with pytest.raises(UsageError):
        holm(p)
