import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.models.base import Canary
from headwater.models.planting import plant

BEGIN = 99
PIECES = st.lists(st.lists(st.integers(0, 48), min_size=1, max_size=30), min_size=1, max_size=8)


def planted(
    pieces: list[list[int]], tokens: list[int], repetitions: int, context: int, seed: int = 0
) -> tuple[np.ndarray, list[list[tuple[str, str]]]]:
    names = [(f"d{row}", "trained") for row in range(len(pieces))]
    canary = (Canary("c", "", "", repetitions), np.array(tokens, np.int32))
    return plant([np.array(piece, np.int32) for piece in pieces], names, [canary], BEGIN, context, seed)


@given(PIECES, st.integers(1, 12), st.integers(0, 5), st.integers(2, 40), st.integers(0, 99))
def test_a_canary_stands_whole_between_begin_tokens_in_every_stretch(
    pieces: list[list[int]], length: int, repetitions: int, context: int, seed: int
) -> None:
    tokens = list(range(50, 50 + length))
    windows, inside = planted(pieces, tokens, repetitions, context, seed)
    each = -(-(length + 2) // context)
    assert windows.shape == (repetitions * each, context + 1) and len(inside) == len(windows)
    for first in range(0, len(windows), each):
        stretch = windows[first : first + each]
        assert (stretch[1:, 0] == stretch[:-1, -1]).all()
        joined = [*stretch[:, :-1].flatten().tolist(), int(stretch[-1, -1])]
        place = joined.index(50)
        assert joined[place - 1 : place + length + 1] == [BEGIN, *tokens, BEGIN]


@given(st.integers(1, 8), st.integers(2, 40), st.integers(0, 99))
def test_the_texts_that_are_named_are_those_that_can_be_seen(n: int, context: int, seed: int) -> None:
    pieces = [[row] * 7 for row in range(n)]  # each document has one token of its own
    windows, inside = planted(pieces, [60, 61, 62], 4, context, seed)
    for window, texts in zip(windows.tolist(), inside, strict=True):
        seen = {f"d{token}" for token in window if token < 50} | ({"c"} if {60, 61, 62} & set(window) else set())
        assert {name for name, _ in texts} == seen
        assert all(role == ("canary" if name == "c" else "trained") for name, role in texts)


@pytest.mark.parametrize("repetitions", [0, 3])
def test_a_canary_is_planted_as_often_as_asked(repetitions: int) -> None:
    windows, _ = planted([[1, 2, 3]], [50], repetitions, 8)
    assert (windows == 50).sum() == repetitions
