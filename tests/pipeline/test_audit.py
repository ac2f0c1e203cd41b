"""The command ``audit``: it reports whatever it is given, changes nothing, and says how well its detectors find."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from headwater.core import Corpus, NotMeasured, Score, StageReport, sha256_file, wilson
from headwater.pipeline import commands
from headwater.pipeline.cli import app
from headwater.pipeline.config import config_from, load_config
from headwater.pipeline.run import run
from headwater.pipeline.show_controls import controls_table, rate

NOTHING_LEFT = "corpus: {source: jsonl, path: corpus.jsonl}\ncurate: [{length: {minimum_words: 100000}}]\n"


def audited(folder: Path, config: str, audits: str = "") -> StageReport:
    (folder / "audit.yaml").write_text(config + audits, "utf-8")
    result = CliRunner().invoke(app, ["audit", str(folder / "audit.yaml"), "--out", str(folder / "out"), "--quiet"])
    assert result.exit_code == 0, result.output
    return StageReport.load(folder / "out" / "audit.json")


def test_a_corpus_of_which_nothing_is_left_is_audited_as_it_was_read(project: Path) -> None:
    report = audited(project, NOTHING_LEFT, "audit: [composition, filtering-impact]\n")
    assert report.facts["Audited"] == "the corpus as read, for curation leaves no document"
    assert report.facts["Documents"] == 165
    assert report.detail["filtering-impact"]["tested"] > 0
    assert (project / "out" / "report.html").is_file()
    assert len(Corpus(project / "out" / "removed")) == 165
    assert not any(path.name.startswith(".as-read") for path in (project / "out").iterdir())


def test_curating_or_running_the_same_folder_afterwards_is_still_an_error(project: Path) -> None:
    audited(project, NOTHING_LEFT, "audit: [composition]\n")
    for command in ("curate", "run"):
        result = CliRunner().invoke(app, [command, str(project / "audit.yaml"), "--out", str(project / "out"), "-q"])
        assert result.exit_code != 0 and "no document" in str(result.exception)


def test_a_source_of_which_no_row_can_be_read_has_a_report(project: Path) -> None:
    (project / "corpus.jsonl").write_text("{broken\n", "utf-8")
    report = audited(project, "corpus: {source: jsonl, path: corpus.jsonl}\n")
    (gap,) = report.scores
    assert isinstance(gap, NotMeasured) and "no row of the source could be read" in gap.reason


def test_an_audit_changes_nothing_in_its_input(project: Path) -> None:
    before = {path: (sha256_file(path), path.stat().st_mtime_ns) for path in project.iterdir()}
    audited(project, "corpus: {source: jsonl, path: corpus.jsonl}\n", "audit: [composition]\n")
    assert {path: (sha256_file(path), path.stat().st_mtime_ns) for path in before} == before


def test_controls_and_the_impact_of_filters_are_audited_by_default(project: Path) -> None:
    report = audited(project, "corpus: {source: jsonl, path: corpus.jsonl}\n")
    assert {"planted-controls", "filtering-impact"} <= set(report.detail)


def test_the_same_audit_twice_gives_the_same_bytes(project: Path) -> None:
    hashes = []
    for name in ("one", "two"):
        config = config_from(
            {
                "corpus": {"source": "jsonl", "path": str(project / "corpus.jsonl")},
                "curate": [{"length": {"minimum_words": 100000}}],
                "audit": ["composition", "filtering-impact"],
            }
        )
        run(config, project / name, as_read=True)
        hashes.append(sha256_file(project / name / "audit.json"))
    assert hashes[0] == hashes[1]


def control(metric: str, detector: str, value: float, n: int, level: str = "x") -> Score:
    low, high = wilson(value * n, n)
    place = {"detector": detector, "level": level}
    return Score(metric, value, n, "share", "planted-controls/1", low, high, slice=place)


def printed(scores: list[Score | NotMeasured]) -> str:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(controls_table(scores))
    return console.export_text()


def test_the_table_adds_up_the_levels_of_a_detector() -> None:
    recall, false = "planted-control-recall", "planted-control-false-positive-rate"
    text = printed([control(recall, "a", 1.0, 50), control(recall, "a", 0.5, 50, "y"), control(false, "a", 0.02, 100)])
    row = next(line for line in text.splitlines() if line.startswith("a "))
    assert rate(75, 100) in row and rate(2, 100) in row


def test_a_control_that_could_not_be_planted_is_not_measured() -> None:
    missing = NotMeasured("planted-control-recall", "no document can carry it", {"detector": "b", "level": "0.9"})
    row = next(line for line in printed([missing]).splitlines() if line.startswith("b "))
    assert row.split() == ["b", "not", "measured", "not", "measured"]


def test_a_rate_stands_with_its_interval_and_n() -> None:
    assert rate(98, 100) == "98.0% (93.0-99.4, n 100)"


def test_without_controls_there_is_no_table() -> None:
    other = Score("share-kept", 0.5, 10, "share", "m/1", 0.2, 0.8)
    assert controls_table([other]) is None


def test_the_command_prints_the_table_at_the_end(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "a.yaml").write_text(
        "corpus: {source: jsonl, path: corpus.jsonl}\naudit: [{planted-controls: {documents: 40, per_type: 5}}]\n"
    )
    commands.stages(project / "a.yaml", project / "out", "report", workers=None, json=False, quiet=False, model=False)
    lines = capsys.readouterr().err.splitlines()
    start = next(number for number, line in enumerate(lines) if line.split()[:1] == ["detector"])
    rows = [line.split()[0] for line in lines[start + 1 :] if line.strip()]
    assert {"exact-duplicates", "near-duplicates", "email", "secret"} <= set(rows)


def test_the_json_of_an_audit_holds_every_control(project: Path) -> None:
    (project / "a.yaml").write_text(
        "corpus: {source: jsonl, path: corpus.jsonl}\naudit: [{planted-controls: {documents: 40, per_type: 5}}]\n"
    )
    result = CliRunner().invoke(app, ["audit", str(project / "a.yaml"), "--out", str(project / "o"), "--json"])
    scores = json.loads(result.stdout)["scores"]
    assert "planted-control-recall" in {score["metric"] for score in scores}
    assert load_config(project / "o" / "config.yaml").model is None
