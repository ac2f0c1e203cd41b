"""A metric that needs more than the model can do says so."""

import re
from pathlib import Path

import pytest
from fakes import ByteModel, random_text, subject_of, write_corpus

from headwater.core import Corpus, NotMeasured, Score
from headwater.evaluate import METRICS, SamplingPlan, Subject, evaluate, suite
from headwater.evaluate.run import _portable
from headwater.models import CAPABILITIES

PLAN = SamplingPlan(free=4, free_tokens=60, prefixes=0, repeats=0, counterfactual=0)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return write_corpus(tmp_path / "corpus", [random_text(seed, 120) for seed in range(12)])


def able(corpus: Corpus, *names: str) -> ByteModel:
    model = ByteModel(corpus)
    model.capabilities = frozenset(names)
    return model


def reasons(subject: Subject, *metrics: str) -> dict[str, str]:
    report = evaluate(subject, metrics)
    return {score.metric: score.reason for score in report.scores if isinstance(score, NotMeasured)}


@pytest.mark.parametrize("name", METRICS.names())
def test_every_metric_says_what_it_needs_in_names_of_capabilities(name: str) -> None:
    needs = METRICS.describe(name).facts["needs"].split()
    assert needs
    named = {one for need in needs for one in need.split("|")}  # | stands between two of which one will do
    assert named - {"file"} <= CAPABILITIES.keys() and ("file" not in named or len(needs) == 1)


OF_MODELS = [name for name in METRICS.names() if METRICS.describe(name).facts.get("needs") != "file"]


@pytest.mark.parametrize("name", OF_MODELS)
def test_a_model_that_can_do_nothing_leaves_every_metric_unmeasured_with_the_reason(name: str, corpus: Corpus) -> None:
    found = reasons(Subject(corpus.folder.parent, corpus, able(corpus)), name)
    assert set(found) == {name}
    assert re.fullmatch(r"the model transformer cannot .+ \(\w+\); its capabilities: none", found[name])


def test_a_model_that_only_writes_is_not_asked_for_likelihoods(corpus: Corpus) -> None:
    found = reasons(subject_of(corpus, able(corpus, "sample", "logprob"), PLAN), "perplexity", "bits-per-byte")
    assert set(found) == {"perplexity", "bits-per-byte"}
    assert "(prompt_logprob); its capabilities: sample, logprob" in found["perplexity"]


def test_samples_that_exist_already_need_no_model_that_writes(corpus: Corpus) -> None:
    drawn = subject_of(corpus, ByteModel(corpus), PLAN)
    subject = Subject(drawn.folder, corpus, able(corpus), drawn.samples)
    report = evaluate(subject, ["verbatim-overlap"])
    assert any(isinstance(score, Score) for score in report.scores)


def test_a_metric_of_the_suites_runs_where_the_model_can_do_what_it_needs(corpus: Corpus) -> None:
    report = evaluate(subject_of(corpus, able(corpus, "prompt_logprob")), suite("quality").metrics)
    assert {score.metric for score in report.scores if isinstance(score, Score)} >= {"perplexity", "bits-per-byte"}


def test_a_file_of_finished_answers_needs_no_model_that_writes(corpus: Corpus, tmp_path: Path) -> None:
    file = tmp_path / "outputs.jsonl"
    file.write_text('{"output": "Good morning."}\n' * 30)
    subject = Subject(corpus.folder.parent, corpus, able(corpus))
    report = evaluate(subject, [("output-privacy", {"outputs_file": str(file)})])
    assert all(isinstance(score, Score) for score in report.scores)
    assert report.detail["metrics"][0]["parameters"] == {"outputs_file": "outputs.jsonl"}


def test_no_path_of_an_option_stands_in_the_report(corpus: Corpus, tmp_path: Path) -> None:
    options = {"data": str(tmp_path), "search": [str(tmp_path)], "made": {"huggingface": {"folder": str(tmp_path)}}}
    assert str(tmp_path) not in str(_portable(options))
    assert _portable({"prompt": "/Q: {question}", "limit": 3}) == {"prompt": "/Q: {question}", "limit": 3}
