"""What holds for every format: same bytes, valid text, nothing hidden, nothing that the stage reports do not show."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from headwater.core import IntegrityError
from headwater.reports import EVIDENCE, EXPORTERS, ExportedRun, Run, open_exported
from headwater.reports.exports.verdict import verdict_of

from .made import CANARY, bare_run, hostile_exported, judged_run, outdated_run, unjudged_run

MAKERS = [judged_run, unjudged_run, bare_run, hostile_exported]
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0020-\U000e007f]"
)
EVERY = pytest.mark.parametrize("name", EXPORTERS.names())


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ExportedRun]]:
    yield {make.__name__: make(tmp_path_factory.mktemp(make.__name__)) for make in MAKERS}


def without(run: ExportedRun, *stages: str) -> ExportedRun:
    """The run as if it had never had these stages."""
    tracks = tuple(
        replace(track, stages={name: report for name, report in track.stages.items() if name not in stages})
        for track in run.run.tracks
    )
    return replace(run, run=Run(run.run.title, tracks))


@EVERY
@pytest.mark.parametrize("make", MAKERS)
def test_the_same_folder_gives_the_same_bytes(name: str, make: Any, runs: dict[str, ExportedRun]) -> None:
    run = runs[make.__name__]
    assert EXPORTERS.get(name)(run).encode("utf-8") == EXPORTERS.get(name)(open_exported(run.folder)).encode("utf-8")


@EVERY
@pytest.mark.parametrize("make", MAKERS)
def test_nothing_is_hidden_in_it_and_no_sample_comes_through(
    name: str, make: Any, runs: dict[str, ExportedRun]
) -> None:  # fmt: skip
    text = EXPORTERS.get(name)(runs[make.__name__])
    assert HIDDEN.search(text) is None
    assert not any(word in text for word in CANARY.split())
    assert str(runs[make.__name__].folder) not in text


@EVERY
@pytest.mark.parametrize("stages", [("training", "evaluation"), ("curation", "audit", "training")])
def test_a_run_without_a_model_and_one_without_a_corpus_are_written(
    name: str, stages: tuple[str, ...], runs: dict[str, ExportedRun]
) -> None:  # fmt: skip
    assert EXPORTERS.get(name)(without(runs["judged_run"], *stages)).strip()


def test_evidence_that_was_changed_or_is_of_another_run_is_refused(tmp_path: Path) -> None:
    judged_run(tmp_path / "one")
    path = tmp_path / "one" / EVIDENCE
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"status":"fail"', b'"status":"pass"', 1))
    with pytest.raises(IntegrityError, match="changed"):
        open_exported(tmp_path / "one")
    unjudged_run(tmp_path / "two")
    path.write_bytes(content)
    shutil.copy(path, tmp_path / "two" / EVIDENCE)
    with pytest.raises(IntegrityError, match="not bound"):
        open_exported(tmp_path / "two")


def test_a_judgement_of_the_run_as_it_was_is_in_no_export(tmp_path: Path) -> None:
    run = outdated_run(tmp_path)
    assert verdict_of(run.run).word == "not judged"
    for name in ("json", "junit", "markdown", "sarif", "cyclonedx"):
        assert "genai-baseline" not in EXPORTERS.get(name)(run), name


@pytest.mark.parametrize("gone", [True, False])
def test_a_stage_report_that_was_changed_after_the_run_leaves_in_no_export(tmp_path: Path, gone: bool) -> None:
    judged_run(tmp_path)
    path = tmp_path / "evaluation.json"
    path.unlink() if gone else path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(IntegrityError, match="evaluation.json"):
        open_exported(tmp_path)
