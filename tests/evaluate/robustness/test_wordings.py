import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.evaluate.robustness.wordings import FORMATS, KEYS, SLIPS, mistyped, swapped, worded

TEXT = "What happens to you if you eat watermelon seeds in the summer of 1999?"


def test_swapped_letters_are_inner_ones_of_one_word_in_five() -> None:
    words = [(a, b) for a, b in zip(TEXT.split(), swapped(TEXT, 0).split(), strict=True) if a != b]
    assert len(words) == 1
    ((before, after),) = words
    assert sorted(before) == sorted(after) and (before[0], before[-1]) == (after[0], after[-1])


def test_a_mistyped_letter_is_one_beside_it() -> None:
    found = mistyped(TEXT, 0)
    ((before, after),) = [(a, b) for a, b in zip(TEXT, found, strict=True) if a != b]
    assert KEYS[before.lower()] == after.lower()


def test_every_letter_of_the_keyboard_has_a_neighbour() -> None:
    assert set(KEYS) == set(string.ascii_lowercase) and all(KEYS[key] != key for key in KEYS)


@given(st.text(max_size=60), st.integers(0, 5))
def test_slips_keep_length_digits_and_depend_on_the_seed_alone(text: str, seed: int) -> None:
    for change in (swapped, mistyped):
        found = change(text, seed)
        assert found == change(text, seed) and len(found) == len(text)
        assert [c for c in found if c.isdigit()] == [c for c in text if c.isdigit()]


def test_another_seed_slips_elsewhere() -> None:
    assert len({swapped(TEXT, seed) for seed in range(10)}) > 3


def test_white_space_and_marks_change_no_word() -> None:
    found = worded(TEXT, SLIPS, 0)
    assert found["white-space"].split() == TEXT.split() and found["white-space"] != TEXT
    assert worded(TEXT, FORMATS, 0)["no-mark"] == TEXT[:-1]


@pytest.mark.parametrize(("text", "lost"), [("no caps", "lower-case"), ("SHOUT", "upper-case"), ("a bc", "swap")])
def test_a_change_that_changes_nothing_is_left_out(text: str, lost: str) -> None:
    assert lost not in worded(text, SLIPS, 0)


def test_braces_in_a_question_are_text() -> None:
    assert worded("what is {x}?", FORMATS, 0)["polite"] == "Please tell me: what is {x}?"
