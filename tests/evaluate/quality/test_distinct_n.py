from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from text_planted import planted, sentences

from headwater.core import NotMeasured, UsageError
from headwater.evaluate import DistinctMetric, distinct_n, measure_distinct_n

texts = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=9), min_size=1, max_size=5)


@given(texts, st.integers(1, 3))
def test_it_is_the_share_of_different_n_grams(rows: list[list[int]], n: int) -> None:
    grams = [tuple(row[k : k + n]) for row in rows for k in range(len(row) - n + 1)]
    arrays = [np.array(row) for row in rows]
    if grams:
        assert distinct_n(arrays, n) == len(set(grams)) / len(grams)
    else:
        with pytest.raises(UsageError, match="tokens"):
            distinct_n(arrays, n)


def test_all_different_is_one_and_all_equal_is_one_over_the_number() -> None:
    assert distinct_n([np.arange(50)], 3) == 1
    assert distinct_n([np.zeros(50, np.int64)], 1) == 1 / 50


def test_more_text_of_one_law_has_a_smaller_share_so_the_number_is_fixed(tmp_path: Path) -> None:
    few, many = (measure_distinct_n(planted(tmp_path / str(n), sentences(n, 60))) for n in (40, 110))
    assert few.scores[0].value > many.scores[0].value
    assert not few.scores[0].comparable_with(many.scores[0])
    same = measure_distinct_n(planted(tmp_path / "same", sentences(110, 60)), tokens=2_000)
    assert few.scores[0].comparable_with(same.scores[0])
    assert few.scores[0].value == pytest.approx(same.scores[0].value, abs=0.05)


def test_samples_of_the_law_of_the_corpus_are_no_finding(tmp_path: Path) -> None:
    outcome = measure_distinct_n(planted(tmp_path, sentences(100, 60)))
    assert outcome.findings == ()
    assert {score.slice["text"] for score in outcome.scores} == {"samples", "corpus"}
    assert all(score.low <= score.value <= score.high for score in outcome.scores)


def test_samples_from_a_few_phrases_are_found_with_their_documents(tmp_path: Path) -> None:
    phrases = sentences(3, 20, seed=5)
    documents = [*sentences(100, 60, seed=99), *(f"{phrases[0]} {rest}" for rest in sentences(20, 40, seed=8))]
    outputs = [" ".join(phrases[(k + i) % 3] for i in range(3)) for k in range(60)]
    (finding,) = measure_distinct_n(planted(tmp_path, outputs, documents)).findings
    assert (finding.code, finding.severity) == ("HW-Q020", "medium")
    assert finding.examples and all(shown.spans for shown in finding.examples)


def test_too_little_text_is_not_measured(tmp_path: Path) -> None:
    (score,) = measure_distinct_n(planted(tmp_path, sentences(20, 5))).scores
    assert isinstance(score, NotMeasured) and "500 tokens" in score.reason


@given(texts, st.integers(1, 3))
def test_streaming_equals_the_pure_function_and_merges(rows: list[list[int]], n: int) -> None:
    grams = [tuple(row[k : k + n]) for row in rows for k in range(len(row) - n + 1)]
    whole, first, second = DistinctMetric(n), DistinctMetric(n), DistinctMetric(n)
    for number, row in enumerate(rows):
        for metric in (whole, second if number % 2 else first):
            metric.update(torch.tensor([row]))
    first.merge_state(second)
    if grams:
        assert float(whole.compute()) == float(first.compute()) == len(set(grams)) / len(grams)


def test_padding_is_left_out() -> None:
    metric = DistinctMetric(2, ignore_index=-100)
    metric.update(torch.tensor([[1, 2, -100, -100], [1, 2, 3, -100]]))
    assert float(metric.compute()) == pytest.approx(2 / 3)


def test_it_counts_the_n_grams_of_nltk() -> None:
    util = pytest.importorskip("nltk.util", reason="nltk is not installed (extra peers)")
    rng = np.random.default_rng(7)
    rows = [rng.integers(0, 9, rng.integers(1, 40)).tolist() for _ in range(30)]
    for n in range(1, 5):
        grams = [gram for row in rows for gram in util.ngrams(row, n)]
        assert distinct_n([np.array(row) for row in rows], n) == len(set(grams)) / len(grams)
