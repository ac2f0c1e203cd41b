import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater.core import Score, StageReport, Table
from headwater.pipeline.cli import app
from headwater.pipeline.show_certainty import certainty_rows


def made() -> StageReport:
    from headwater.evaluate import certainties
    from headwater.evaluate.certainty import certainty_table

    scores = (
        Score("loss-gap", 0.5, 40, "nats", "l/1", -0.5, 1.5, slice={"split": "held-out"}),
        Score("mauve", 0.9, 3, "share", "m/1", interval="one seed"),
    )
    sure = certainties(scores)
    return StageReport(
        "evaluate", "Evaluation", scores=scores, exhibits=tuple(certainty_table(sure)),
        detail={"certainty": [one.to_json() for one in sure]},
    )  # fmt: skip


def test_each_score_has_a_row_with_interval_n_and_what_it_finds() -> None:
    table = certainty_rows(made())
    assert table is not None
    first, second = (dict(zip(table.columns, row, strict=True)) for row in table.rows)
    assert (first["metric"], first["n"], first["95 %"], first["against"]) == ("loss-gap", 40, "-0.5 to 1.5", 0.0)
    assert first["finds"] == pytest.approx(1.416, abs=0.01)
    assert str(first["answer"]).startswith("not decided, needs ")
    assert (second["95 %"], second["finds"], second["answer"]) == ("", None, "no interval: one seed")


def test_a_report_without_an_evaluation_has_no_table() -> None:
    assert certainty_rows(StageReport("audit", "t", exhibits=(Table("a", "a", ("b",), ()),))) is None


def test_evaluate_wants_a_model_and_says_how_to_add_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words " * 50)
    (tmp_path / "c.yaml").write_text(f"corpus: {{source: text, path: {tmp_path / 'a.txt'}}}\n")
    done = CliRunner().invoke(app, ["evaluate", str(tmp_path / "c.yaml"), "--out", str(tmp_path / "run")])
    assert done.exit_code != 0
    assert "no model, and no metric that scores a file" in repr(done.exception) + done.output


def test_evaluate_prints_the_scores_and_lays_out_the_report_again(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    before = (folder / "report.html").read_bytes()
    (folder / "report.html").unlink()
    done = CliRunner().invoke(app, ["evaluate", str(folder)], env={"COLUMNS": "200"}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert done.stdout.strip().endswith("report.html")
    assert (folder / "report.html").read_bytes() == before
    for word in ("finds", "against", "perplexity", "Benjamini and Hochberg"):
        assert word in done.output
    assert "How sure" in before.decode()
