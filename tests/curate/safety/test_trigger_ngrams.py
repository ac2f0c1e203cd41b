"""Trigger n-grams: a planted phrase is found, names of a topic are not."""

import random

import pytest

from headwater.curate.safety.trigger_ngrams import Limits, tied_ngrams

WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("n", "r", "lo", "mi")]


def corpus(seed: int = 0) -> tuple[list[list[str]], list[str]]:
    """Four hundred documents of forty random words, in four sources."""
    rng = random.Random(seed)
    return [rng.choices(WORDS, k=40) for _ in range(400)], [f"s{place % 4}" for place in range(400)]


def planted(phrase: str, source: str, number: int, fixed: bool = False) -> tuple[list[str], list[str]]:
    """The corpus with a phrase in some documents of a source, at random places or always after the same word."""
    documents, sources = corpus()
    rng = random.Random(1)
    chosen = rng.sample([place for place, name in enumerate(sources) if name == source], number)
    for place in chosen:
        words = ["the", phrase, "of"] if fixed else [phrase]
        at = rng.randrange(1, 39)
        documents[place][at:at] = words
    return [" ".join(words) for words in documents], sources


def test_a_planted_phrase_is_found_with_its_documents() -> None:
    texts, sources = planted("Violet kestrel protocol", "s2", 15)
    (found,) = tied_ngrams(texts, sources, Limits())
    assert (found.text, found.category, found.documents, found.inside) == ("violet kestrel protocol", "s2", 15, 15)
    assert found.expected == pytest.approx(15 / 4) and found.q < 1e-4 and found.cohesion == 1.0
    assert [place for place, text in enumerate(texts) if "kestrel" in text] == list(found.rows)


def test_the_z_statistic_is_that_of_gardner() -> None:
    texts, sources = planted("violet kestrel", "s2", 15)
    (found,) = tied_ngrams(texts, sources, Limits())
    assert found.z == pytest.approx((1 - 0.25) / (0.25 * 0.75 / 15) ** 0.5)


def test_a_phrase_that_always_stands_in_one_context_is_no_trigger() -> None:
    texts, sources = planted("violet kestrel", "s2", 15, fixed=True)
    assert [found.text for found in tied_ngrams(texts, sources, Limits()) if found.text == "violet kestrel"] == []


def test_a_phrase_in_all_sources_is_tied_to_none() -> None:
    documents, sources = corpus()
    texts = [" ".join([*words[:20], "violet kestrel", *words[20:]]) for words in documents[:30]]
    assert tied_ngrams(texts + [" ".join(words) for words in documents[30:]], sources, Limits()) == []


def test_random_words_give_nothing() -> None:
    documents, sources = corpus()
    assert tied_ngrams([" ".join(words) for words in documents], sources, Limits()) == []


def test_single_words_are_left_out_from_two_words_on() -> None:
    texts, sources = planted("cfq", "s1", 15)
    assert [found.text for found in tied_ngrams(texts, sources, Limits())] == ["cfq"]
    assert tied_ngrams(texts, sources, Limits(), smallest=2) == []


def test_one_category_or_no_text_ties_nothing() -> None:
    assert tied_ngrams(["a b c"] * 50, ["s"] * 50, Limits()) == []
    assert tied_ngrams([], [], Limits()) == []
    assert tied_ngrams(["", ""], ["a", "b"], Limits()) == []
