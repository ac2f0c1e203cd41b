import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.evaluate.hallucination.answer_matching import contains, exact, token_f1, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Eiffel Tower", "eiffel tower."), ("1,000", "1000"), ("1000.0", "1,000"), ("two lakes", "2 lakes"),
        ("3.50", "3.5"), ("5%", "5 percent"), ("−4", "-4"), ("AN apple", "apple"), ("U.S.", "u.s"), ("0.0", "zero"),
        ("007", "7"),
    ],
)  # fmt: skip
def test_numbers_articles_and_case_are_normalised(one: str, other: str) -> None:
    assert words_of(one) == words_of(other) and exact(one, [other])


@pytest.mark.parametrize(("one", "other"), [("10", "100"), ("-4", "4"), ("1.5", "15"), ("cat", "cats")])
def test_what_differs_stays_different(one: str, other: str) -> None:
    assert not exact(one, [other])


def test_a_range_is_no_negative_number() -> None:
    assert words_of("3-4") == ["3", "4"]


def test_an_answer_of_articles_alone_keeps_them() -> None:
    assert exact("The", ["the"]) and not exact("", [""]) and not exact("...", ["?"])


def test_containment_takes_whole_words_in_order() -> None:
    assert contains("it was Paris, in France", ["Paris"])
    assert not contains("Parisian", ["Paris"]) and not contains("Tower of Eiffel", ["Eiffel tower"])
    assert not contains("", ["Paris"]) and not contains("anything", ["..."])


def test_f1_is_two_shared_over_both() -> None:
    assert token_f1("deep blue lake", ["the lake", "blue lake"]) == pytest.approx(2 * 2 / 5)
    assert token_f1("a b", []) == 0.0 and token_f1("", ["x"]) == 0.0


@given(st.text(max_size=60), st.text(max_size=60))
def test_f1_is_symmetric_and_one_for_equal_texts(one: str, other: str) -> None:
    assert token_f1(one, [other]) == token_f1(other, [one])
    assert token_f1(one, [one]) == (1.0 if words_of(one) else 0.0)


@given(st.text(max_size=80))
def test_words_are_stable_under_normalising_again(text: str) -> None:
    assert all(word.strip() == word and word for word in words_of(text))


def test_a_token_of_a_megabyte_is_read_in_part() -> None:
    assert len(words_of("9" * 1_000_000)[0]) == 100_000
