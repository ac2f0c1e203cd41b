import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import ByteModel, random_text, subject_of, write_corpus

from headwater.core import Corpus, IncompleteError, InputError, NotMeasured, Score, StageReport, UnknownName, UsageError
from headwater.evaluate import METRICS, SUITES, Outcome, SamplingPlan, Subject, evaluate, open_subject, suite

PLAN = SamplingPlan(
    free=6, free_tokens=80, prefixes=6, prefix_tokens=12, continuation_tokens=30, repeats=0, counterfactual=0
)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return write_corpus(tmp_path / "corpus", [random_text(seed, 120) for seed in range(30)])


@pytest.fixture
def broken() -> Iterator[str]:
    def metric(subject: Subject, depth: int = 1) -> Outcome:
        raise IncompleteError(f"no lake of depth {depth}")

    METRICS.register("broken-for-test")(metric)
    yield "broken-for-test"
    del METRICS._entries["broken-for-test"]


def test_every_suite_names_registered_metrics() -> None:
    assert {name for suite_name in SUITES.names() for name in suite(suite_name).metrics} <= set(METRICS.names())


def test_a_run_of_all_memorization_metrics_reports_scores_and_findings(corpus: Corpus) -> None:
    report = evaluate(subject_of(corpus, ByteModel(corpus), PLAN), suite("memorization").metrics)
    assert report.stage == "evaluate"
    assert {score.metric for score in report.scores} >= {"verbatim-overlap", "extractable", "exposure"}
    assert [finding.code for finding in report.findings if finding.severity == "high"][:1] == ["HW-M002"]


def test_a_metric_that_cannot_be_computed_says_why(corpus: Corpus, broken: str) -> None:
    report = evaluate(subject_of(corpus), [(broken, {"depth": 3})])
    assert report.scores == (NotMeasured(broken, "no lake of depth 3"),)
    assert report.facts["not measured"] == 1


def test_no_metric_of_the_default_suite_is_left_out_in_silence(corpus: Corpus) -> None:
    report = evaluate(subject_of(corpus))
    assert {score.metric for score in report.scores} >= set(suite("quick").metrics)
    assert not any(isinstance(score, Score) for score in report.scores)


def test_every_score_is_bounded_or_says_why_not(corpus: Corpus) -> None:
    report = evaluate(
        subject_of(corpus, ByteModel(corpus), PLAN), [*suite("quality").metrics, *suite("memorization").metrics]
    )
    for score in report.scores:
        if isinstance(score, Score):
            assert score.low is not None or score.interval
            assert score.n > 0
            assert score.unit
            assert re.match(r"[a-z-]+/\d+ ", score.method)


def test_the_same_subject_gives_the_same_report(corpus: Corpus) -> None:
    reports = [evaluate(subject_of(corpus, ByteModel(corpus), PLAN), suite("memorization").metrics) for _ in range(2)]
    assert reports[0] == reports[1]


def test_a_report_survives_json(corpus: Corpus, tmp_path: Path) -> None:
    report = evaluate(subject_of(corpus, ByteModel(corpus), PLAN), suite("memorization").metrics)
    report.save(tmp_path / "evaluation.json")
    assert StageReport.load(tmp_path / "evaluation.json") == report


def test_a_misspelt_metric_is_refused_before_anything_runs(corpus: Corpus) -> None:
    with pytest.raises(UnknownName, match='did you mean "perplexity"'):
        evaluate(subject_of(corpus), ["exposure", "perplexiti"])


def test_a_wrong_parameter_is_refused_before_anything_runs(corpus: Corpus) -> None:
    with pytest.raises(UsageError, match="exposure: .*alternative'"):
        evaluate(subject_of(corpus), [("exposure", {"alternative": 3})])


def test_an_opened_run_folder_without_checkpoint_has_its_corpus_alone(corpus: Corpus) -> None:
    subject = open_subject(corpus.folder.parent)
    assert (len(subject.corpus), subject.checkpoint, subject.samples) == (30, None, None)


def test_samples_are_read_from_the_run_folder(corpus: Corpus) -> None:
    drawn = subject_of(corpus, ByteModel(corpus), PLAN).samples
    assert open_subject(corpus.folder.parent).samples.equals(drawn)


def test_a_folder_without_corpus_is_no_run_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a run folder"):
        open_subject(tmp_path)
