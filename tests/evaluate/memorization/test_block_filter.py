import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.evaluate.memorization.block_filter import BLOCK, block_filter, possible_starts


def as_bytes(rng: np.random.Generator, n: int, letters: int) -> bytes:
    return rng.integers(97, 97 + letters, n, np.uint8).tobytes()


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 10_000), st.integers(31, 120), st.integers(0, 60))
def test_the_start_of_a_match_is_never_ruled_out(seed: int, length: int, before: int) -> None:
    rng = np.random.default_rng(seed)
    text = as_bytes(rng, 1_000, 26)
    begin = int(rng.integers(0, len(text) - length))
    query = as_bytes(rng, before, 26) + text[begin : begin + length] + as_bytes(rng, 20, 26)
    starts = possible_starts(block_filter(np.frombuffer(text, np.uint8)), query, length)
    assert starts is not None and len(starts) == len(query)
    assert starts[before]


@pytest.mark.parametrize(("minimum", "most"), [(31, 0.3), (50, 0.03)])
def test_nearly_all_of_a_foreign_query_is_ruled_out(minimum: int, most: float) -> None:
    rng = np.random.default_rng(1)
    bits = block_filter(np.frombuffer(as_bytes(rng, 200_000, 26), np.uint8))
    starts = possible_starts(bits, as_bytes(rng, 10_000, 26), minimum)
    assert starts is not None and starts.mean() < most


@pytest.mark.parametrize(("size", "minimum"), [(100, 30), (10, 31), (0, 50)])
def test_matches_without_a_whole_block_are_not_filtered(size: int, minimum: int) -> None:
    bits = block_filter(np.frombuffer(b"x" * 64, np.uint8))
    assert possible_starts(bits, b"y" * size, minimum) is None


def test_a_text_shorter_than_a_block_rules_out_all_long_matches() -> None:
    starts = possible_starts(block_filter(np.frombuffer(b"x" * (BLOCK - 1), np.uint8)), b"x" * 100, 31)
    assert starts is not None and not starts.any()
