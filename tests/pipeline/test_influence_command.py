import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater.core import HeadwaterError
from headwater.pipeline.cli import app


def told(*arguments: str) -> str:
    done = CliRunner().invoke(app, [*arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def run(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("influence") / "run"
    shutil.copytree(finished, folder)
    return folder


def test_a_ranking_that_nobody_validated_names_no_cause(run: Path) -> None:
    words = told("trace", str(run), "free-00000", "--influence", "--method", "last")
    assert words.startswith("influence on the log-probability of sample free-00000")
    assert "not validated: nobody has trained again" in words
    assert "not validated, no causes: documents whose training raised it most" in words


def test_words_alone_are_ranked_without_a_gradient(run: Path) -> None:
    found = json.loads(
        told("trace", str(run), "river and harbour", "--influence", "--method", "similarity", "--json")
    )  # fmt: skip
    assert found["method"] == "similarity" and found["validation"] is None
    (first, *_) = found["raised"]
    assert first["card"]["id"] == first["id"] and first["influence"] > 0
    assert not found["lowered"]


def test_validation_stands_beside_the_ranking_from_then_on(run: Path) -> None:
    question = ["trace", str(run), "--influence-on", "source=source-1", "--method", "similarity"]
    first = told(*question, "--validate", "4")
    assert "rank correlation with retraining" in first and "over 4 random halves" in first
    again = told(*question)
    assert again.splitlines()[:3] == first.splitlines()[:3]
    assert ("no causes" in again) is ("not validated: rank correlation" in again)


@pytest.mark.parametrize(("arguments", "message"), [
    (["--influence"], "give one of them"),
    (["free-00000", "--influence-on", "held-out"], "give one of them"),
    (["free-00000", "--influence", "--step", "3"], "give one of them"),
    (["x", "--influence", "--method", "tracing"], "no method 'tracing'"),
    (["--influence-on", "source=nobody"], "held-out ones have source-"),
    (["HW-M001", "--influence"], "the run has no finding HW-M001"),
    (["free-99999", "--influence"], "the run has no sample free-99999"),
    (["", "--influence"], "1 to 20,000 characters"),
])  # fmt: skip
def test_a_wrong_question_is_one_sentence(arguments: list[str], message: str, run: Path) -> None:
    with pytest.raises(HeadwaterError, match=message):
        told("trace", str(run), *arguments)


def test_without_a_model_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("A very plain note about the harbour, and nothing else.\n" * 3)
    folder = told("index", str(tmp_path / "notes.txt"), "--out", str(tmp_path / "run"), "--quiet").strip()
    with pytest.raises(HeadwaterError, match="there is no model"):
        told("trace", folder, "harbour", "--influence")
