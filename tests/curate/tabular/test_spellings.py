from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.fairness.row_columns import Column
from headwater.curate.tabular.column_types import typed
from headwater.curate.tabular.spellings import alike_values, is_slip, plain


def found(counts: dict[str, int]) -> list[tuple[str, str]]:
    names = sorted(counts)
    codes = np.repeat(np.arange(len(names)), [counts[name] for name in names]).astype(np.int32)
    one = typed(Column("c", codes, tuple(names)))
    return [(names[pair.rare], names[pair.common]) for pair in alike_values(one)]


def test_case_punctuation_and_separators_do_not_make_another_category() -> None:
    assert found({"<=50K": 90, "<=50K.": 40, ">50K": 30}) == [("<=50K.", "<=50K")]
    assert found({"Never-married": 90, "never married": 1, "Divorced": 30}) == [("never married", "Never-married")]


def test_one_letter_apart_needs_a_rare_word_of_five_letters() -> None:
    assert found({"London": 90, "Londn": 2, "Paris": 40}) == [("Londn", "London")]
    assert found({"London": 90, "Londin": 60, "Paris": 40}) == []
    assert found({"Male": 90, "Mace": 1, "x": 9}) == []


def test_another_number_is_another_category() -> None:
    assert found({"grade 11": 90, "grade 12": 1, "grade 1": 2}) == []
    assert found({">50K": 60, "<50K": 2}) == []


def distance(one: str, other: str) -> int:
    """Optimal string alignment (Damerau 1964 with one swap), by the table."""
    d = np.zeros((len(one) + 1, len(other) + 1), int)
    d[:, 0], d[0, :] = np.arange(len(one) + 1), np.arange(len(other) + 1)
    for i, j in product(range(1, len(one) + 1), range(1, len(other) + 1)):
        d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + (one[i - 1] != other[j - 1]))
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            d[i, j] = min(d[i, j], d[i - 2, j - 2] + 1)
    return int(d[-1, -1])


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_a_slip_is_a_distance_of_one(one: str, other: str) -> None:
    assert is_slip(one, other) == (distance(one, other) == 1)


@pytest.mark.parametrize(("value", "form"), [(" A_b - C. ", "a b c"), ("...", ""), ("<=50K.", "<=50k")])
def test_plain_form(value: str, form: str) -> None:
    assert plain(value) == form
