import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.filters.ngram_repetition import ngram_shares


def plain(text: str) -> list[float]:
    """The definition, word by word."""
    words = re.findall(r"\w+", text.lower())
    total = sum(map(len, words))
    shares = []
    for size in range(2, 11):
        places: dict[tuple[str, ...], list[int]] = {}
        for start in range(len(words) - size + 1):
            places.setdefault(tuple(words[start : start + size]), []).append(start)
        chosen: list[int] = []
        if size <= 4:
            repeated = {gram: found for gram, found in places.items() if len(found) > 1}
            if repeated:
                best = max(repeated, key=lambda gram: (len(repeated[gram]), sum(map(len, gram)), -repeated[gram][0]))
                chosen = repeated[best]
        else:
            chosen = [start for found in places.values() for start in found[1:]]
        covered = {start + offset for start in chosen for offset in range(size)}
        shares.append(sum(len(words[place]) for place in covered) / total if total else 0.0)
    return shares


def shares(*texts: str) -> np.ndarray:
    return ngram_shares(pa.array(texts, pa.large_string()))


def test_a_text_without_repetition_has_none() -> None:
    assert not shares("each of these words stands here only once").any()


def test_a_text_of_one_repeated_pair_is_all_repetition() -> None:
    assert shares("ab cd ab cd ab cd")[0, 0] == 1


def test_the_top_pair_counts_all_its_occurrences() -> None:
    # "in it" twice: 8 of the 8 + 5 + 7 characters
    assert shares("in it seven in it letters")[0, 0] == pytest.approx(8 / 20)


def test_the_first_occurrence_is_no_duplicate() -> None:
    sentence = "one two three four five "
    assert shares(sentence * 2)[0, 3] == pytest.approx(0.5)


def test_repetition_in_another_document_does_not_count() -> None:
    assert not shares("the same few words here now", "the same few words here now").any()


def test_case_and_punctuation_do_not_hide_repetition() -> None:
    assert shares("Stop here! stop, HERE.")[0, 0] == 1


def test_characters_are_not_bytes() -> None:
    # the repeated pair is non-ASCII, the rest ASCII: 4 of 4 + 8 characters
    assert shares("é ü abcd é ü efgh")[0, 0] == pytest.approx(4 / 12)


@pytest.mark.parametrize("texts", [(), ("",), ("", "one", "!!!"), ("a a",)])
def test_tiny_inputs_work(texts: tuple[str, ...]) -> None:
    assert shares(*texts).shape == (len(texts), 9)


WORDS = st.lists(st.sampled_from(["a", "bb", "ccc", "dd", "ä", "日"]), max_size=40).map(" ".join)


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_the_shares_are_those_of_the_definition(texts: list[str]) -> None:
    found = shares(*texts)
    for row, text in enumerate(texts):
        for column, expected in enumerate(plain(text)):
            if column < 3:  # equally frequent, equally long n-grams may cover differently where they overlap themselves
                continue
            assert found[row, column] == pytest.approx(expected)


@given(st.lists(st.lists(st.sampled_from(["a", "bb", "ccc", "dddd", "eeeee"]), max_size=25).map(" ".join), max_size=5))
def test_the_top_shares_are_those_of_the_definition(texts: list[str]) -> None:
    found = shares(*texts)
    for row, text in enumerate(texts):
        assert found[row, :3] == pytest.approx(plain(text)[:3])


@given(st.lists(WORDS, min_size=2, max_size=6))
def test_a_share_does_not_depend_on_the_other_texts(texts: list[str]) -> None:
    together = shares(*texts)
    assert together == pytest.approx(np.concatenate([shares(text) for text in texts]))
