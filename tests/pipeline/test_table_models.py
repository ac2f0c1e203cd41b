import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater.pipeline.cli import app

LINES = "age,sex,pay,income,<script>\n" + "".join(
    f"{20 + k * 7 % 50},{'fm'[k % 2]},{k % 37 / 4},{'>50K' if k % 3 else '<=50K'},{'a' * (k % 3)}\n" for k in range(90)
)


def run(tmp_path: Path, model: str, *more: str) -> tuple[Path, str, int]:
    (tmp_path / "table.csv").write_text(LINES)
    config = ["corpus: {source: csv, path: table.csv, modality: table}", f"model: {model}", *more, "seed: 1"]
    (tmp_path / "table.yaml").write_text("\n".join(config))
    folder = tmp_path / "run"
    done = CliRunner().invoke(app, ["run", str(tmp_path / "table.yaml"), "--out", str(folder), "--quiet"])
    return folder, f"{done.output}{done.exception or ''}", done.exit_code


@pytest.mark.parametrize("family", ["{family: tvae, steps: 8, options: {conditional: income}}",
                                    "{family: gaussian-mixture}", "{family: copying}"])  # fmt: skip
def test_five_lines_train_sample_and_report_a_model_of_a_table(family: str, tmp_path: Path) -> None:
    folder, output, code = run(tmp_path, family, 'sample: {rows: 30, where: {income: ">50K"}}')
    assert code == 0, output
    assert (folder / "samples" / "rows.parquet").is_file()
    page = (folder / "report.html").read_text()
    assert "Rows of the trained model" in page and "<script>" not in page.split("Rows of the trained model")[1][:3_000]
    evaluation = json.loads((folder / "evaluation.json").read_text())
    assert evaluation["facts"]["samples"] == 30 and evaluation["facts"]["scores"] > 0


def test_an_unknown_column_ends_in_one_sentence(tmp_path: Path) -> None:
    _, output, code = run(tmp_path, "{family: tvae, steps: 8, options: {conditional: incme}}")
    assert code != 0 and 'did you mean "income"' in output
