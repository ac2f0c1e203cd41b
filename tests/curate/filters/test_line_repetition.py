import pytest

from headwater.curate.filters.line_repetition import line_shares


def one(text: str) -> list[float]:
    return [float(share) for share in line_shares([text])[0]]


def test_different_lines_are_no_repetition() -> None:
    assert one("a\nb\n\nc") == [0, 0, 0, 0]


def test_repeated_lines_count_from_the_second_on() -> None:
    lines, _, characters, _ = one("aa\naa\naa\nbbbb")
    assert (lines, characters) == (pytest.approx(2 / 4), pytest.approx(4 / 10))


def test_a_repeated_paragraph_counts_with_its_lines() -> None:
    # the joined paragraph counts its inner line feed: "aa\nbb" is 5 characters
    _, paragraphs, _, characters = one("aa\nbb\n\naa\nbb\n\nccccc")
    assert (paragraphs, characters) == (pytest.approx(1 / 3), pytest.approx(5 / 15))


def test_indentation_and_empty_lines_do_not_count() -> None:
    assert one("a\n\n   \n\t\n\nb") == [0, 0, 0, 0]
    assert one("  a\na  ")[0] == pytest.approx(0.5)


def test_nothing_has_no_repetition() -> None:
    assert line_shares([]).shape == (0, 4)
    assert one("") == [0, 0, 0, 0]
