"""Robust z-scores of sources."""

import zlib

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import median_abs_deviation

from headwater.curate.safety.source_anomalies import anomalies, measure_texts, modified_z


def test_the_score_is_that_of_iglewicz_and_hoaglin() -> None:
    x = np.random.default_rng(0).normal(size=(30, 2))
    expected = 0.6745 * (x - np.median(x, axis=0)) / median_abs_deviation(x, axis=0)
    assert modified_z(x) == pytest.approx(expected)


def test_where_most_agree_the_mean_deviation_takes_its_place_and_all_alike_is_zero() -> None:
    assert modified_z([[1.0]] * 9 + [[2.0]])[-1, 0] == pytest.approx(1 / (1.253314 * 0.1))
    assert modified_z([[1.0]] * 5).tolist() == [[0.0]] * 5


def test_the_measures_of_a_text_are_what_they_say() -> None:
    text = "ab 12 é!\n"
    raw = text.encode()
    (row,) = measure_texts(pa.array([text], pa.large_string())).tolist()
    assert row == pytest.approx(
        [np.log(len(raw) + 1), len(zlib.compress(raw, 1)) / len(raw), 2 / 10, 2 / 10, 1 / 10, 3 / 10, 2 / 10]
    )
    assert measure_texts(pa.array([""], pa.large_string())).tolist() == [[0.0] * 7]


def test_a_source_of_digits_among_prose_is_found_with_its_measure() -> None:
    rng = np.random.default_rng(0)
    sums = {f"s{n}": 20 * (np.full(7, 0.5) + rng.normal(0, 0.01, 7)) for n in range(9)}
    sums["s4"][3] = 20 * 0.9
    found = anomalies(sums, dict.fromkeys(sums, 20))
    assert found is not None and (found[0].source, found[0].measure) == ("s4", "digits")


def test_too_few_sources_or_documents_are_not_compared() -> None:
    sums = {f"s{n}": np.ones(7) for n in range(9)}
    assert anomalies(sums, dict.fromkeys(sums, 19)) is None
    assert anomalies({"s": np.ones(7)}, {"s": 100}) is None
