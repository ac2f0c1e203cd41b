"""The control of the memorization tests: a model that copies must be caught by each of them."""

from pathlib import Path

from fakes import random_text, write_corpus

from headwater.core import Corpus, Finding, SamplingPlan, Score
from headwater.evaluate import draw_samples, evaluate, open_subject
from headwater.evaluate.suites import MEMORIZATION
from headwater.models import CanaryPlan, Recipe, fit

PLAN = SamplingPlan(
    free=40,
    free_tokens=80,
    prefixes=20,
    prefix_tokens=10,
    continuation_tokens=20,
    repeats=0,
    counterfactual=0,
    images=0,
)


def judged(family: str, folder: Path) -> tuple[tuple[Finding, ...], tuple[Score, ...]]:
    write_corpus(folder / "corpus", [random_text(seed, 60) for seed in range(80)])
    corpus = Corpus(folder / "corpus")
    options = {"order": 1} if family == "ngram" else {}
    recipe = Recipe(family=family, vocabulary=400, held_out=0.3, canaries=CanaryPlan((0, 1, 4), 3), options=options)
    draw_samples(fit(corpus, recipe, folder / "checkpoint"), corpus, PLAN, folder)
    report = evaluate(open_subject(folder), list(MEMORIZATION))
    assert not [score for score in report.scores if not isinstance(score, Score)]
    return report.findings, tuple(score for score in report.scores if isinstance(score, Score))


def test_every_memorization_test_catches_the_model_that_copies(tmp_path: Path) -> None:
    findings, _ = judged("copying", tmp_path)
    assert {finding.code for finding in findings} >= {"HW-M001", "HW-M002", "HW-M003"}
    assert {finding.severity for finding in findings if finding.code in ("HW-M002", "HW-M003")} == {"high"}


def test_a_model_that_only_knows_how_often_each_token_comes_repeats_nothing(tmp_path: Path) -> None:
    findings, _ = judged("ngram", tmp_path)
    assert not {finding.code for finding in findings} & {"HW-M001", "HW-M002"}
    # Counts of the planted digits shift what it expects of digits: told from others, but never spelled out.
    assert "high" not in {finding.severity for finding in findings}


def test_membership_and_probabilistic_extraction_catch_it_and_spare_the_model_that_cannot_copy(tmp_path: Path) -> None:
    found = {}
    for family in ("copying", "ngram"):
        judged(family, tmp_path / family)
        report = evaluate(open_subject(tmp_path / family), ["membership", "discoverable"])
        found[family] = {finding.code for finding in report.findings}
    assert {"HW-M005", "HW-M010"} <= found["copying"]
    assert not {"HW-M005"} & found["ngram"]
