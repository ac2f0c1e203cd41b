import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from headwater.core import Score, StageReport
from headwater.evaluate import ItemValues, write_items
from headwater.pipeline.cli import app

METHOD = "rate-of-<script>/1 greedy"


PLACE = {"split": "held-out <script>alert(1)</script>"}


def evaluated(folder: Path, shift: float, method: str = METHOD) -> Path:
    x = np.random.default_rng(0).normal(size=40) + shift * np.random.default_rng(1).normal(1, 0.1, 40)
    folder.mkdir()
    place = PLACE
    scores = (
        Score("loss", float(x.mean()), 40, "nats", method, direction="lower", slice=place),
        Score("distance", 3.0 + shift, 40, "units", "distance/1"),
    )
    StageReport("evaluate", "t", scores=scores).save(folder / "evaluation.json")
    write_items(folder, [ItemValues.of_means("loss", method, place, [f"d{i}" for i in range(40)], x)])
    return folder


def call(*words: object) -> str:
    result = CliRunner().invoke(app, [str(word) for word in ("compare", *words)], env={"COLUMNS": "300"})
    assert result.exit_code == 0, result.output
    return result.output


def test_the_verdict_stands_in_the_table(tmp_path: Path) -> None:
    out = call(evaluated(tmp_path / "a", 0.0), evaluated(tmp_path / "b", 1.0))
    assert "A better" in out and "How sure" in out
    assert "a value of the whole, without single items" in out


def test_many_scores_with_one_reason_are_one_line(tmp_path: Path) -> None:
    for side in "ab":
        folder = evaluated(tmp_path / side, 0.0)
        more = [Score("spread", 1.0, 9, "units", "spread/1 x", slice={"n": str(k)}) for k in range(5)]
        single = [Score("loss", 1.0, 9, "nats", "loss/1 x", slice={**PLACE, "document": f"d{k}"}) for k in range(3)]
        report = StageReport.load(folder / "evaluation.json")
        StageReport("evaluate", "t", scores=(*report.scores, *more, *single)).save(folder / "evaluation.json")
    out = call(tmp_path / "a", tmp_path / "b")
    assert "5 scores" in out and "3 single items" in out and "compared as a whole" in out


def test_json_holds_every_score(tmp_path: Path) -> None:
    out = call(evaluated(tmp_path / "a", 0.0), evaluated(tmp_path / "b", 1.0), "--json")
    scores = json.loads(out)["detail"]["scores"]
    assert [one["verdict"] for one in scores] == ["A better", "not comparable"]
    assert [finding["code"] for finding in json.loads(out)["findings"]] == ["HW-Q080"]


def test_the_page_is_written_and_escapes_what_it_shows(tmp_path: Path) -> None:
    page = tmp_path / "compare.html"
    call(evaluated(tmp_path / "a", 0.0), evaluated(tmp_path / "b", 1.0), "--html", page, "-q")
    text = page.read_text("utf-8")
    assert "A better" in text and "<script>alert" not in text


def test_several_seeds_a_side(tmp_path: Path) -> None:
    runs = [evaluated(tmp_path / f"r{i}", i / 10) for i in range(4)]
    out = call(runs[0], runs[1], "--against", runs[2], "--against", runs[3])
    assert "the variance between seeds" in out or "seeds and items" in out


@pytest.mark.parametrize("number", [1, 3])
def test_another_number_of_runs_needs_against(tmp_path: Path, number: int) -> None:
    runs = [str(evaluated(tmp_path / f"r{i}", 0.0)) for i in range(number)]
    result = CliRunner().invoke(app, ["compare", *runs])
    assert result.exit_code != 0
    assert "--against" in str(result.exception)


def test_the_same_runs_give_the_same_bytes(tmp_path: Path) -> None:
    a, b = evaluated(tmp_path / "a", 0.0), evaluated(tmp_path / "b", 0.05)
    assert call(a, b, "--json") == call(a, b, "--json")
