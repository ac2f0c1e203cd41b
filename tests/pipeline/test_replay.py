import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from headwater.core import IncompleteError, InputError, IntegrityError, read_json, write_json
from headwater.pipeline.config import load_config
from headwater.pipeline.inputs import differences, inputs_path
from headwater.pipeline.replay import check, replay
from headwater.pipeline.run import run

ROWS = [{"text": f"Note {number} on rivers, mills and people who work at both of them."} for number in range(40)]


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A curated run beside its source."""
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in [*ROWS, ROWS[3]]), "utf-8")
    (tmp_path / "c.yaml").write_text("corpus: {source: jsonl, path: c.jsonl}\ncurate: [unicode, exact-duplicates]\n")
    run(load_config(tmp_path / "c.yaml"), tmp_path / "run", until="curate")
    return tmp_path / "run"


def alter(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_unchanged_run_comes_out_with_the_same_bytes(made: Path, workers: int) -> None:
    (result,) = replay(made, workers=workers)
    assert result.same and not result.inputs
    assert result.compared == sum(len(list((made / name).rglob("*.*"))) for name in ("corpus", "removed")) + 6


def test_replaying_leaves_the_run_as_it_is(made: Path) -> None:
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}
    replay(made)
    assert {path: path.read_bytes() for path in made.rglob("*") if path.is_file()} == before


def test_a_changed_source_is_named(made: Path) -> None:
    (made.parent / "c.jsonl").write_text(json.dumps(ROWS[0]) + "\n")
    (result,) = replay(made)
    assert [difference.kind for difference in result.inputs] == ["source"]
    assert "corpus/part-00000.parquet" in [difference.name for difference in result.files]


def test_changed_code_and_versions_are_named(made: Path) -> None:
    path = inputs_path(made, "")
    record = read_json(path)
    record["code"]["curate/filters/unicode.py"] = "0" * 64
    record["versions"]["ftfy"] = "5.0"
    write_json(path, record)
    (result,) = replay(made)
    assert [(entry.kind, entry.name) for entry in result.inputs] == [
        ("code", "curate/filters/unicode.py"),
        ("version", "ftfy"),
    ]
    assert result.same


def test_changed_steps_and_seeds_are_named() -> None:
    one = {"source": "a", "seed": 1, "steps": [{"name": "x"}], "code": {}, "versions": {}}
    two = one | {"seed": 2, "steps": [{"name": "x"}, {"name": "y"}]}
    assert [(entry.kind, entry.recorded, entry.now) for entry in differences(one, two)] == [
        ("seed", "1", "2"),
        ("steps", "x", "x, y"),
    ]


def test_a_run_without_a_record_is_refused(made: Path) -> None:
    inputs_path(made, "").unlink()
    with pytest.raises(IncompleteError, match="run the curation again"):
        replay(made)
    shutil.rmtree(made / "stages")
    with pytest.raises(IncompleteError, match="no record of a curation"):
        replay(made)


@pytest.mark.parametrize("name", ["corpus/part-00000.parquet", "removed/part-00000.parquet", "curation.json"])
def test_the_check_names_an_altered_file(made: Path, name: str) -> None:
    assert check(made)[1] == []
    alter(made / name)
    assert {difference.name.split(" ")[0] for difference in check(made)[1]} == {name}


def test_the_check_names_a_missing_file(made: Path) -> None:
    (made / "decisions/02-exact-duplicates.parquet").unlink()
    (wrong,) = check(made)[1]
    assert wrong.name.startswith("decisions/02-exact-duplicates.parquet") and wrong.now == ""


def test_an_altered_manifest_is_noticed(made: Path) -> None:
    manifest = read_json(made / "corpus/manifest.json")
    manifest["counts"]["documents"] = 5
    write_json(made / "corpus/manifest.json", manifest)
    with pytest.raises(IntegrityError, match="was changed after it was written"):
        check(made)


def test_a_corpus_alone_can_be_checked(made: Path) -> None:
    assert check(made / "corpus") == (1, [])


def test_a_folder_without_manifests_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="give a run, release or corpus folder"):
        check(tmp_path)


def test_a_manifest_cannot_lead_out_of_the_folder(made: Path) -> None:
    record = read_json(made / "stages/curate.json")
    record["outputs"]["../../../etc/hostname"] = "0" * 64
    write_json(made / "stages/curate.json", record)
    with pytest.raises(IntegrityError, match="leads out of the folder"):
        check(made)


def test_the_command_ends_with_code_4_and_names_the_file(made: Path) -> None:
    alter(made / "corpus/part-00000.parquet")
    command = [sys.executable, "-m", "headwater", "replay", str(made), "--check", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 4 and "Traceback" not in done.stderr
    assert "corpus/part-00000.parquet" in done.stderr
    assert json.loads(done.stdout)["same"] is False
