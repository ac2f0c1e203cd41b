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
