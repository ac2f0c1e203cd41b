"""Hashes of word n-grams of any length, and the table that looks them up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.duplicates.ngrams import HashTable, ngram_hashes


@given(st.lists(st.integers(0, 3), max_size=40), st.integers(1, 17))
def test_hashes_are_equal_exactly_where_the_runs_of_words_are(words: list[int], size: int) -> None:
    found = ngram_hashes(np.array(words, np.uint64), size).tolist()
    runs = [tuple(words[place : place + size]) for place in range(len(words) - size + 1)]
    assert len(found) == len(runs)
    assert len(set(zip(found, runs, strict=True))) == len(set(found)) == len(set(runs))


@pytest.mark.parametrize("size", range(1, 20))
def test_one_changed_word_changes_the_hashes_of_its_runs_and_no_others(size: int) -> None:
    words = np.random.default_rng(size).integers(0, 2**63, 100, dtype=np.uint64)
    changed = words.copy()
    changed[50] += np.uint64(1)
    differ = np.flatnonzero(ngram_hashes(words, size) != ngram_hashes(changed, size))
    assert differ.tolist() == list(range(50 - size + 1, 51))


@given(st.lists(st.integers(0, 2**64 - 1), max_size=30), st.lists(st.integers(0, 2**64 - 1), max_size=30))
def test_the_table_finds_what_is_in_it_and_nothing_else(known: list[int], others: list[int]) -> None:
    table = HashTable.of(np.array(known, np.uint64))
    asked = known + others
    places, keys = table.find(np.array(asked, np.uint64))
    assert places.tolist() == [place for place, value in enumerate(asked) if value in set(known)]
    assert table.keys[keys].tolist() == [asked[place] for place in places]
