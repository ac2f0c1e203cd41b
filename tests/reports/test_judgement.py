import pytest

from headwater.core import Score
from headwater.reports.catalogue import Catalogue
from headwater.reports.judgement import in_words, share


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 %"), (1, "100 %"), (0.194, "19.4 %"), (0.65, "65 %"), (0.0038, "0.38 %"), (0.00000001, "< 0.01 %"),
        (0.99999, "> 99.9 %"), (0.111, "11.1 %"), (1.5, "150 %"),
    ],
)  # fmt: skip
def test_shares_keep_the_digits_that_they_need(value: float, text: str) -> None:
    assert share(value) == text


def test_a_share_is_told_with_its_interval() -> None:
    score = Score("m", 0.194, 67, "share of prefixes", "m/1", 0.1076, 0.3089)
    assert in_words(score, Catalogue("en")) == "19.4 % (95 % interval 10.8 % to 30.9 %, n 67)"


def test_another_unit_keeps_its_own_numbers() -> None:
    score = Score("m", 0.4, 10, "words", "m/1", -4.76, 5.56)
    assert in_words(score, Catalogue("en")) == "0.4 words (95 % interval −4.8 to 5.6, n 10)"


def test_a_value_without_interval_pretends_none() -> None:
    assert in_words(Score("m", 0.5, 3, "share", "m/1"), Catalogue("en")) == "50 % (n 3)"


def test_what_was_counted_whole_has_no_interval_of_a_draw() -> None:
    score = Score("m", 1.0, 59, "share of files", "m/1", 1.0, 1.0, "every one was looked at")
    assert in_words(score, Catalogue("en")) == "100 % (59 counted)"
    assert in_words(score, Catalogue("de")) == "100 % (59 gezählt)"
