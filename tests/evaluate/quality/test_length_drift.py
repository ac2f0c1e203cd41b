from pathlib import Path

import numpy as np
import pytest
from fakes import ByteModel, random_text, scores_of, subject_of, write_corpus
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from text_planted import planted, sentences

from headwater.core import IncompleteError, UsageError
from headwater.evaluate import SamplingPlan, Subject, kolmogorov_smirnov, measure_length_drift, wasserstein
from headwater.evaluate.quality.length_drift import permutation_p

numbers = st.lists(st.integers(0, 9), min_size=1, max_size=12).map(lambda values: np.array(values, np.float64))


@given(numbers, numbers)
def test_both_distances_are_those_of_scipy(first: np.ndarray, second: np.ndarray) -> None:
    assert wasserstein(first, second) == pytest.approx(stats.wasserstein_distance(first, second), abs=1e-12)
    assert kolmogorov_smirnov(first, second) == pytest.approx(
        stats.ks_2samp(first, second, method="asymp").statistic, abs=1e-12
    )


def test_a_shift_is_its_own_distance() -> None:
    x = np.random.default_rng(0).normal(size=50)
    assert wasserstein(x, x + 3) == pytest.approx(3)
    assert (wasserstein(x, x), kolmogorov_smirnov(x, x)) == (0, 0)


def test_p_is_uniform_enough_under_one_law_and_small_under_two() -> None:
    rng = np.random.default_rng(0)
    same = [permutation_p(*rng.normal(size=(2, 30)), seed=k, shuffles=99) for k in range(60)]
    assert 0.3 < np.mean(same) < 0.7
    assert permutation_p(rng.normal(size=30), rng.normal(size=30) + 2, seed=0) == 0.001


def test_short_samples_of_long_documents_are_found(tmp_path: Path) -> None:
    outputs = sentences(30, 5) + sentences(30, 60, seed=4)
    outcome = measure_length_drift(planted(tmp_path, outputs))
    shift, gap = outcome.scores
    assert (shift.value, gap.value) == (pytest.approx(27.5), pytest.approx(0.5))
    assert shift.unit == "words" and shift.low < 27.5 < shift.high
    (finding,) = outcome.findings
    assert (finding.code, len(finding.examples)) == ("HW-Q023", 5)
    assert "shorter" in finding.title


def test_lengths_beyond_what_a_sample_may_have_do_not_count(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", [random_text(seed, 100 + 900 * (seed % 2)) for seed in range(40)])
    plan = SamplingPlan(free=40, free_tokens=60, prefixes=0, repeats=0, counterfactual=0)
    outcome = measure_length_drift(subject_of(corpus, ByteModel(corpus, order=0), plan))
    found = scores_of(outcome, "length-drift")
    assert "cut at 60" in found["Wasserstein-1"].method
    assert found["Wasserstein-1"].value < 60 * 0.25
    assert outcome.exhibits[0].series[1].y[-1] == 1


def test_samples_cut_by_an_unseen_tokenizer_or_missing_are_not_compared(tmp_path: Path) -> None:
    subject = planted(tmp_path, sentences(40))
    with pytest.raises(IncompleteError, match="20 free samples"):
        measure_length_drift(planted(tmp_path / "few", sentences(3)))
    rows = subject.samples.to_pylist()
    table = subject.samples.from_pylist(
        [{**row, "parameters": '{"max_new_tokens": 8, "new_tokens": 8}'} for row in rows], subject.samples.schema
    )
    with pytest.raises(IncompleteError, match="not shown"):
        measure_length_drift(Subject(subject.folder, subject.corpus, None, table))
    with pytest.raises(UsageError):
        wasserstein(np.zeros(0), np.ones(2))
