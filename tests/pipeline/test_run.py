import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headwater.core import Corpus, Manifest, StageReport, TemporaryError, sha256_file
from headwater.pipeline.config import load_config
from headwater.pipeline.run import run

COMPARED = ("manifest.json", "checkpoint/model.safetensors", "checkpoint/run.json", "evaluation.json", "report.json")


def digests(folder: Path) -> dict[str, str]:
    return {name: sha256_file(folder / name) for name in COMPARED}


def test_a_run_writes_every_part_of_the_run_folder(finished: Path) -> None:
    for name in ("corpus", "removed", "decisions", "annotations", "checkpoint", "samples", "index"):
        assert any((finished / name).iterdir()), name
    assert {report.stage for report in map(StageReport.load, finished.glob("*[gn].json"))} >= {"curate", "evaluate"}
    assert (finished / "report.html").stat().st_size > 10_000


def test_kept_and_removed_add_up_to_what_came_in(finished: Path) -> None:
    kept, removed = Corpus(finished / "corpus"), Corpus(finished / "removed")
    assert len(kept) + len(removed) == 165


def test_the_manifest_names_every_file_of_the_stages_by_hash(finished: Path) -> None:
    manifest = Manifest.load(finished)
    manifest.verify(finished)
    assert {"curation.json", "checkpoint/model.safetensors", "evaluation.json"} <= set(manifest.files)
    assert manifest.parents["main"] == Corpus(finished / "corpus").hash
    assert json.loads((finished / "checkpoint/run.json").read_text())["corpus"] == manifest.parents["main"]


def test_a_second_run_takes_everything_from_the_cache(finished: Path) -> None:
    before = digests(finished)
    result = run(load_config(finished / "config.yaml"), finished)
    assert result.ran == ()
    assert digests(finished) == before


def test_another_folder_with_other_workers_gives_the_same_bytes(finished: Path, project: Path) -> None:
    config = load_config(project / "run.yaml").model_copy(update={"workers": 2})
    run(config, project / "again")
    assert digests(project / "again") == digests(finished)


def test_a_run_killed_at_random_moments_and_started_again_gives_the_same_bytes(finished: Path, project: Path) -> None:
    command = [sys.executable, "-m", "headwater", "run", "run.yaml", "--out", "killed", "--quiet"]
    rng = random.Random(11)
    kills = 0
    for _ in range(4):
        child = subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            child.wait(timeout=rng.uniform(4.0, 9.0))
            break
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
            kills += 1
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert kills
    assert digests(project / "killed") == digests(finished)


def test_a_changed_step_runs_again_and_an_unchanged_corpus_keeps_its_model(finished: Path, project: Path) -> None:
    shutil.copytree(finished, project / "run")
    config = load_config(project / "run.yaml")
    result = run(config.model_copy(update={"title": "another heading"}), project / "run")
    assert "train" in result.cached and "report" in result.ran
    assert "another heading" in (project / "run/report.html").read_text("utf-8")


def test_a_damaged_checkpoint_is_noticed_and_made_again(finished: Path, project: Path) -> None:
    shutil.copytree(finished, project / "run")
    weights = project / "run/checkpoint/model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x00")
    run(load_config(project / "run.yaml"), project / "run")
    assert digests(project / "run") == digests(finished)


def test_two_runs_in_one_folder_are_refused(project: Path) -> None:
    command = [sys.executable, "-m", "headwater", "run", "run.yaml", "--out", "shared", "--quiet"]
    child = subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not (project / "shared/config.yaml").is_file():
            time.sleep(0.05)
        with pytest.raises(TemporaryError, match="another headwater process"):
            run(load_config(project / "run.yaml"), project / "shared")
    finally:
        child.kill()
        child.wait()
