from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import Corpus, UsageError
from headwater.curate import AttributeTerms, IdentityTerms, TermCounter

MakeCorpus = Callable[..., Corpus]
TERMS = IdentityTerms()
WORDS = st.sampled_from(["she", "he", "Muslim", "tree", "\n", "é", "black people", "man page", "."])
TEXTS = st.lists(st.lists(WORDS, max_size=8).map(" ".join), max_size=6)


def test_counts_have_one_row_a_text_and_one_column_a_group() -> None:
    counts = TERMS.count(["She and he.", "", "his"])
    assert counts.mentions.shape == (3, len(TERMS.groups))
    assert counts.of("gender", "male").tolist() == [1, 0, 1]
    assert counts.words.tolist() == [3, 0, 1]


@given(TEXTS)
def test_counting_equals_finding(texts: list[str]) -> None:
    counts = TERMS.count(texts)
    for number, text in enumerate(texts):
        mentions = TERMS.find(text)
        for column, (category, group) in enumerate(TERMS.groups):
            expected = sum(one.category == category and one.group == group for one in mentions)
            assert counts.mentions[number, column] == expected


@given(TEXTS)
def test_counts_do_not_depend_on_the_batch(texts: list[str]) -> None:
    together = TERMS.count(texts).mentions
    assert [TERMS.count([text]).mentions[0].tolist() for text in texts] == together.tolist()


def test_a_corpus_counts_like_its_texts(make_corpus: MakeCorpus) -> None:
    texts = ["she", "he he", "nobody"]
    counts = TERMS.count_corpus(make_corpus(texts))
    assert counts.mentions.tolist() == TERMS.count(texts).mentions.tolist()


def test_no_text_gives_no_row() -> None:
    assert TERMS.count([]).mentions.shape == (0, len(TERMS.groups))


def test_attribute_terms_use_the_attribute_lexicons() -> None:
    counts = AttributeTerms().count(["The scientist was arrested."])
    assert counts.of("science-arts", "science").tolist() == [1] and counts.of("crime", "crime").tolist() == [1]


def test_the_same_lexicon_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="id of its own"):
        TermCounter(["gender", "gender"])


def test_the_protocol_changes_with_the_lexicons() -> None:
    assert IdentityTerms(("gender",)).protocol != IdentityTerms(("religion",)).protocol
