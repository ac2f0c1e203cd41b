from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from text_planted import planted, sentences

from headwater.core import NotMeasured, UsageError
from headwater.evaluate import mean_similarity, measure_homogenization, ngram_kernel


def test_the_kernel_is_the_cosine_of_counts_by_brute_force() -> None:
    rng = np.random.default_rng(0)
    texts = [rng.integers(0, 5, rng.integers(1, 12)) for _ in range(15)]
    counts = [Counter(zip(text.tolist(), text.tolist()[1:], strict=False)) for text in texts]
    kernel = ngram_kernel(texts, 2)
    for i, one in enumerate(counts):
        for j, other in enumerate(counts):
            norm = np.sqrt(sum(v * v for v in one.values()) * sum(v * v for v in other.values()))
            expected = 1.0 if i == j else (sum(one[g] * other[g] for g in one) / norm if norm else 0.0)
            assert kernel[i, j] == pytest.approx(expected)


def test_mean_similarity_of_copies_is_one_and_of_strangers_zero() -> None:
    assert mean_similarity(ngram_kernel([np.arange(5)] * 4, 2)) == pytest.approx(1)
    assert mean_similarity(ngram_kernel([np.arange(5) + 10 * k for k in range(4)], 2)) == 0
    with pytest.raises(UsageError):
        mean_similarity(np.ones((1, 1)))


def test_samples_of_the_law_of_the_corpus_are_as_diverse(tmp_path: Path) -> None:
    outcome = measure_homogenization(planted(tmp_path, sentences(100, 60)))
    ratio = outcome.scores[0]
    assert ratio.low < 1 < ratio.high
    assert outcome.findings == ()


def test_samples_around_few_documents_are_found_with_those(tmp_path: Path) -> None:
    documents = sentences(100, 60, seed=99)
    outputs = [" ".join(documents[k % 4].split()[:40]) for k in range(60)]
    outcome = measure_homogenization(planted(tmp_path, outputs, documents))
    (finding,) = outcome.findings
    vendi = {score.slice["text"]: score.value for score in outcome.scores if score.metric == "vendi"}
    assert vendi["samples"] < 5 < vendi["corpus"]
    assert (finding.code, finding.severity) == ("HW-Q022", "medium")
    assert all(shown.document_ids for shown in finding.examples)


def test_texts_too_short_for_the_n_grams_are_not_measured(tmp_path: Path) -> None:
    (score,) = measure_homogenization(planted(tmp_path, ["one"] * 30), n=3).scores
    assert isinstance(score, NotMeasured)


def topics(texts: list[str]) -> np.ndarray:
    """An encoder that sees the first word alone."""
    x = np.zeros((len(texts), 4))
    x[np.arange(len(texts)), [len(text.split()[0]) % 4 for text in texts]] = 1
    return x


def test_with_an_encoder_texts_in_other_words_are_alike(tmp_path: Path) -> None:
    outputs = ["aaaa " + text for text in sentences(60, 40)]
    documents = ["abcd"[: 1 + k % 4] + " " + text for k, text in enumerate(sentences(100, 60, seed=99))]
    outcome = measure_homogenization(planted(tmp_path, outputs, documents), encoder=topics)
    words, embedded = (one for one in outcome.scores if one.metric == "homogenization")
    assert words.low < 1 < words.high
    assert embedded.slice == {"on": "embeddings"} and embedded.high < 0.5 and "encoder topics" in embedded.method
    vendi = {one.slice["text"]: one.value for one in outcome.scores if one.metric == "vendi" and "on" in one.slice}
    assert vendi["samples"] == pytest.approx(1) and vendi["corpus"] == pytest.approx(4, abs=0.1)
    (finding,) = outcome.findings
    assert "by the encoder" in finding.title
    assert len({exhibit.name for exhibit in outcome.exhibits}) == 2


def test_an_encoder_that_knows_nothing_of_a_text_is_not_measured(tmp_path: Path) -> None:
    outcome = measure_homogenization(
        planted(tmp_path, sentences(30, 20)), encoder=lambda texts: np.zeros((len(texts), 3))
    )
    last = outcome.scores[-1]
    assert isinstance(last, NotMeasured) and "60 of 60 texts a vector of zeros" in last.reason


def test_without_an_encoder_there_is_no_score_on_embeddings(tmp_path: Path) -> None:
    outcome = measure_homogenization(planted(tmp_path, sentences(30, 20)))
    assert all("on" not in score.slice for score in outcome.scores)
