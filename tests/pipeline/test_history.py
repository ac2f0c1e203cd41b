"""``headwater history``, ``status`` and ``trend`` from the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater.core import HeadwaterError, Manifest, Score, StageReport, hash_files, write_text
from headwater.pipeline.cli import app
from headwater.reports import append_entry

NOW = ["--time", "2026-03-01"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for night in range(12):
        place = tmp_path / f"night-{night:02}"
        place.mkdir()
        write_text(place / "config.yaml", 'title: "\\e[31mred"\n' if night == 3 else "title: nightly\n")
        value = 0.5 if night == 11 else 0.8 + 0.005 * (night % 3)
        made = Score("accuracy", value, 50, "share", "a/1", value - 0.02, value + 0.02, direction="higher")
        StageReport("evaluation", "e", scores=(made,)).save(place / "evaluation.json")
        manifest = Manifest("run", hash_files(place, ["evaluation.json"]))
        manifest.save(place)
        append_entry(place, "run-finished", f"2026-01-{night + 1:02}T03:00:00+00:00", manifest.hash, ran=["evaluate"])
    return tmp_path


def call(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(result.exception, HeadwaterError):
        return result.exception.exit_code, str(result.exception)
    return result.exit_code, result.output


def test_the_newest_runs_are_listed(root: Path) -> None:
    code, said = call("history", root, "--last", 3)
    assert code == 0 and "night-11" in said and "night-08" not in said
    assert len(json.loads(call("history", root, "--last", 0, "--json")[1])) == 12
    assert len(json.loads(call("history", root, "--since", "2026-01-10", "--json")[1])) == 3


def test_a_metric_over_the_runs_has_value_interval_and_n(root: Path) -> None:
    lines = json.loads(call("history", root, "--metric", "accuracy", "--json")[1])
    point = max(lines, key=lambda line: len(line["points"]))["points"][-1]
    assert (point["value"], point["low"], point["high"], point["n"]) == (0.5, 0.48, 0.52, 50)
    code, said = call("history", root, "--metric", "acuracy")
    assert code == 2 and "accuracy" in said
    assert call("history", root, "--slice", "a=b")[0] == 2 and call("history", root, "-m", "x", "--slice", "a")[0] == 2


def test_check_ends_with_4_where_a_file_was_changed(root: Path) -> None:
    call("history", root)
    assert call("history", root, "--check")[0] == 0
    with (root / "night-02" / "evaluation.json").open("a") as file:
        file.write(" ")
    code, said = call("history", root, "--check")
    assert code == 4 and "night-02" in said


def test_detect_finds_the_fall_once_and_accept_makes_it_normal(root: Path) -> None:
    for night in range(11):
        assert call("history", root, "--detect", root / f"night-{night:02}", *NOW)[0] == 0
    code, said = call("history", root, "--detect", root / "night-11", *NOW, "--json")
    assert code == 1 and [one["state"] for one in json.loads(said)] == ["regressed"]
    assert call("history", root, "--accept", root / "night-11", *NOW)[0] == 0
    assert "accepted as baseline" in call("history", root)[1]


def test_status_without_any_judgement_is_incomplete(root: Path) -> None:
    code, said = call("status", root, *NOW)
    assert code == 3 and "not judged" in said
    assert call("status", root, "--maximum-age", "soon")[0] == 2


def test_the_trend_page_is_written(root: Path) -> None:
    page = root / "trend.html"
    assert call("trend", root, "--out", page, "--metric", "accuracy", "--language", "de")[0] == 0
    assert 'lang="de"' in page.read_text("utf-8") and "\x1b" not in page.read_text("utf-8")
    assert call("trend", root, "--out", page, "--language", "xx")[0] == 2


def test_quiet_says_nothing(root: Path) -> None:
    assert call("history", root, "--quiet") == (0, "")


def test_escapes_of_titles_and_folders_do_not_reach_the_terminal(root: Path) -> None:
    (root / "night-05").rename(root / "night-\x1b[31m05")
    said = call("history", root, "--last", 0)[1] + call("status", root, *NOW)[1]
    assert "\x1b" not in said and said.count("⟨U+001B⟩") >= 2
