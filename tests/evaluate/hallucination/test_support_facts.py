import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.evaluate.hallucination.support_facts import facts_of, missing_facts, numbers_of


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,000 and 1000", {"1000"}),
        ("007 and 2.50 and 0.0", {"7", "2.5", "0"}),
        ("twelve of Twenty", {"12", "20"}),
        ("one of them", set()),
        ("in 1999, 2000", {"1999", "2000"}),
        ("", set()),
    ],
)
def test_numbers_as_they_are_normalised(text: str, numbers: set[str]) -> None:
    assert numbers_of(text) == numbers


@given(st.integers(0, 10**12))
def test_a_thousands_separator_changes_no_number(n: int) -> None:
    assert numbers_of(f"{n:,}") == numbers_of(str(n)) == {str(n)}


@pytest.mark.parametrize(
    ("claim", "passage", "missing"),
    [
        ("The mill has 3 wheels.", "The mill has three wheels.", ()),
        ("The mill has 3 wheels.", "The mill has 4 wheels.", ("3",)),
        ("The mill of Ada stands.", "The mill of Eva stands.", ("ada",)),
        ("The mill is not old.", "The mill is old.", ("a negation on one side only",)),
        ("The mill is old.", "The mill isn't old.", ("a negation on one side only",)),
        ("Then I saw the mill.", "then i saw the mill", ()),
    ],
)
def test_what_a_passage_lacks(claim: str, passage: str, missing: tuple[str, ...]) -> None:
    assert missing_facts(facts_of(claim, frozenset({"the", "then"})), passage) == missing


def test_a_first_word_is_a_name_where_the_corpus_never_writes_it_small() -> None:
    assert facts_of("Lyon is big.").names == {"lyon"}
    assert facts_of("Rivers are long.", frozenset({"rivers"})).names == frozenset()


@given(st.text(max_size=60))
def test_every_text_holds_its_own_facts(text: str) -> None:
    assert missing_facts(facts_of(text), text) == ()
