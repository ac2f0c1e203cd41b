from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from text_planted import planted, sentences

from headwater.core import NotMeasured, UsageError
from headwater.evaluate import heaps_exponent, measure_zipf_drift, zipf_exponent


@pytest.mark.parametrize("s", [0.5, 1.0, 1.7])
def test_counts_after_the_law_give_its_exponent(s: float) -> None:
    counts = np.arange(1, 500) ** -s
    assert zipf_exponent(counts) == pytest.approx(s, abs=1e-9)
    assert zipf_exponent(np.full(20, 3.0)) == pytest.approx(0, abs=1e-9)


def test_it_is_the_maximum_of_the_likelihood() -> None:
    counts = np.sort(np.random.default_rng(0).integers(1, 90, 60).astype(float))[::-1]
    logs = np.log(np.arange(1, 61))

    def loss(s: float) -> float:
        return float(s * counts @ logs + counts.sum() * np.log(np.exp(-s * logs).sum()))

    assert zipf_exponent(counts) == pytest.approx(minimize_scalar(loss, bounds=(-1, 5), method="bounded").x, abs=1e-5)


def test_growth_is_that_of_all_halves_by_enumeration() -> None:
    from itertools import combinations

    tokens = [0, 0, 0, 1, 1, 2, 3, 4]
    halves = [len(set(half)) for half in combinations(tokens, 4)]
    assert heaps_exponent(np.bincount(tokens).astype(float)) == pytest.approx(np.log2(5 / np.mean(halves)))


def test_only_new_words_grow_by_one_and_one_word_by_nothing() -> None:
    assert heaps_exponent(np.ones(1_000)) == pytest.approx(1)
    assert heaps_exponent(np.array([1_000.0])) == 0


def test_samples_of_the_law_of_the_corpus_are_no_finding(tmp_path: Path) -> None:
    outcome = measure_zipf_drift(planted(tmp_path, sentences(110, 60)))
    drift = next(score for score in outcome.scores if score.slice["text"] == "samples minus corpus")
    assert outcome.findings == ()
    assert drift.low < 0 < drift.high


def test_samples_that_lean_on_frequent_words_are_found(tmp_path: Path) -> None:
    outputs = [" ".join(text.split()[:30] + ["w0", "w1"] * 15) for text in sentences(100, 60)]
    (finding,) = measure_zipf_drift(planted(tmp_path, outputs)).findings
    assert (finding.code, "fewer words" in finding.title) == ("HW-Q024", True)
    assert finding.document_ids


def test_one_word_or_little_text_is_not_measured(tmp_path: Path) -> None:
    (score,) = measure_zipf_drift(planted(tmp_path / "one", ["w1 " * 40] * 60)).scores
    assert isinstance(score, NotMeasured) and "different words" in score.reason
    (score,) = measure_zipf_drift(planted(tmp_path / "little", ["w1 w2"] * 60)).scores
    assert isinstance(score, NotMeasured) and "500 tokens" in score.reason
    with pytest.raises(UsageError):
        zipf_exponent(np.array([4.0]))
