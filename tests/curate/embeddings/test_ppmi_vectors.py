from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.core import SILENT, Corpus
from headwater.curate.embeddings.ppmi_vectors import Training, cooccurrences, ppmi, train, vocabulary_of
from headwater.curate.embeddings.token_stream import TokenStream, token_stream

MakeCorpus = Callable[..., Corpus]


def stream_of(documents: list[list[int]], words: int = 6) -> TokenStream:
    tokens = np.array([token for document in documents for token in document], np.int32)
    document = np.repeat(np.arange(len(documents), dtype=np.int32), [len(one) for one in documents])
    return TokenStream(tokens, document, tuple("abcdefghij"[:words]), len(documents), 0)


def by_hand(documents: list[list[int]], window: int) -> Counter[tuple[int, int]]:
    found: Counter[tuple[int, int]] = Counter()
    for document in documents:
        for i, left in enumerate(document):
            for right in document[i + 1 : i + 1 + window]:
                found[left, right] += 1
                found[right, left] += 1
    return found


@given(st.lists(st.lists(st.integers(0, 5), max_size=12), min_size=1, max_size=4), st.integers(1, 4))
@settings(deadline=None)
def test_cooccurrences_equal_counting_by_hand(documents: list[list[int]], window: int) -> None:
    stream = stream_of(documents)
    vocabulary = vocabulary_of(stream, Training(frequency=1))
    if not vocabulary.words:
        return
    counts = cooccurrences(stream, vocabulary, window).toarray()
    number = {word: place for place, word in enumerate(vocabulary.words)}
    expected = np.zeros_like(counts)
    for (left, right), often in by_hand(documents, window).items():
        expected[number[stream.words[left]], number[stream.words[right]]] = often
    assert (counts == expected).all()


def test_counting_in_chunks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    stream = stream_of([rng.integers(0, 6, 40).tolist() for _ in range(5)])
    vocabulary = vocabulary_of(stream, Training(frequency=1))
    whole = cooccurrences(stream, vocabulary, 3).toarray()
    monkeypatch.setattr("headwater.curate.embeddings.ppmi_vectors.CHUNK", 7)
    assert (cooccurrences(stream, vocabulary, 3).toarray() == whole).all()


def test_weights_count_a_document_as_often_as_if_it_stood_there_twice() -> None:
    one, other = [0, 1, 2, 1], [2, 0, 0]
    twice = stream_of([one, one, other])
    vocabulary = vocabulary_of(twice, Training(frequency=1))
    weighted = stream_of([one, other])
    same = vocabulary_of(weighted, Training(frequency=1))
    assert set(same.words) == set(vocabulary.words)
    order = [same.words.index(word) for word in vocabulary.words]
    counts = cooccurrences(weighted, same, 2, np.array([2, 1])).toarray()[order][:, order]
    assert (counts == cooccurrences(twice, vocabulary, 2).toarray()).all()


def test_ppmi_is_that_of_the_definition() -> None:
    rng = np.random.default_rng(1)
    stream = stream_of([rng.integers(0, 6, 30).tolist() for _ in range(3)])
    counts = cooccurrences(stream, vocabulary_of(stream, Training(frequency=1)), 2)
    found, plain = ppmi(counts).toarray(), counts.toarray()
    smoothed = plain.sum(0) ** 0.75
    for i in range(6):
        for j in range(6):
            p = plain[i, j] / plain.sum() / (plain[i].sum() / plain.sum() * smoothed[j] / smoothed.sum() + 1e-300)
            assert found[i, j] == pytest.approx(max(0.0, np.log(p)) if plain[i, j] else 0.0)


def test_words_are_runs_of_letters_in_lower_case(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus(["The Cat’s “ÉTÉ” — 12 cats_and-dogs; don't", "the"])
    stream = token_stream(corpus, "en", 100, 0, SILENT)
    words = [stream.words[token] for token in stream.tokens]
    assert words == ["the", "cat", "s", "été", "cats", "and", "dogs", "don", "t", "the"]
    assert stream.document.tolist() == [0] * 9 + [1]


def test_documents_in_other_languages_are_left_out(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus(["one", "zwei", "three"], language=["en", "de", "unknown"])
    assert token_stream(corpus, "en", 100, 0, SILENT).words == ("one", "three")
    assert token_stream(corpus, "de", 100, 0, SILENT).words == ("zwei",)


def test_over_the_limit_whole_documents_are_drawn_by_the_seed(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus([f"a{'b' * i} c d" for i in range(30)])
    drawn = token_stream(corpus, "en", 30, 0, SILENT)
    assert drawn.documents == 10 and drawn.left_out == 20 and len(drawn.tokens) == 30
    assert drawn.words == token_stream(corpus, "en", 30, 0, SILENT).words
    assert drawn.words != token_stream(corpus, "en", 30, 1, SILENT).words


def two_topics(size: int = 200) -> list[str]:
    rng = np.random.default_rng(0)
    topics = [[f"x{chr(97 + i)}" for i in range(10)], [f"y{chr(97 + i)}" for i in range(10)]]
    return [" ".join(rng.choice(topics[i % 2], 20)) for i in range(size)]


def test_words_of_one_topic_lie_nearer_to_each_other(make_corpus: MakeCorpus) -> None:
    stream = token_stream(make_corpus(two_topics()), "en", 10**6, 0, SILENT)
    training = Training(dimensions=4, frequency=5)
    vectors = train(stream, vocabulary_of(stream, training), training, 0)
    assert vectors is not None
    cosines = vectors.of(["xa", "xb"]) @ vectors.of(["xc", "yc"]).T
    assert (cosines[:, 0] > cosines[:, 1] + 0.5).all()


def test_the_same_corpus_and_seed_give_the_same_bytes(make_corpus: MakeCorpus) -> None:
    stream = token_stream(make_corpus(two_topics()), "en", 10**6, 0, SILENT)
    training = Training(dimensions=4, frequency=5)
    one, other = (train(stream, vocabulary_of(stream, training), training, 3) for _ in range(2))
    assert one is not None and other is not None and one.matrix.tobytes() == other.matrix.tobytes()


def test_a_corpus_with_too_few_frequent_words_has_no_vectors(make_corpus: MakeCorpus) -> None:
    stream = token_stream(make_corpus(["a b c"]), "en", 100, 0, SILENT)
    training = Training(frequency=1)
    assert train(stream, vocabulary_of(stream, training), training, 0) is None
