from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_samples import made_samples
from text_planted import planted, sentences

from headwater.core import IncompleteError
from headwater.evaluate import Subject
from headwater.evaluate.quality.text_sides import budget_of, first_tokens, ngram_codes, numbered, read_sides, words_in


@given(st.lists(st.lists(st.integers(0, 4), max_size=9), max_size=6), st.integers(1, 4))
def test_codes_are_equal_exactly_where_n_grams_are(texts: list[list[int]], n: int) -> None:
    codes = ngram_codes([np.array(text, np.int64) for text in texts], n)
    grams = [tuple(text[k : k + n]) for text in texts for k in range(len(text) - n + 1)]
    flat = [int(code) for each in codes for code in each]
    assert [len(each) for each in codes] == [max(0, len(text) - n + 1) for text in texts]
    assert len(set(zip(grams, flat, strict=True))) == len(set(grams)) == len(set(flat))


def test_each_stretch_of_the_corpus_has_the_length_of_its_sample(tmp_path: Path) -> None:
    outputs = sentences(30, 7) + sentences(30, 55, seed=2)
    sides = read_sides(planted(tmp_path, outputs))
    assert (
        [len(words) for words in sides.samples.words]
        == [len(words) for words in sides.corpus.words]
        == [7] * 30 + [55] * 30
    )
    documents = planted(tmp_path, outputs).corpus.documents(sides.corpus.ids)
    assert all(
        documents[name]["text"].startswith(text)
        for name, text in zip(sides.corpus.ids, sides.corpus.texts, strict=True)
    )


def test_the_budget_goes_down_in_few_steps(tmp_path: Path) -> None:
    sides = read_sides(planted(tmp_path, sentences(60, 50)))
    assert (budget_of(sides, 10_000), budget_of(sides, 3_000), budget_of(sides, 700)) == (2_000, 3_000, 700)
    assert sum(map(len, first_tokens(sides.samples.words, 2_000))) == 2_000


def test_too_few_or_no_texts_are_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(IncompleteError, match="20 texts a side"):
        read_sides(planted(tmp_path / "few", sentences(5)))
    with pytest.raises(IncompleteError, match="no free sample holds a word: all 2 are empty or white space"):
        read_sides(planted(tmp_path / "empty", ["", "  \n"]))
    with pytest.raises(IncompleteError, match="no free samples"):
        subject = planted(tmp_path / "none", [])
        read_sides(Subject(subject.folder, subject.corpus, None, made_samples("prefix", ["a b"])))


def test_words_are_numbered_alike_on_both_sides() -> None:
    first, numbers = numbered(["a b."])
    second, _ = numbered([". b c"], numbers)
    assert (first[0].tolist(), second[0].tolist()) == ([0, 1, 2], [2, 1, 3])
    assert words_in("Ünïcode, <script>") == ["Ünïcode", ",", "<", "script", ">"]
