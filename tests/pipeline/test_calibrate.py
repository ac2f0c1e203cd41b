import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from headwater.core import UsageError
from headwater.pipeline import commands
from headwater.pipeline.config import load_config
from headwater.pipeline.run import run


def calibrate(target: Path, out: Path, **options: Any) -> None:
    commands.calibrate(
        target, out, **{"step": None, "documents": 1000, "examples": 1, "json": False, "quiet": False, **options}
    )


def test_a_config_is_calibrated_and_nothing_is_curated(project: Path) -> None:
    command = [sys.executable, "-m", "headwater", "calibrate", "run.yaml", "--out", "look"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "minimum-characters" in done.stdout and "nothing removed" in done.stdout
    assert sorted(path.name for path in (project / "look").iterdir()) == ["calibration.html", "calibration.json"]


def test_bare_data_is_judged_by_the_built_in_rules(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calibrate(project / "corpus.jsonl", project / "look", json=True, documents=50)
    data = json.loads(capsys.readouterr().out)
    assert [step["step"] for step in data["detail"]["steps"]] == ["length", "repetition", "quality", "c4", "fineweb"]
    assert data["facts"]["documents measured"] == 50


@pytest.mark.parametrize(("step", "words"), [("near-duplicates", "threshold"), ("lenght", 'did you mean "length"')])
def test_a_step_that_cannot_be_calibrated_is_one_sentence(project: Path, step: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        calibrate(project / "run.yaml", project / "look", step=step)


def test_paths_of_steps_are_relative_to_the_config_and_their_content_is_part_of_the_work(project: Path) -> None:
    folder = project / "configs"
    folder.mkdir()
    (folder / "words.txt").write_text("zebra\n")
    config = "corpus: {source: jsonl, path: ../corpus.jsonl}\ncurate: [{c4: {words_path: words.txt}}]\n"
    (folder / "c.yaml").write_text(config)
    first = run(load_config(folder / "c.yaml"), project / "out", until="curate")
    again = run(load_config(folder / "c.yaml"), project / "out", until="curate")
    (folder / "words.txt").write_text("giraffe\n")
    changed = run(load_config(folder / "c.yaml"), project / "out", until="curate")
    assert [result.ran for result in (first, again, changed)] == [("curate",), (), ("curate",)]
