"""``headwater export`` on a real small run."""

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from headwater.pipeline.cli import app
from headwater.reports import EXPORTERS

FILES = {name: EXPORTERS.describe(name).facts["file"] for name in EXPORTERS.names()}


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def judged(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judged") / "run"
    shutil.copytree(finished, folder)
    call("check", folder, "--policy", "genai-baseline", "--quiet")
    return folder


def test_every_format_is_written_below_the_run_and_named(judged: Path) -> None:
    done = call("export", judged, "--json")
    assert done.exit_code == 0, done.output
    assert {name: Path(path).name for name, path in json.loads(done.output).items()} == FILES
    assert all((judged / "exports" / file).stat().st_size for file in FILES.values())


def test_formats_are_chosen_and_the_folder_too(judged: Path, tmp_path: Path) -> None:
    done = call("export", judged, "-f", "json", "-f", "sarif", "-f", "json", "--out", tmp_path / "here")
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == sorted([FILES["json"], FILES["sarif"]])


def test_a_single_format_is_printed(judged: Path) -> None:
    done = call("export", judged, "-f", "markdown", "--out", "-")
    assert done.output.startswith("## headwater: ")
    assert done.output == (judged / "exports" / FILES["markdown"]).read_text("utf-8")


def test_the_addresses_of_the_corpus_stand_in_no_format(judged: Path) -> None:
    call("export", judged)
    for file in FILES.values():
        assert not re.search(r"person\d+@river-post", (judged / "exports" / file).read_text("utf-8")), file


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("{run}", "-f", "sarrif"), 2, "did you mean"),
        (("{run}", "--out", "-"), 2, "prints one format"),
        (("{run}", "-f", "json", "--out", "{run}/config.yaml"), 2, "a file stands there"),
        (("{run}/nothing",), 2, "not a run folder"),
    ],
)
def test_a_wrong_call_ends_with_a_sentence(judged: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = call("export", *(word.replace("{run}", str(judged)) for word in words))
    assert isinstance(done.exception, Exception)
    assert said in str(done.exception)
    assert getattr(done.exception, "exit_code", code) == code


def test_a_run_without_an_end_is_refused(judged: Path, tmp_path: Path) -> None:
    shutil.copytree(judged, tmp_path / "run")
    (tmp_path / "run" / "manifest.json").unlink()
    assert "has not come to its end" in str(call("export", tmp_path / "run").exception)
