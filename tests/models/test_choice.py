import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import UsageError
from headwater.models.choice import Choice, penalised


def kept(choice: Choice, p: list[float]) -> set[int]:
    """Every token that some uniform number picks."""
    uniform = torch.linspace(0, 1 - 1e-9, 4_001, dtype=torch.float64)
    logits = torch.log(torch.tensor(p, dtype=torch.float64)).expand(len(uniform), -1)
    return set(choice.pick(logits, uniform).tolist())


def test_min_p_keeps_what_is_likely_enough_beside_the_likeliest() -> None:
    p = [0.5, 0.2, 0.15, 0.1, 0.05]
    assert kept(Choice(min_p=0.3), p) == {0, 1, 2}
    assert kept(Choice(min_p=0.0), p) == {0, 1, 2, 3, 4}
    assert kept(Choice(min_p=1.0), p) == {0}


def test_a_flat_distribution_keeps_more_under_min_p_than_a_sharp_one() -> None:
    assert kept(Choice(min_p=0.5), [0.25, 0.25, 0.25, 0.25]) == {0, 1, 2, 3}
    assert kept(Choice(min_p=0.5), [0.97, 0.01, 0.01, 0.01]) == {0}


def test_the_cuts_come_after_the_temperature() -> None:
    p = [0.6, 0.3, 0.1]
    flat = Choice(temperature=4.0, min_p=0.6)
    heated = np.array(p) ** 0.25
    assert kept(flat, p) == set(np.flatnonzero(heated >= 0.6 * heated.max()).tolist()) == {0, 1, 2}
    assert kept(Choice(min_p=0.6), p) == {0}


@given(st.lists(st.floats(-20, 20), min_size=2, max_size=8), st.floats(0.1, 10), st.data())
def test_a_penalty_divides_positive_logits_and_multiplies_negative_ones(
    logits: list[float], penalty: float, data: st.DataObject
) -> None:
    seen = data.draw(st.lists(st.booleans(), min_size=len(logits), max_size=len(logits)))
    found = penalised(torch.tensor([logits], dtype=torch.float64), torch.tensor([seen]), penalty)[0].tolist()
    for before, after, said in zip(logits, found, seen, strict=True):
        wanted = before if not said else before / penalty if before > 0 else before * penalty
        assert after == pytest.approx(wanted)
        assert penalty < 1 or after <= before


def test_a_penalised_token_loses_even_greedily() -> None:
    logits, seen = torch.tensor([[2.0, 1.5]]), torch.tensor([[True, False]])
    assert Choice(0.0).pick(logits, torch.zeros(1), seen).item() == 0
    assert Choice(0.0, repetition_penalty=1.5).pick(logits, torch.zeros(1), seen).item() == 1


@pytest.mark.parametrize("options", [{"min_p": -0.1}, {"min_p": 1.1}, {"repetition_penalty": 0.0},
                                     {"repetition_penalty": float("inf")}, {"min_p": float("nan")}])  # fmt: skip
def test_an_option_out_of_range_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(options))):
        Choice(**options)  # type: ignore[arg-type]
