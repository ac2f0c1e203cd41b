import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater.core import Corpus, InputError, UsageError, read_parquet
from headwater.pipeline import commands
from headwater.pipeline.cli import app
from headwater.pipeline.config import load_config
from headwater.pipeline.explain import explain_document, is_document_id
from headwater.pipeline.run import run

CURATED = ("corpus", "removed", "decisions", "annotations", "config.yaml")


def edited(folder: Path) -> str:
    """A document from which an address was taken."""
    return str(read_parquet(folder / "decisions" / "05-personal-data.parquet").column("id")[0].as_py())


def told(capsys: pytest.CaptureFixture[str], name: str, folder: Path | None) -> str:
    commands.explain(name, False, folder)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "is_id"),
    [
        ("0123456789abcdef-01234567", True),
        ("canary-0016-00", True),
        ("near-duplicates", False),
        ("filter/quality", False),
        ("0123456789ABCDEF-01234567", False),
    ],
)
def test_an_id_is_known_by_its_form(name: str, is_id: bool) -> None:
    assert is_document_id(name) is is_id


def test_no_registered_name_looks_like_an_id() -> None:
    names = [name for registry in commands.registries().values() for name in registry.names()]
    assert not any(is_document_id(name) for name in names)


def test_the_story_shows_the_edit_without_the_address(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, edited(finished), finished)
    assert "personal-data          edited: email 1 (limit 0)" in lines
    assert "Write to (" in lines and "characters, not shown)" in lines and "+" in lines and "[EMAIL]" in lines
    assert "river-post.org" not in lines
    assert "byte for byte" in lines


def test_the_story_tells_training_and_repetition(finished: Path) -> None:
    story = explain_document(Corpus(finished / "corpus").ids()[0], finished, rebuild=True)
    assert story["split"] in ("training", "held out") and isinstance(story["samples"], list)
    assert [step["step"] for step in story["path"]] == [
        "read", "unicode", "length", "exact-duplicates", "near-duplicates", "personal-data",
    ]  # fmt: skip


def test_a_removed_copy_names_the_one_that_stayed(finished: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (row, *_) = read_parquet(finished / "decisions" / "03-exact-duplicates.parquet").to_pylist()
    lines = told(capsys, row["id"], finished)
    assert f"Stayed    {row['duplicate_of']}" in lines and "not reached" in lines


def test_the_one_run_that_knows_the_document_is_found(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    for part in CURATED[:4]:
        shutil.copytree(finished / part, tmp_path / "runs" / "one" / part)
    monkeypatch.chdir(tmp_path)
    name = edited(finished)
    story = explain_document(name, None, rebuild=True)
    assert story["run"] == "runs/one"
    assert any("no config.yaml" in note for note in story["notes"])
    shutil.copytree(tmp_path / "runs" / "one", tmp_path / "runs" / "copy")
    with pytest.raises(UsageError, match=r"several runs \(runs/copy, runs/one\); choose one with --run"):
        explain_document(name, None, rebuild=True)


def test_an_id_that_no_run_knows_is_one_sentence(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in (None, finished):
        with pytest.raises(InputError, match="no document with this id"):
            explain_document("0" * 16 + "-" + "0" * 8, folder, rebuild=True)
    with pytest.raises(InputError, match="not a run folder"):
        explain_document("0" * 16 + "-" + "0" * 8, tmp_path, rebuild=True)


def test_it_works_on_a_run_with_only_curation_done(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(load_config(project / "run.yaml"), project / "run", until="curate")
    lines = told(capsys, edited(project / "run"), project / "run")
    assert "training steps unknown" in lines and "no samples" in lines


def test_a_source_that_is_gone_is_said_and_the_rest_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(load_config(project / "run.yaml"), project / "run", until="curate")
    (project / "corpus.jsonl").unlink()
    lines = told(capsys, edited(project / "run"), project / "run")
    assert "cannot be read again" in lines and "noted: email" in lines


def test_a_checkpoint_that_cannot_be_read_is_left_out(finished: Path, tmp_path: Path) -> None:
    shutil.copytree(finished, tmp_path / "run")
    (tmp_path / "run" / "checkpoint" / "run.json").write_text("{", "utf-8")
    story = explain_document(edited(finished), tmp_path / "run", rebuild=False)
    assert story["steps"] is None and any("checkpoint is left out" in note for note in story["notes"])


def test_the_command_speaks_json(finished: Path) -> None:
    name = edited(finished)
    result = CliRunner().invoke(app, ["explain", name, "--run", str(finished), "--no-rebuild", "--json"])
    story = json.loads(result.stdout)
    assert (story["id"], story["status"]) == (name, "edited")
    assert any("was not rebuilt" in note for note in story["notes"])


def test_a_registered_name_is_explained_as_before() -> None:
    result = CliRunner().invoke(app, ["explain", "filtering-impact"])
    assert result.exit_code == 0 and "Whose documents each filter removes" in result.stdout
