from pathlib import Path

import numpy as np
import pytest
from text_planted import planted, sentences

from headwater.core import NotMeasured, Score
from headwater.evaluate import measure_group_coverage
from headwater.evaluate.quality.group_coverage import expected_samples


def corpus_of(women: int, men: int, rest: int) -> list[str]:
    words = sentences(women + men + rest, 20, seed=7)
    terms = ["the woman"] * women + ["the man"] * men + ["the mill"] * rest
    return [f"{term} {text}" for term, text in zip(terms, words, strict=True)]


def test_texts_as_long_as_documents_mention_a_group_as_often() -> None:
    mentioned, words = np.array([1, 0, 3, 0, 0]), np.full(5, 30.0)
    assert expected_samples(mentioned, words, np.full(50, 30.0)) == pytest.approx(20)
    assert expected_samples(mentioned, words, np.full(50, 15.0)) == pytest.approx(50 * (1 - 0.6**0.5))
    assert expected_samples(np.zeros(5), words, np.full(50, 30.0)) == 0
    assert 49 < expected_samples(np.ones(500), np.full(500, 30.0), np.full(50, 30.0)) <= 50


def test_a_group_that_never_appears_is_found_with_its_documents(tmp_path: Path) -> None:
    documents = corpus_of(30, 30, 60)
    subject = planted(tmp_path, corpus_of(0, 20, 60), documents)
    outcome = measure_group_coverage(subject)
    gender = next(score for score in outcome.scores if score.slice == {"category": "gender"})
    assert isinstance(gender, Score) and gender.value == 0.5 and gender.low < 0.5 < gender.high
    (finding,) = outcome.findings
    assert (finding.code, "female" in finding.title) == ("HW-Q026", True)
    assert set(finding.document_ids) <= set(subject.corpus.ids()[:30])


def test_samples_that_speak_of_all_groups_are_no_finding(tmp_path: Path) -> None:
    outcome = measure_group_coverage(planted(tmp_path, corpus_of(20, 20, 40), corpus_of(30, 30, 60)))
    assert outcome.findings == ()
    assert next(score for score in outcome.scores if score.slice == {"category": "gender"}).value == 1


def test_a_rare_group_is_no_finding_where_chance_would_hide_it(tmp_path: Path) -> None:
    outcome = measure_group_coverage(planted(tmp_path, corpus_of(0, 0, 40), corpus_of(3, 3, 114)))
    assert outcome.findings == ()
    gender = next(score for score in outcome.scores if score.slice == {"category": "gender"})
    assert isinstance(gender, NotMeasured) and "draw more samples" in gender.reason


def test_without_samples_nothing_is_measured(tmp_path: Path) -> None:
    (score,) = measure_group_coverage(planted(tmp_path, [])).scores
    assert isinstance(score, NotMeasured)
