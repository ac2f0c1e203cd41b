import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import UsageError
from headwater.curate.audits.concentration import concentration

AMOUNTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(lambda values: sum(values) > 0)


@given(st.integers(2, 50), st.integers(1, 1000))
def test_equal_parts_are_not_concentrated(parts: int, amount: int) -> None:
    found = concentration([amount] * parts)
    assert found.hhi == pytest.approx(1 / parts)
    assert found.gini == pytest.approx(0, abs=1e-12)
    assert found.entropy == pytest.approx(1)


@given(st.integers(2, 50))
def test_one_part_that_holds_all_is_fully_concentrated(parts: int) -> None:
    found = concentration([7] + [0] * (parts - 1))
    assert (found.hhi, found.entropy, found.largest) == (1, 0, 1)
    assert found.gini == pytest.approx(1 - 1 / parts)


def test_a_single_part_holds_all() -> None:
    found = concentration([3])
    assert (found.hhi, found.gini, found.entropy, found.top_ten) == (1, 0, 0, 1)


@given(AMOUNTS)
def test_gini_equals_the_mean_absolute_difference(amounts: list[int]) -> None:
    x = np.array(amounts, float)
    expected = np.abs(x[:, None] - x[None, :]).mean() / (2 * x.mean())
    assert concentration(amounts).gini == pytest.approx(expected, abs=1e-9)


@given(AMOUNTS)
def test_order_and_scale_change_nothing(amounts: list[int]) -> None:
    one, other = concentration(amounts), concentration([3 * amount for amount in reversed(amounts)])
    for field in ("hhi", "gini", "entropy", "largest", "top_ten"):
        assert math.isclose(getattr(one, field), getattr(other, field), abs_tol=1e-9)


@pytest.mark.parametrize("amounts", [[], [0, 0], [1, -1]])
def test_amounts_without_a_whole_are_refused(amounts: list[int]) -> None:
    with pytest.raises(UsageError):
        concentration(amounts)
