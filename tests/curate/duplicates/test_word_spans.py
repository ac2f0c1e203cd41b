"""The characters that words were made from."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.duplicates import split_words
from headwater.curate.duplicates.word_spans import word_spans

TEXTS = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("aB _-.é\u0301ßİ日本สวัหि \n")), max_size=40)


@given(TEXTS)
def test_the_words_are_those_of_the_splitter(text: str) -> None:
    split = split_words(pa.array([text], pa.large_string()))
    assert b" ".join(word_spans(text).words) == split.text(0)


@given(TEXTS)
def test_spans_ascend_lie_in_the_text_and_are_one_a_word(text: str) -> None:
    found = word_spans(text)
    assert len(found.starts) == len(found.ends) == len(found.words)
    for start, end in zip(found.starts.tolist(), found.ends.tolist(), strict=True):
        assert 0 <= start < end <= len(text)
    assert (found.starts[1:] >= found.starts[:-1]).all()


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("The River -- rises", ["The", "River", "rises"]),
        ("“Größe” der STRASSE…", ["Größe", "der", "STRASSE"]),
        ("cafe\u0301 au lait", ["cafe\u0301", "au", "lait"]),
        ("日本語 text", ["日", "本", "語", "text"]),
        ("x²y", ["x²y"]),
        ("", []),
    ],
)
def test_a_word_covers_the_characters_it_was_made_from(text: str, pieces: list[str]) -> None:
    found = word_spans(text)
    assert [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)] == pieces


def test_where_a_mark_joins_what_stands_before_a_word_the_whole_text_is_covered() -> None:
    text = "a = \u0338b"  # the mark composes with the sign before the blank only if that is not there
    found = word_spans("a =\u0338 b")
    assert len(found.words) == len(found.starts)
    assert word_spans(text).words
