from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from headwater.core import Chart, NotMeasured, Recipe, Score, Table
from headwater.evaluate import INFLUENCE_METHODS, Subject, evaluate, known_validation, measure_influence
from headwater.evaluate.attribution import influence as metric
from headwater.evaluate.attribution import validation
from headwater.evaluate.attribution.influence import _rows
from headwater.evaluate.attribution.rank import Influence
from headwater.evaluate.attribution.validation import Validation
from headwater.evaluate.statistics import Estimate
from headwater.models import fit


def measured(subject: Subject, **options: object) -> tuple[dict[str, Score], dict[str, Table]]:
    outcome = measure_influence(subject, subsets=4, targets=4, dimensions=32, **options)  # type: ignore[arg-type]
    scores = {" ".join(one.slice.values()): one for one in outcome.scores if isinstance(one, Score)}
    return scores, {one.name: one for one in outcome.exhibits if isinstance(one, Table)}


def test_every_method_is_held_against_retraining(subject: Subject) -> None:
    scores, tables = measured(subject, explain=())
    assert list(scores) == list(INFLUENCE_METHODS)
    assert all(-1 <= one.value <= 1 and one.low is not None and one.n == 4 for one in scores.values())
    assert all("4 random halves" in one.method for one in scores.values())
    assert [row[0] for row in tables["influence-validation"].rows] == list(INFLUENCE_METHODS)
    told = known_validation(subject, scores["tracin"].method.rpartition(", 4 random")[0])
    assert told is not None and told["correlation"] == scores["tracin"].value


@pytest.mark.parametrize("holds", [True, False])
def test_documents_are_named_only_where_the_interval_lies_above_zero(
    holds: bool, subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    low = 0.1 if holds else -0.1
    true = validation.validate_influence

    def validated(*args: object, **options: object) -> dict[str, Validation]:
        found = true(*args, **options)  # type: ignore[arg-type]
        return {name: replace(one, estimate=Estimate(0.3, 4, 0.1, low, 0.5)) for name, one in found.items()}

    def of_each(*args: object, **options: object) -> dict[str, Validation]:
        sides = (Estimate(0.5, 4, 0.1, 0.2, 0.8), Estimate(0.5, 4, 0.1, 0.2, 0.8), Estimate(0.1, 4, 0.1, -0.2, 0.3))
        return {name: replace(one, each=sides) for name, one in true(*args, **options).items()}  # type: ignore[arg-type]

    monkeypatch.setattr(validation, "validate_influence", validated)
    monkeypatch.setattr(metric, "validate_influence", of_each)
    scores, tables = measured(subject, explain=("held-out", "gap=gender:female-male", "language=en"))
    assert len([name for name in scores if name.startswith("preconditioned ")]) == 3
    verdicts = {row[6] for row in tables["influence-validation"].rows}
    assert verdicts == {"validated" if holds else "not validated"}
    named = {name: table for name, table in tables.items() if name != "influence-validation"}
    if not holds:
        assert not named
        assert not [
            cell for table in tables.values() for row in table.rows for cell in row if cell in subject.corpus.ids()
        ]
        return
    assert list(named) == ["influence-0", "influence-1"]
    assert subject.checkpoint is not None
    trained = set(subject.checkpoint.trained_ids())  # type: ignore[attr-defined]
    for table in named.values():
        assert {row[1] for row in table.rows} <= trained
        assert "rank correlation with retraining 0.30" in table.note and "steps 2 6" in table.note


def test_a_slice_that_is_not_there_is_not_measured(subject: Subject) -> None:
    outcome = measure_influence(subject, subsets=4, targets=3, explain=("source=<script>",), dimensions=32)
    (missing,) = [one for one in outcome.scores if isinstance(one, NotMeasured)]
    assert missing.slice == {"target": "source=<script>"} and "held-out ones have lake" in missing.reason
    assert any(isinstance(one, Chart) for one in outcome.exhibits)


def test_what_cannot_be_validated_says_why(subject: Subject, tmp_path: Path) -> None:
    counts = fit(subject.corpus, Recipe(family="ngram", vocabulary=280, canaries=None), tmp_path / "checkpoint")
    nothing_held = replace(subject.checkpoint.recipe, held_out=0.0)  # type: ignore[union-attr]
    whole = fit(subject.corpus, nothing_held, tmp_path / "whole" / "checkpoint")
    for model, options, reason in (
        (counts, {}, "a ngram model is not made so"),
        (None, {}, "there is no model"),
        (subject.checkpoint, {"targets": 1}, "1 held-out documents: 2 are needed"),
        (subject.checkpoint, {"subsets": 2}, "4 subsets or more"),
        (subject.checkpoint, {"method": "magic"}, "method one of tracin"),
        (whole, {}, "no document was held out"),
    ):
        folder = tmp_path / "whole" if model is whole else subject.folder
        report = evaluate(Subject(folder, subject.corpus, model), [("influence", options)])
        (one,) = report.scores
        assert isinstance(one, NotMeasured) and reason in one.reason, one


def test_the_metric_says_what_it_is_not() -> None:
    assert metric.METRIC == "influence"
    assert "not that one document of it is a cause" in metric.METRICS.describe("influence").facts["pitfalls"]


def test_an_address_in_a_source_is_not_shown_beside_a_document() -> None:
    ranked = Influence("t", "last", "p", ("d",), np.ones((2, 1)))
    cards = {"d": {"source": "mail of anna.lind@river-post.org", "licence": "ask anna.lind@river-post.org"}}
    ((_, _, _, _, _, source, licence, _),) = _rows(ranked, "raised it", ["d"], cards)
    assert (source, licence) == ("mail of [EMAIL]", "ask [EMAIL]")
