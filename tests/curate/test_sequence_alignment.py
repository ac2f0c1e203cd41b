"""Myers' algorithm against the textbook recurrence of Sellers (1980)."""

from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.sequence_alignment import differences

proteins = st.text("ACDW", min_size=1, max_size=80)


def sellers(shorter: str, longer: str, ambiguous: str = "") -> int:
    """Fewest differences of the whole of one sequence to any stretch of another, by dynamic programming."""
    row = list(range(len(shorter) + 1))
    best = row[-1]
    for letter in longer:
        previous, row = row, [0]
        for place, other in enumerate(shorter, 1):
            equal = letter == other and letter not in ambiguous
            row.append(min(previous[place] + 1, row[place - 1] + 1, previous[place - 1] + (not equal)))
        best = min(best, row[-1])
    return best


@given(proteins, proteins)
def test_the_number_of_differences_is_that_of_the_recurrence(shorter: str, longer: str) -> None:
    assert differences(shorter, longer, len(shorter)) == sellers(shorter, longer)


@given(proteins, proteins, st.integers(0, 20))
def test_beyond_the_limit_only_that_it_is_passed_is_told(shorter: str, longer: str, limit: int) -> None:
    assert differences(shorter, longer, limit) == min(sellers(shorter, longer), limit + 1)


@given(st.text("ACGTN", min_size=1, max_size=40), st.text("ACGTN", min_size=1, max_size=40))
def test_ambiguous_letters_match_nothing(shorter: str, longer: str) -> None:
    assert differences(shorter, longer, len(shorter), "dna") == sellers(shorter, longer, "N")


@given(proteins, st.text("ACDW", max_size=20), st.text("ACDW", max_size=20))
def test_a_stretch_of_a_longer_sequence_has_no_difference(core: str, left: str, right: str) -> None:
    assert differences(core, left + core + right, 5) == 0
