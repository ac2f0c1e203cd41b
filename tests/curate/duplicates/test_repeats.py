"""Stretches that stood before, against a search of all windows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.duplicates.repeats import later_repeats


def covered(symbols: list[int], minimum: int, separator: int) -> set[int]:
    """Places in a window that equals one further left that it does not overlap, by plain comparison."""
    first: dict[tuple[int, ...], int] = {}
    found: set[int] = set()
    for place in range(len(symbols) - minimum + 1):
        window = tuple(symbols[place : place + minimum])
        if separator not in window and first.setdefault(window, place) + minimum <= place:
            found.update(range(place, place + minimum))
    return found


@pytest.mark.parametrize("kind", [np.uint8, np.uint32])
@given(st.lists(st.integers(0, 3), max_size=60), st.integers(2, 6))
@settings(max_examples=150, deadline=None)
def test_the_stretches_are_those_of_a_search_of_all_windows(kind: type, symbols: list[int], minimum: int) -> None:
    found = later_repeats(np.array(symbols, kind), minimum, 0)
    places = {
        place for start, end in zip(found.starts, found.ends, strict=True) for place in range(int(start), int(end))
    }
    assert places == covered(symbols, minimum, 0)


@given(st.lists(st.integers(0, 2), max_size=60), st.integers(2, 5))
@settings(max_examples=100, deadline=None)
def test_each_stretch_begins_like_its_source_which_lies_to_the_left(symbols: list[int], minimum: int) -> None:
    found = later_repeats(np.array(symbols, np.uint8), minimum, 0)
    for start, end, source in zip(found.starts.tolist(), found.ends.tolist(), found.sources.tolist(), strict=True):
        assert source + minimum <= start < end
        assert symbols[source : source + minimum] == symbols[start : start + minimum]


def test_no_symbols_have_no_repeats() -> None:
    assert later_repeats(np.zeros(0, np.uint8), 5, 255).starts.size == 0


def test_large_numbers_of_symbols_are_told_apart() -> None:
    symbols = np.array([70_000, 1, 2, 4_464, 1, 2, 70_000, 1, 2], np.uint32)  # 70,000 = 65,536 + 4,464
    found = later_repeats(symbols, 3, 0)
    assert (found.starts.tolist(), found.ends.tolist(), found.sources.tolist()) == ([6], [9], [0])
