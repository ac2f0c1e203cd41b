import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headwater.models.order import StepPlan, examples_at


def shown(plan: StepPlan) -> np.ndarray:
    return np.concatenate([examples_at(plan, step) for step in range(plan.steps)])


@given(st.integers(0, 2**31), st.integers(1, 20), st.integers(1, 30), st.integers(1, 4))
def test_each_pass_shows_every_example_once(seed: int, batch: int, n: int, passes: int) -> None:
    seen = shown(StepPlan(seed, batch, -(-n * passes // batch), n))[: n * passes]
    assert (np.bincount(seen, minlength=n) == passes).all()
    for one in seen.reshape(passes, n):
        assert sorted(one) == list(range(n))


@given(st.integers(0, 2**31), st.integers(1, 20), st.integers(1, 30), st.integers(1, 20), st.data())
def test_planted_examples_are_shown_once_and_leave_the_passes_as_they_are(
    seed: int, batch: int, n: int, steps: int, data: st.DataObject
) -> None:
    planted = data.draw(st.integers(0, steps * batch))
    seen = shown(StepPlan(seed, batch, steps, n, planted))
    assert sorted(seen[seen >= n]) == list(range(n, n + planted))
    plain = shown(StepPlan(seed, batch, steps, n))
    assert (seen[seen < n] == plain[: steps * batch - planted]).all()


def test_a_step_depends_on_the_plan_and_its_number_alone() -> None:
    plan = StepPlan(seed=7, batch=8, steps=50, examples=100, planted=30)
    later = examples_at(plan, 41)
    shown(plan)
    assert (examples_at(plan, 41) == later).all()
    assert (examples_at(StepPlan(8, 8, 50, 100, 30), 41) != later).any()


def test_passes_have_different_orders() -> None:
    plan = StepPlan(seed=0, batch=50, steps=2, examples=50)
    assert (examples_at(plan, 0) != examples_at(plan, 1)).any()
