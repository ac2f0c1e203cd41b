"""``headwater audit FILE --groups COLUMN,... --label COLUMN``: an audit of a table without a config."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from headwater.core import Corpus, Score, StageReport
from headwater.pipeline.cli import app
from headwater.pipeline.config import load_config
from headwater.reports.page import waiting_rows

NAMES = ["sex", "race", "y", "guess", "<script>"]
ROWS = [["fm"[i % 2], "xyz"[i % 3], i % 4 == 1, i % 8 < 4, "<b>a</b>" if i % 5 else "b"] for i in range(240)]


@pytest.fixture
def people(tmp_path: Path) -> Path:
    return write(tmp_path / "people.csv", [NAMES, *ROWS])


def write(path: Path, rows: list[list[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def audited(path: Path, *options: str) -> StageReport:
    out = path.parent / "out"
    result = CliRunner().invoke(app, ["audit", str(path), "--out", str(out), "--quiet", *options])
    if result.exception and result.exit_code:
        raise result.exception
    return StageReport.load(out / "audit.json")


def rate(report: StageReport, metric: str, group: str) -> float:
    return next(
        s.value for s in report.scores if isinstance(s, Score) and s.metric == metric and s.slice["group"] == group
    )


def test_rates_by_group_need_no_config(people: Path) -> None:
    report = audited(people, "--groups", "sex,race", "--label", "y", "--prediction", "guess")
    assert (rate(report, "base-rate", "m"), rate(report, "base-rate", "f")) == (0.5, 0)
    assert rate(report, "selection-rate", "m × x") == 0.5
    assert [finding.code for finding in report.findings if finding.code.startswith("HW-A08")]
    assert "base rate by sex" in (people.parent / "out" / "report.html").read_text("utf-8").lower()


def test_equal_rows_are_not_taken_for_copies(people: Path) -> None:
    audited(people, "--groups", "sex", "--label", "y")
    assert len(Corpus(people.parent / "out" / "corpus")) == len(ROWS)


def test_the_audit_can_be_repeated_from_its_run_folder(people: Path) -> None:
    first = audited(people, "--groups", "sex", "--label", "y")
    config = load_config(people.parent / "out" / "config.yaml")
    told = {"groups": ["sex"], "label": "y"}
    assert all((name, told) in (config.audit or ()) for name in ("decisions", "label-noise"))
    again = CliRunner().invoke(app, ["audit", str(people.parent / "out"), "--quiet"])
    assert again.exit_code == 0 and StageReport.load(people.parent / "out" / "audit.json") == first


def test_groups_alone_show_who_is_in_the_file(people: Path) -> None:
    report = audited(people, "--groups", "sex,race")
    assert rate(report, "representation-share", "m × x") == pytest.approx(1 / 6)


def test_a_reference_and_a_split_reach_the_audit_and_the_run_folder(people: Path) -> None:
    reference = write(people.parent / "people-of-the-town.csv", [["sex", "share"], ["f", 0.2], ["m", 0.8]])
    options = ("--reference", str(reference), "--split", "guess")
    report = audited(people, *options)
    assert rate(report, "representation-ratio", "m") == pytest.approx(0.5 / 0.8)
    assert any(score.metric == "representation-drift" for score in report.scores)
    assert "HW-A085" in {finding.code for finding in report.findings}
    config = load_config(people.parent / "out" / "config.yaml")
    assert ("representation", {"reference": str(reference), "split": "guess"}) in (config.audit or ())


def test_a_changed_reference_is_read_again(people: Path) -> None:
    reference = people.parent / "reference.csv"
    write(reference, [["sex", "share"], ["f", 0.5], ["m", 0.5]])
    assert rate(audited(people, "--reference", str(reference)), "representation-ratio", "m") == 1
    write(reference, [["sex", "share"], ["f", 0.75], ["m", 0.25]])
    assert rate(audited(people, "--reference", str(reference)), "representation-ratio", "m") == 2


def test_a_reference_stands_beside_its_config(people: Path) -> None:
    write(people.parent / "town.csv", [["sex", "share"], ["f", 0.2], ["m", 0.8]])
    config = people.parent / "audit.yaml"
    config.write_text(
        "corpus: {source: csv, path: people.csv, modality: table}\ncurate: []\n"
        "audit:\n- representation: {reference: town.csv}\n",
        "utf-8",
    )
    assert rate(audited(config), "representation-ratio", "m") == pytest.approx(0.5 / 0.8)


def test_images_take_a_reference_of_their_classes(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / "pets" / ["cat", "dog"][number % 4 == 0]).mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(np.full((8, 8), number * 6, np.uint8))
        picture.save(tmp_path / "pets" / ["cat", "dog"][number % 4 == 0] / f"{number}.png")
    (tmp_path / "reference.json").write_text('{"label": {"cat": 0.5, "dog": 0.5}}', "utf-8")
    report = audited(tmp_path / "pets", "--reference", str(tmp_path / "reference.json"))
    assert rate(report, "representation-ratio", "dog") == 0.5


def test_a_column_of_scores_is_compared_by_group(people: Path) -> None:
    rows = [[*row, round((i * 7 % 100) / 100, 2)] for i, row in enumerate(ROWS)]
    path = write(people.parent / "scored.csv", [[*NAMES, "risk"], *rows])
    report = audited(path, "--groups", "race", "--label", "y", "--score", "risk")
    page = (people.parent / "out" / "report.html").read_text("utf-8")
    assert 0 < rate(report, "auc", "x") < 1 and "Reliability of risk" in page + str(waiting_rows(page))


def test_labels_in_doubt_are_reported_without_a_config(people: Path) -> None:
    report = audited(people, "--groups", "race", "--label", "y")
    assert {one.slice["label"] for one in report.scores if one.metric == "label-in-doubt"} == {"y"}
    assert not [one for one in audited(people).scores if one.metric == "label-in-doubt"]


def test_the_value_that_counts_can_be_named(people: Path) -> None:
    report = audited(people, "--groups", "sex", "--label", "y", "--positive", "False")
    assert rate(report, "base-rate", "f") == 1


def test_a_file_without_a_header_gets_its_names(tmp_path: Path) -> None:
    path = write(tmp_path / "bare.csv", ROWS)
    report = audited(path, "--columns", ",".join(NAMES), "--groups", "sex", "--label", "y")
    assert rate(report, "base-rate", "m") == 0.5


def test_a_csv_without_a_text_is_a_table_without_any_option(people: Path) -> None:
    audited(people)
    assert Corpus(people.parent / "out" / "corpus").modality == "table"


def test_texts_with_columns_are_audited_as_texts(tmp_path: Path) -> None:
    rows = [[f"Row {i} says what it says.", "fm"[i % 2], i % 4 == 1] for i in range(120)]
    path = write(tmp_path / "texts.csv", [["text", "sex", "y"], *rows])
    config = tmp_path / "out" / "config.yaml"
    audited(path, "--groups", "sex", "--label", "y")
    found = load_config(config)
    assert found.audit and ("toxicity", {}) in found.audit and "modality" not in found.corpus.options


def test_a_column_called_script_is_shown_and_not_run(people: Path) -> None:
    audited(people, "--groups", "<script>", "--label", "y")
    page = (people.parent / "out" / "report.html").read_text("utf-8")
    assert "&lt;script&gt;" in page and "<b>a</b>" not in page and "by <script>" not in page.lower()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--groups", "sx", "--label", "y"], "no column 'sx'; did you mean .sex."),
        (["--groups", "sex", "--label", "yy"], "no column 'yy'"),
        (["--groups", "sex,sex", "--label", "y"], "different columns"),
        (["--groups", "sex", "--label", "sex"], "different columns"),
        (["--groups", "sex", "--split", "sex"], "different columns"),
        (["--groups", "sex", "--split", "gues"], "no column 'gues'; did you mean .guess."),
        (["--reference", "absent.csv"], "absent.csv: no such file"),
    ],
)
def test_a_wrong_column_ends_in_one_sentence(people: Path, options: list[str], message: str) -> None:
    with pytest.raises(Exception, match=message):
        audited(people, *options)


def test_a_config_takes_no_columns(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("corpus: {source: csv, path: a.csv}\n", "utf-8")
    with pytest.raises(Exception, match="are for a data file; in a config write"):
        audited(tmp_path / "a.yaml", "--groups", "sex")


def test_a_folder_of_texts_has_no_columns(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A text.", "utf-8")
    with pytest.raises(Exception, match="name columns, and a text has none"):
        audited(tmp_path / "a.txt", "--groups", "sex")


@pytest.mark.parametrize("name", ["people.jsonl", "people.json"])
def test_json_without_a_text_is_a_table(tmp_path: Path, name: str) -> None:
    rows = [{"sex": "fm"[i % 2], "y": i % 4 == 1, "tags": {"a": [i % 3]}} for i in range(120)]
    lines = "\n".join(map(json.dumps, rows)) if name.endswith("l") else json.dumps(rows)
    (tmp_path / name).write_text(lines, "utf-8")
    report = audited(tmp_path / name, "--groups", "sex", "--label", "y")
    assert rate(report, "base-rate", "m") == 0.5 and report.facts["Columns"] == 3
    assert Corpus(tmp_path / "out" / "corpus").modality == "table"


def test_json_with_a_text_in_one_row_stays_text(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"x": 1}\n{"text": "hello there, this is a text"}\n', "utf-8")
    audited(tmp_path / "a.jsonl")
    assert Corpus(tmp_path / "out" / "corpus").modality == "text"


def test_label_and_split_reach_the_audits_of_tables(people: Path) -> None:
    report = audited(people, "--groups", "sex", "--label", "y", "--split", "guess")
    found = {score.metric for score in report.scores if isinstance(score, Score)}
    assert {
        "label-strength",
        "cross-split-row-share",
        "conflicting-label-share",
        "t-closeness",
        "drift-distance",
    } <= found
