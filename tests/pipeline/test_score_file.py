"""Files of answers are scored without a model and without a corpus."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from headwater.core import ConfigError, HeadwaterError, IncompleteError, InputError, UnknownName, UsageError
from headwater.evaluate import METRICS
from headwater.pipeline.cli import app
from headwater.pipeline.metric_options import named_metrics, with_file

PAIRS = [
    {"article": "The bridge was built in 1987 by Maria Lopez.", "summary": "Maria Lopez built it in 1987."},
    {"article": "The council met on 3 May and voted.", "summary": "The council of Peter Smith voted on 9 June."},
    {"article": "Forty ships were sold.", "summary": "Ships were sold."},
]
SETTINGS = ("source=article", "output=summary", "entailment=null")


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in PAIRS))
    return path


def called(*arguments: object) -> dict[str, Any]:
    done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
    assert done.exit_code == 0, repr(done.exception) + done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def values(result: dict[str, Any]) -> dict[str, float]:
    return {one["metric"]: one["value"] for one in result["scores"] if "value" in one and not one["slice"]}


def test_a_file_is_scored_alone_and_the_scores_are_right(pairs: Path, tmp_path: Path) -> None:
    settings = [part for one in SETTINGS for part in ("--set", one)]
    result = called("evaluate", pairs, "--metric", "grounding", *settings, "--out", tmp_path / "run")
    found = values(result)
    assert found["grounding-name-precision"] == pytest.approx(1 / 2)  # Maria Lopez, and Peter Smith who is not there
    assert result["facts"].keys() == {"evaluate"} and "documents" not in result["facts"]["evaluate"]
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "Scores of pairs.jsonl" in page and "stage was not run" not in page
    again = CliRunner().invoke(app, ["run", str(tmp_path / "run" / "config.yaml"), "--out", str(tmp_path / "again")])
    assert again.exit_code == 0, again.output
    assert (tmp_path / "again" / "evaluation.json").read_bytes() == (tmp_path / "run" / "evaluation.json").read_bytes()


def test_several_metrics_score_one_file(pairs: Path, tmp_path: Path) -> None:
    pairs.write_text('{"output": "write to jane.doe@example.org", "source": "a"}\n')
    result = called(
        "evaluate", pairs, "--metric", "output-privacy", "--metric", "output-toxicity", "--out", tmp_path / "r"
    )
    assert {one["metric"] for one in result["scores"]} >= {"output-privacy", "output-toxicity"}


def test_a_config_without_a_model_measures_what_it_names(pairs: Path, tmp_path: Path) -> None:
    config = tmp_path / "x.yaml"
    config.write_text(
        "corpus: {source: jsonl, path: pairs.jsonl, text: summary}\ncurate: []\naudit: []\n"
        "evaluate: {metrics: [{grounding: {pairs_file: pairs.jsonl, source: article, output: summary, "
        "entailment: null}}, perplexity]}\n"
    )
    for command in ("run", "evaluate"):
        result = called(command, config, "--out", tmp_path / command)
        assert "grounding-ngram-support" in values(result)
        gaps = {one["metric"]: one["reason"] for one in result["scores"] if "reason" in one}
        assert "perplexity" in gaps and "distinct-n" not in gaps
        assert "suite" not in result["facts"]["evaluate"]


def test_a_metric_joins_what_a_run_has(finished: Path, pairs: Path, tmp_path: Path) -> None:
    run = shutil.copytree(finished, tmp_path / "run")
    settings = [part for one in (f"pairs_file={pairs}", *SETTINGS) for part in ("--set", one)]
    result = called("evaluate", run, "--suite", "quality", "--metric", "grounding", *settings)
    assert {"perplexity", "grounding-ngram-support"} <= {one["metric"] for one in result["scores"] if "value" in one}


def test_an_audit_of_a_config_with_metrics_brings_no_torch(pairs: Path, tmp_path: Path) -> None:
    config = tmp_path / "x.yaml"
    config.write_text(
        "corpus: {source: jsonl, path: pairs.jsonl, text: summary}\ncurate: []\n"
        "evaluate: {metrics: [{bbq: {answers_file: pairs.jsonl}}]}\n"
    )
    program = (
        "import sys\nfrom pathlib import Path\nfrom headwater.pipeline.commands import stages\n"
        f"stages(Path({str(config)!r}), Path({str(tmp_path / 'run')!r}), 'report',\n"
        "       workers=None, json=False, quiet=True, model=False)\nassert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-P", "-c", program], check=True)
    assert not (tmp_path / "run" / "evaluation.json").exists()


@pytest.mark.parametrize("name", METRICS.names())
def test_every_metric_survives_a_run_without_documents_and_without_a_model(
    name: str, pairs: Path, tmp_path: Path
) -> None:
    config = tmp_path / "x.yaml"
    needed = [one.name for one in METRICS.describe(name).parameters if one.default is None and one.name != "subject"]
    options = {key: "pairs.jsonl" if key.endswith("_file") else "x" for key in needed}
    config.write_text(
        f"corpus: {{source: none}}\ncurate: []\nevaluate: {{metrics: [{{{name}: {json.dumps(options)}}}]}}\n"
    )
    result = called("run", config, "--out", tmp_path / "run")
    assert all("reason" in one for one in result["scores"]) or name == "detector-bias"
    assert result["scores"]


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        (["FILE"], UsageError, "say what is to be done with it: --metric NAME"),
        (["nowhere.jsonl", "--metric", "bbq"], InputError, "no such file or folder; give a config, a run folder"),
        (["FILE", "--metric", "groundng"], UnknownName, 'did you mean "grounding"'),
        (["FILE", "--set", "bins=1"], UsageError, "name them with --metric"),
        (["FILE", "--metric", "grounding", "--set", "source"], UsageError, "write KEY=VALUE"),
        (["FILE", "--metric", "grounding", "--set", "sourc=a"], UsageError, 'did you mean "source"'),
        (["FILE", "--metric", "grounding", "--set", "bbq.source=a"], UsageError, "no --metric 'bbq'"),
        (["FILE", "--metric", "calibration", "--set", "bins=abc"], ConfigError, "calibration.bins: .*valid integer"),
        (["FILE", "--metric", "refusal"], UsageError, "takes 2 files; say which one this is: --set refusal.twins_file"),
        (["FILE", "--metric", "perplexity"], UsageError, "takes no file of answers; give --model and --corpus"),
        (["FILE", "--metric", "bbq", "--set", "answers_file=x.jsonl"], UsageError, "is that file already; name one"),
        (["FILE", "--metric", "bbq"], IncompleteError, "nothing could be measured; 'headwater explain bbq' tells"),
        (["CONFIG"], UsageError, "there is nothing to score: no model, and no metric"),
    ],
)
def test_wrong_calls_say_what_to_do(
    arguments: list[str],
    kind: type[HeadwaterError],
    said: str,
    pairs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.yaml").write_text("corpus: {source: jsonl, path: pairs.jsonl}\n")
    names = {"FILE": str(pairs), "CONFIG": "x.yaml"}
    done = CliRunner().invoke(app, ["evaluate", *(names.get(one, one) for one in arguments)])
    with pytest.raises(kind, match=said):
        raise done.exception or AssertionError(done.output)


def test_what_is_not_measured_is_printed_with_its_reason(pairs: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["evaluate", str(pairs), "--metric", "grounding", "--set", "source=artcle", "--out",
                                    str(tmp_path / "run")])  # fmt: skip
    assert "not measured  grounding: pairs.jsonl: no column 'artcle'; did you mean \"article\"?" in done.output


def test_values_are_yaml_and_texts_stay_texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = ["detector-validity", "grounding"]
    settings = ["positive=yes", "grounding.tolerance=0.1", "detector-validity.slices=[topic, length]", "embedding=true",
                "labelled_file=x.csv"]  # fmt: skip
    found = dict(named_metrics(names, settings))
    assert found["detector-validity"] == {"positive": "yes", "slices": ["topic", "length"],
                                          "labelled_file": str(tmp_path / "x.csv")}  # fmt: skip
    assert found["grounding"] == {"positive": "yes", "tolerance": 0.1, "embedding": True}


def test_the_needed_file_is_the_one_that_is_scored_and_a_set_one_leaves_the_other(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    assert with_file((("captions", {}),), file) == (("captions", {"captions_file": str(file)}),)
    told = {"twins_file": "t.jsonl"}
    assert with_file((("refusal", told),), file) == (("refusal", {**told, "replies_file": str(file)}),)
    assert with_file((("refusal", {"twins_file": str(file)}),), file) == (("refusal", {"twins_file": str(file)}),)
