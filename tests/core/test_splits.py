import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import document_id, held_out

IDS = st.lists(st.text("0123456789abcdef", min_size=16, max_size=16), max_size=40)
FRACTIONS = st.floats(0, 1)
SEEDS = st.integers(0, 1000)


def many(n: int) -> list[str]:
    return [document_id(str(number).encode(), f"corpus.jsonl:{number}") for number in range(n)]


@given(IDS, FRACTIONS, SEEDS)
def test_a_document_is_chosen_without_regard_to_the_others(ids: list[str], fraction: float, seed: int) -> None:
    alone = [bool(held_out([name], fraction, seed)[0]) for name in ids]
    assert held_out(ids, fraction, seed).tolist() == alone


@given(IDS, FRACTIONS, FRACTIONS, SEEDS)
def test_a_larger_share_holds_the_smaller_one(ids: list[str], one: float, two: float, seed: int) -> None:
    small, large = sorted((one, two))
    assert not (held_out(ids, small, seed) & ~held_out(ids, large, seed)).any()


@given(IDS, SEEDS)
def test_share_zero_holds_out_nothing_and_share_one_everything(ids: list[str], seed: int) -> None:
    assert not held_out(ids, 0.0, seed).any()
    assert held_out(ids, 1.0, seed).all()


@given(st.binary(max_size=20), st.text(max_size=9), st.text(max_size=9), SEEDS)
def test_exact_copies_stand_on_one_side(content: bytes, here: str, there: str, seed: int) -> None:
    both = held_out([document_id(content, here), document_id(content, there)], 0.5, seed)
    assert both[0] == both[1]


def test_the_share_is_met_within_sampling_error() -> None:
    n, share = 20_000, 0.05
    error = np.sqrt(share * (1 - share) / n)
    assert abs(held_out(many(n), share, seed=3).mean() - share) < 4 * error


def test_another_seed_holds_out_independent_documents() -> None:
    ids = many(20_000)
    both = (held_out(ids, 0.5, 1) & held_out(ids, 0.5, 2)).mean()
    assert abs(both - 0.25) < 4 * np.sqrt(0.25 * 0.75 / len(ids))


def test_no_document_gives_an_empty_mask() -> None:
    assert held_out([], 0.5, 0).shape == (0,)
