"""The model card: parsed back by huggingface_hub, with exactly the scores of the run."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

from headwater.core import Score
from headwater.reports import EXPORTERS, ExportedRun
from headwater.reports.exports.hub_values import LICENCES
from headwater.reports.exports.model_card import INDEXED, scores
from headwater.reports.hidden import visible

from .held import SAFE, data_run, hostile_data_run, texts_run
from .made import bare_run, hostile_exported, judged_run, unjudged_run

GOVERNANCE = {
    "model": {"name": "river-writer", "licence": "Apache-2.0", "base_model": "HuggingFaceTB/SmolLM2-135M",
              "languages": ["en"], "intended_purpose": "drafts of letters"},
    "data": {"name": "mill/river-letters"},
}  # fmt: skip


def card(run: ExportedRun) -> ModelCard:
    return ModelCard(EXPORTERS.get("model-card")(run))


@pytest.mark.parametrize("make", [texts_run, data_run, bare_run, judged_run, unjudged_run, hostile_exported])
def test_the_hub_reads_it(make: Any, tmp_path: Path) -> None:
    found = card(make(tmp_path))
    assert found.data.license in LICENCES | {"unknown", "other"}
    assert found.text.lstrip().startswith("# ")


def test_metadata_are_what_is_stated(tmp_path: Path) -> None:
    found = card(texts_run(tmp_path, GOVERNANCE)).data
    assert (found.license, found.language, found.library_name) == ("apache-2.0", ["en"], "headwater")
    assert (found.base_model, found.datasets) == (["HuggingFaceTB/SmolLM2-135M"], ["mill/river-letters"])
    assert (found.pipeline_tag, found.model_name) == ("text-generation", "river-writer")


def test_results_that_the_hub_reads_are_the_scores_of_the_run(tmp_path: Path) -> None:
    run = texts_run(tmp_path)
    found = card(run).data.eval_results
    expected = scores(run.run.tracks)
    assert 10 < len(expected) <= INDEXED
    assert sorted((one.metric_type, one.metric_value) for one in found) == sorted(
        (score.metric, score.value) for _, score in expected
    )
    by_name = {(one.metric_type, one.metric_name): one for one in found}
    first = next(score for _, score in expected if score.low is not None and not score.slice)
    args = by_name[(first.metric, first.metric)].metric_args
    assert (args["low"], args["high"], args["n"], args["unit"]) == (first.low, first.high, first.n, first.unit)


def test_scores_of_planted_controls_and_of_the_data_are_no_results(tmp_path: Path) -> None:
    run = texts_run(tmp_path)
    metrics = {score.metric for _, score in scores(run.run.tracks)}
    data = {score.metric for score in run.run.main.stages["audit"].scores if isinstance(score, Score)}
    assert metrics & (data | {"planted-recall"}) == set()


def test_a_run_without_a_model_says_so_and_has_no_results(tmp_path: Path) -> None:
    found = card(data_run(tmp_path))
    assert "**The run has no model:**" in found.text
    assert found.data.eval_results is None
    assert "library_name" not in found.data.to_dict()


def test_a_missing_stage_and_what_was_not_measured_are_shown(tmp_path: Path) -> None:
    run = texts_run(tmp_path)
    text = card(run).text
    assert "- energy, training: no power counter could be read on this machine" in text
    main = run.run.main
    stages = {name: report for name, report in main.stages.items() if name != "evaluation"}
    left = replace(run, run=replace(run.run, tracks=(replace(main, stages=stages),)))
    assert "- the whole evaluation: it did not run" in card(left).text


@pytest.mark.parametrize("at", range(len(SAFE)))
def test_hostile_texts_do_no_harm(at: int, tmp_path: Path) -> None:
    found = card(hostile_data_run(tmp_path, SAFE[at]))
    shown = " ".join(visible(SAFE[at][:1_000]).split())
    if shown:
        assert found.data.model_name == shown
    assert "<" not in found.text
    assert not any(character in found.content for character in "\u202e\u200b\x00\x1b\u2028")


def test_hostile_stage_reports_do_no_harm(tmp_path: Path) -> None:
    found = card(hostile_exported(tmp_path))
    assert "<" not in found.text
    assert "hunter2" not in found.content
    assert not any(character in found.content for character in "\u202e\u200b\x00\x1b\u2028")
