"""How many values remain after a pass."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import SILENT, Corpus, CorpusWriter, NotMeasured, Score, record_batch, text_record, wilson
from headwater.curate import AUDITS, build_steps, curate, read_source
from headwater.curate.planted.residual_personal_data import Residual, found_by_type, residual_scores, residual_table


def test_of_what_a_detector_with_recall_ninety_percent_found_a_ninth_remains() -> None:
    score = Residual("phone", 900, 100, 90).score()
    assert isinstance(score, Score)
    assert score.value == pytest.approx(100)
    assert score.low is not None and score.high is not None
    assert score.low < 100 < score.high


def test_with_a_perfect_recall_the_upper_bound_is_what_the_planted_items_cannot_exclude() -> None:
    score = Residual("email", 1000, 100, 100).score()
    assert isinstance(score, Score)
    assert (score.value, score.low) == (0.0, 0.0)
    low, _ = wilson(100, 100, 0.975)
    mean = 1001 * (1 - low) / low
    assert score.high == pytest.approx(mean + 2.24 * (mean / low) ** 0.5, rel=0.03)


@pytest.mark.parametrize(("recall", "total"), [(0.95, 400), (0.7, 60), (0.99, 2000), (0.5, 10)])
def test_the_interval_holds_the_truth_in_at_least_95_of_100_simulated_corpora(recall: float, total: int) -> None:
    rng = np.random.default_rng(7)
    held = []
    for _ in range(400):
        found, reported = int(rng.binomial(total, recall)), int(rng.binomial(100, recall))
        low, high = Residual("x", found, 100, reported).bounds
        held.append(low <= total - found <= high)
    assert np.mean(held) >= 0.95


@given(found=st.integers(0, 5000), planted=st.integers(1, 300), share=st.floats(0.01, 1))
def test_value_and_bounds_are_in_order(found: int, planted: int, share: float) -> None:
    score = Residual("x", found, planted, max(1, int(planted * share))).score()
    assert isinstance(score, Score)
    assert score.low is not None and score.high is not None
    assert 0 <= score.low <= score.value <= score.high


def test_a_detector_that_finds_nothing_planted_is_not_measured() -> None:
    blind = Residual("phone", 3, 50, 0)
    assert isinstance(blind.score(), NotMeasured)
    assert "cannot be said" in blind.sentence()


def test_a_corpus_that_the_step_did_not_see_is_not_measured() -> None:
    (score,) = residual_scores(())
    assert isinstance(score, NotMeasured)
    assert residual_table(()) == ()


def test_the_sentence_says_how_many_there_were_and_how_many_remain() -> None:
    sentence = Residual("email", 950, 100, 95).sentence()
    assert sentence.startswith("950 found; remaining: an estimated 50, at most ")


def test_counts_of_other_things_are_no_types() -> None:
    assert found_by_type({"documents": 3, "personal-data found email": 2, "in": 4}) == {"email": 2}


def run(tmp_path: Path, steps: list[Any]) -> Corpus:
    """A small corpus through the steps."""
    text = "the mill by the river grinds corn for the town and its people " * 3
    with CorpusWriter(tmp_path / "in") as writer:
        rows = [text_record(f"{text} {number} a{number}@mail.org", f"t:{number}", "t") for number in range(20)]
        writer.write(record_batch(rows))
    source = read_source("parquet", path=str(tmp_path / "in" / "*.parquet"))
    curate(source, build_steps(steps), tmp_path / "run", seed=0)
    return Corpus(tmp_path / "run" / "corpus")


def test_the_audit_reports_what_remains_of_what_the_run_found(tmp_path: Path) -> None:
    corpus = run(tmp_path, [("personal-data", {})])
    assert corpus.manifest.counts["personal-data found email"] == 20
    report = AUDITS.get("planted-controls")(documents=20, per_level=2, per_type=20).examine(corpus, 0, SILENT)
    residual = {one.slice["detector"]: one for one in report.scores if one.metric == "residual-personal-data"}
    score = residual["email"]
    assert isinstance(score, Score) and score.n == 20
    assert str(report.facts["Remaining email, estimated"]).startswith("0, at most ")
    assert "residual-personal-data" in [exhibit.name for exhibit in report.exhibits]


def test_without_the_step_the_audit_says_why_there_is_no_number(tmp_path: Path) -> None:
    corpus = run(tmp_path, [("length", {})])
    report = AUDITS.get("planted-controls")(documents=20, per_level=2, per_type=2).examine(corpus, 0, SILENT)
    (score,) = [one for one in report.scores if one.metric == "residual-personal-data"]
    assert isinstance(score, NotMeasured)
