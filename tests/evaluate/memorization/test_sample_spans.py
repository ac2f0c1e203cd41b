from hypothesis import given
from hypothesis import strategies as st

from headwater.evaluate.memorization.sample_spans import maximal_ranges, rest_of

RANGES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=5)


@given(st.integers(0, 30), st.integers(1, 8), RANGES)
def test_maximal_ranges_and_the_rest_are_those_of_brute_force(size: int, minimum: int, texts: list) -> None:
    def holds(start: int, end: int) -> bool:
        return start >= end or any(low <= start and end <= high for low, high in texts)

    every = [(a, b) for a in range(size) for b in range(a + minimum, size + 1) if holds(a, b)]
    longest = [(a, b) for a, b in every if not any(c <= a and b <= d and (c, d) != (a, b) for c, d in every)]
    found = maximal_ranges(size, minimum, holds)
    assert found == longest
    windows = [start for start in range(size - minimum + 1) if not holds(start, start + minimum)]
    left = {place for start in windows for place in range(start, start + minimum)}
    rest = rest_of(size, minimum, found)
    assert {place for low, high in rest for place in range(low, high)} == left
    assert all(b < c for (_, b), (c, _) in zip(rest, rest[1:], strict=False))


def test_few_questions_are_asked() -> None:
    asked = []

    def holds(start: int, end: int) -> bool:
        asked.append((start, end))
        return end <= 5_000 or start >= 5_000

    assert maximal_ranges(10_000, 50, holds) == [(0, 5_000), (5_000, 10_000)]
    assert len(asked) < 60
