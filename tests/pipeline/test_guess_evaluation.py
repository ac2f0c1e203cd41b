"""Any model, or any samples, held against any data, without a config."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from headwater.core import ConfigError, InputError, UsageError, generator
from headwater.evaluate import suite
from headwater.models import FinishedSamples
from headwater.pipeline.cli import app
from headwater.pipeline.guess_evaluation import guess_evaluation
from headwater.reports.page import waiting_rows

FILES = Path(__file__).parent.parent / "models" / "pretrained" / "files"


def scores(*arguments: object) -> dict[str, list[dict[str, Any]]]:
    done = CliRunner().invoke(app, ["evaluate", *map(str, arguments), "--json"])
    assert done.exit_code == 0, repr(done.exception) + done.output
    found: dict[str, list[dict[str, Any]]] = {}
    for score in json.loads(done.stdout)["scores"]:
        found.setdefault(score["metric"], []).append(score)
    return found


def words(path: Path, n: int, seed: int, column: str = "text") -> Path:
    rng = generator(seed, "words")
    lines = [json.dumps({column: " ".join(f"w{word}" for word in rng.integers(0, 9, 60))}) for _ in range(n)]
    path.write_text("\n".join(lines))
    return path


def pictures(folder: Path, n: int, seed: int) -> Path:
    folder.mkdir()
    for k in range(n):
        pixels = generator(seed, "pixels", k).integers(0, 256, (8, 8, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{k}.png")
    return folder


def test_a_folder_of_images_is_scored_against_another(tmp_path: Path) -> None:
    found = scores(pictures(tmp_path / "fake", 40, 1), "--against", pictures(tmp_path / "real", 40, 2), "--out",
                   tmp_path / "run")  # fmt: skip
    assert any("value" in score for score in found["frechet-distance"])
    assert "Fr" in (tmp_path / "run" / "report.html").read_text("utf-8")


def test_a_model_made_elsewhere_is_scored_on_texts_and_not_trained(tmp_path: Path) -> None:
    found = scores(FILES / "llama", "--against", words(tmp_path / "words.jsonl", 40, 0), "--out", tmp_path / "run")
    assert any("value" in score for score in found["perplexity"])
    run = json.loads((tmp_path / "run" / "checkpoint" / "run.json").read_text())
    assert run["steps"] == 0


@pytest.mark.parametrize("column", ["text", "output"])
def test_a_file_of_outputs_is_scored_against_texts(column: str, tmp_path: Path) -> None:
    made, data = words(tmp_path / "made.jsonl", 20, 1, column), words(tmp_path / "words.jsonl", 20, 0)
    found = scores(made, "--against", data, "--out", tmp_path / "run")
    assert any("value" in score for score in found["verbatim-overlap"])
    assert all("reason" in score for score in found["perplexity"])


def test_what_is_no_pair_is_refused_with_a_way_out(tmp_path: Path) -> None:
    texts, images = words(tmp_path / "words.jsonl", 3, 0), pictures(tmp_path / "images", 2, 0)
    with pytest.raises(UsageError, match="holds images, and what it is held against holds texts; give two of a kind"):
        guess_evaluation(images, texts)
    with pytest.raises(UsageError, match="holds images; a language model is scored on texts"):
        guess_evaluation(FILES / "llama", images)
    with pytest.raises(InputError, match="no such file or folder; give a model or samples"):
        guess_evaluation(tmp_path / "nothing", texts)


def table(path: Path, seed: int, *columns: str) -> Path:
    import pandas as pd

    rng = generator(seed, "table")
    frame = pd.DataFrame({"age": rng.integers(18, 90, 120), "city": rng.choice(["A", "B", "C"], 120)})
    frame = frame[list(columns) or ["age", "city"]]
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    elif path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_json(path, orient="records", lines=True)
    return path


@pytest.mark.parametrize(("made", "real"), [(".csv", ".csv"), (".jsonl", ".csv"), (".csv", ".parquet")])
def test_a_table_is_scored_against_another(made: str, real: str, tmp_path: Path) -> None:
    one, two = table(tmp_path / f"made{made}", 1), table(tmp_path / f"real{real}", 2)
    found = scores(one, "--against", two, "--out", tmp_path / "run")
    assert {score["slice"].get("column") for score in found["marginal-fidelity"]} == {None, "age", "city"}
    assert all("value" in score for score in found["pairwise-fidelity"] + found["two-sample-test"])
    assert "name it" in found["train-on-synthetic"][0]["reason"]
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "How like the real columns" in page + str(waiting_rows(page))


def test_a_table_without_the_columns_of_the_real_one_is_refused_by_their_names(tmp_path: Path) -> None:
    one, two = table(tmp_path / "made.csv", 1, "age"), table(tmp_path / "real.csv", 2)
    done = CliRunner().invoke(app, ["evaluate", str(one), "--against", str(two), "--out", str(tmp_path / "run")])
    assert done.exit_code != 0
    assert "made.csv: lacks the column(s) 'city' of the real table" in str(done.exception)


def test_a_label_that_is_named_in_the_config_joins_the_suite_of_tables(tmp_path: Path) -> None:
    one, two = table(tmp_path / "made.csv", 1), table(tmp_path / "real.csv", 2)
    config = tmp_path / "config.yaml"
    config.write_text(
        f"corpus: {{source: csv, path: {two}, modality: table}}\ncurate: []\naudit: []\n"
        f"model: {{external: {{kind: samples, path: {one}, modality: table}}}}\n"
        "evaluate: {metrics: [{train-on-synthetic: {label: city}}]}\n"
    )
    done = CliRunner().invoke(app, ["run", str(config), "--out", str(tmp_path / "run")])
    assert done.exit_code == 0, done.output
    report = json.loads((tmp_path / "run" / "evaluation.json").read_text())
    assert [one["name"] for one in report["detail"]["metrics"]] == list(suite("tables").metrics)
    assert any("value" in score for score in report["scores"] if score["metric"] == "train-on-synthetic")


def test_a_folder_of_images_cannot_be_a_table(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the format image-folder cannot hold tables"):
        FinishedSamples(None, format="image-folder", modality="table")


def test_label_and_groups_of_two_tables_can_be_named(tmp_path: Path) -> None:
    one, two = table(tmp_path / "made.csv", 1), table(tmp_path / "real.csv", 2)
    found = scores(one, "--against", two, "--out", tmp_path / "run", "--label", "city", "--groups", "city")
    assert any("value" in score for score in found["train-on-synthetic"])
    assert {score["slice"].get("group") for score in found["marginal-fidelity"]} == {None, "city"}
    with pytest.raises(UsageError, match="name columns of a table, and .* holds texts"):
        guess_evaluation(tmp_path, words(tmp_path / "words.jsonl", 3, 0), "city")
