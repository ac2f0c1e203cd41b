"""A model made elsewhere through the pipeline: train, sample, evaluate, report, diff."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater.core import ConfigError, StageReport, generator, read_json
from headwater.pipeline.cli import app
from headwater.pipeline.config import load_config
from headwater.pipeline.diff_report import diff
from headwater.pipeline.explain_model import model_lines, model_story
from headwater.pipeline.paths import with_absolute_paths, without_paths
from headwater.pipeline.run import run

FILES = Path(__file__).parent.parent / "models" / "pretrained" / "files"
CONFIG = """\
corpus: {{source: jsonl, path: words.jsonl}}
curate: []
audit: [licences]
model: {{start: {start}, {how}, context: 24, held_out: 0.3, canaries: null, precision: float32, learning_rate: 0.05}}
sample: {{free: 4, free_tokens: 8, prefixes: 3, prefix_tokens: 4, continuation_tokens: 4, repeats: 0,
  counterfactual: 0}}
evaluate: {{suites: [], metrics: [perplexity, bits-per-byte, extractable]}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = generator(0, "words")
    lines = [json.dumps({"text": " ".join(f"w{word}" for word in rng.integers(0, 9, 20))}) for _ in range(40)]
    (tmp_path / "words.jsonl").write_text("\n".join(lines))
    (tmp_path / "model").symlink_to(FILES / "llama")
    (tmp_path / "before.yaml").write_text(CONFIG.format(start="model", how="steps: 0"))
    (tmp_path / "after.yaml").write_text(CONFIG.format(start="model", how="lora: {rank: 2}, steps: 8"))
    return tmp_path


def test_parent_and_child_are_run_and_their_scores_compared(folder: Path) -> None:
    for name in ("before", "after"):
        result = CliRunner().invoke(app, ["run", str(folder / f"{name}.yaml"), "--out", str(folder / name), "-q"])
        assert result.exit_code == 0, result.output
    html = (folder / "after" / "report.html").read_text()
    assert "trainable parameters" in html and "Held-out documents before and after" in html
    training = StageReport.load(folder / "after" / "training.json")
    assert [finding.code for finding in training.findings if finding.code.startswith("HW-T05")] == ["HW-T052"]
    compared = diff(folder / "before", folder / "after").detail["tables"]["diff-scores"]
    rows = {(row["metric"], row["slice"]): row for row in compared}
    assert rows["held-out-loss", "model before"]["B - A"] == 0
    assert rows["held-out-loss", "model after"]["B - A"] < 0
    perplexity = rows["perplexity", "split held-out"]
    assert perplexity["B - A"] == pytest.approx(perplexity["B"] - perplexity["A"]) and perplexity["B - A"] < 0


def test_the_run_is_known_by_the_content_of_the_start_and_not_by_its_place(folder: Path) -> None:
    config = load_config(folder / "after.yaml")
    first = run(config, folder / "run", until="train")
    assert "train" in first.ran
    (folder / "elsewhere").symlink_to(FILES / "llama")
    (folder / "after.yaml").write_text((folder / "after.yaml").read_text().replace("start: model", "start: elsewhere"))
    assert "train" in run(load_config(folder / "after.yaml"), folder / "run", until="train").cached
    parent = read_json(folder / "run" / "checkpoint" / "run.json")["parent"]
    (folder / "next.yaml").write_text(CONFIG.format(start="run", how="freeze: [model.layers.0.], steps: 2"))
    run(load_config(folder / "next.yaml"), folder / "next", until="train")
    child = read_json(folder / "next" / "checkpoint" / "run.json")
    assert child["lineage"] == {"added": 0, "kept": child["documents"]["trained"], "removed": 0, "removed_ids": [],
                                "reweighted": 0}  # fmt: skip
    base = read_json(folder / "next" / "checkpoint" / "base" / "run.json")
    assert base["parent"] == parent
    told = model_story(folder / "next")
    assert [one["kind"] for one in told["ancestors"]] == ["headwater", "hugging-face"]
    assert [one["model"] for one in told["ancestors"]] == [child["parent"], parent]
    lines = "\n".join(model_lines(told))
    assert "a Hugging Face folder; its corpus is not known" in lines and "0 removed, 0 added documents" in lines


def test_a_model_that_was_taken_as_it_is_says_so(folder: Path) -> None:
    run(load_config(folder / "before.yaml"), folder / "before", until="train")
    lines = "\n".join(model_lines(model_story(folder / "before")))
    assert "nothing: the model was taken as it is" in lines and "Loss" not in lines


def test_a_start_that_is_not_there_fails_before_any_work(folder: Path) -> None:
    (folder / "wrong.yaml").write_text(CONFIG.format(start="modle", how="steps: 2"))
    with pytest.raises(ConfigError, match=r"model.start: .*modle: no such file or folder; give"):
        run(load_config(folder / "wrong.yaml"), folder / "run", until="train")
    assert not (folder / "run" / "corpus").exists()


@pytest.mark.parametrize("start", ["run", "run/checkpoint"])
def test_a_run_does_not_overwrite_the_model_that_it_starts_from(folder: Path, start: str) -> None:
    (folder / "run" / "checkpoint").mkdir(parents=True)
    (folder / "loop.yaml").write_text(CONFIG.format(start=start, how="steps: 2"))
    with pytest.raises(ConfigError, match="lies in the run folder, which this run would overwrite"):
        run(load_config(folder / "loop.yaml"), folder / "run", until="train")
    assert (folder / "run" / "checkpoint").is_dir()


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("lora: {rnk: 8}", 'wrong.yaml:4: model.lora.rnk: no key .rnk.; did you mean "rank"'),
        ("lora: {rank: eight}", "wrong.yaml:4: model.lora.rank"),
        ("freeze: model", "wrong.yaml:4: model.freeze"),
    ],
)
def test_a_wrong_key_or_value_is_named_with_its_line(folder: Path, how: str, reason: str) -> None:
    (folder / "wrong.yaml").write_text(CONFIG.format(start="model", how=how))
    with pytest.raises(ConfigError, match=reason):
        load_config(folder / "wrong.yaml")


def test_the_paths_of_a_model_are_relative_to_the_config_and_no_part_of_what_it_is(tmp_path: Path) -> None:
    values = {"model": {"start": "base", "lora": {"adapter": "adapter", "targets": ["q_proj"]}, "steps": 3}}
    found = with_absolute_paths(values, tmp_path)
    assert found["model"]["start"] == str(tmp_path / "base")
    assert found["model"]["lora"] == {"adapter": str(tmp_path / "adapter"), "targets": ["q_proj"]}
    assert without_paths(found)["model"] == {"lora": {"targets": ["q_proj"]}, "steps": 3}
