import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headwater.models.order import examples_at


@given(st.integers(0, 2**31), st.integers(1, 20), st.integers(1, 30), st.integers(1, 4))
def test_each_pass_shows_every_example_once(seed: int, batch: int, n: int, passes: int) -> None:
    steps = -(-n * passes // batch)
    seen = np.concatenate([examples_at(seed, step, batch, n) for step in range(steps)])[: n * passes]
    assert (np.bincount(seen, minlength=n) == passes).all()
    for one in seen.reshape(passes, n):
        assert sorted(one) == list(range(n))


def test_a_step_depends_on_seed_and_step_alone() -> None:
    later = examples_at(7, 41, 8, 100)
    for step in range(10):
        examples_at(7, step, 8, 100)
    assert (examples_at(7, 41, 8, 100) == later).all()
    assert (examples_at(8, 41, 8, 100) != later).any()


def test_passes_have_different_orders() -> None:
    first, second = examples_at(0, 0, 50, 50), examples_at(0, 1, 50, 50)
    assert (first != second).any()
