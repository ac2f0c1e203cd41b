import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import UsageError
from headwater.curate import erasure

ALPHABET = st.sampled_from("aAbB éÉßΣς.,-_*+?()[]{}|\\^$1٣")


@pytest.mark.parametrize(
    ("string", "text", "expected"),
    [
        ("Jane Doe", "written by JANE  DOE, 1999", True),
        ("jane.doe@mail.org", "<jane_doe@MAIL.ORG>", True),
        ("Jane Doe", "Jane Doering", False),
        ("Jane Doe", "Mary-Jane Doe", True),
        ("ane Doe", "Jane Doe", False),
        ("José", unicodedata.normalize("NFD", "by josé."), True),
        ("Straße", "STRASSE 5", True),
        ("Jane", "Ja\u00adne", True),
        ("山田太郎", "私は山田太郎です", True),
        ("ﬁnn", "finn", True),
        (".*", "anything", None),
        ("a+b", "aab", False),
        ("a+b", "a+b", True),
        ("(?i)x", "x", False),
    ],
)
def test_a_string_is_found_as_whole_words_in_any_case_and_unicode_form(
    string: str, text: str, expected: bool | None
) -> None:
    if expected is None:
        with pytest.raises(UsageError, match="string 1: 0 words"):
            erasure.Strings([string])
        return
    assert erasure.Strings([string]).found(erasure.words_of(text)) is expected


@given(st.text(ALPHABET, max_size=12), st.text(ALPHABET, max_size=60))
def test_the_search_agrees_with_a_search_in_joined_words(string: str, text: str) -> None:
    words = erasure.words_of(string)
    if words:
        joined = f" {' '.join(erasure.words_of(text))} "
        assert erasure.Strings([string]).found(erasure.words_of(text)) is (f" {' '.join(words)} " in joined)


def test_many_strings_of_one_first_word_are_all_looked_for() -> None:
    strings = erasure.Strings(f"jane number{number}" for number in range(5_000))
    assert strings.found(["jane", "number4999"])
    assert not strings.found(["jane", "number5000"])


@pytest.mark.parametrize("text", ["x" * 1_001, "word " * 65, "!!!", ""])
def test_a_string_that_cannot_be_matched_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(UsageError, match="string 2") as error:
        erasure.Strings(["fine", text])
    assert not text.strip() or text not in str(error.value)


def test_too_many_strings_are_refused() -> None:
    with pytest.raises(UsageError, match=re.escape("at most 100,000")):
        erasure.Strings(f"name{number}" for number in range(100_001))
