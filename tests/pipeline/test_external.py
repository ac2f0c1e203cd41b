"""A model made elsewhere through every command, on a server of this machine."""

import json
import math
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from headwater.core import ConfigError, StageReport, TemporaryError
from headwater.models import load
from headwater.pipeline.cli import app
from headwater.pipeline.config import effective_yaml, load_config

WORDS = ("river", "rises", "above", "old", "mill", "runs", "past", "seven", "quiet", "farms", "meet", "sea")
KEY = "sk-river-0123456789abcdef-secret"


def write_corpus(path: Path, documents: int) -> None:
    rows = [" ".join(f"{word}{n * k % 89}" for k, word in enumerate(WORDS, 2)) for n in range(documents)]
    path.write_text("".join(json.dumps({"text": row}) + "\n" for row in rows), "utf-8")


class River:
    """Answers with a piece of the corpus and the key it was given; scores every character alike."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.texts: list[str] = []
        self.url, self.dead = "", False


@pytest.fixture
def river() -> Iterator[River]:
    state = River()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.asked.append(body)
            status = 401 if state.dead or self.headers["Authorization"] != f"Bearer {KEY}" else 200
            content = json.dumps(answer(state, body) if status == 200 else {"error": {"message": KEY}}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    yield state
    server.shutdown()
    server.server_close()


def answer(state: River, body: dict[str, Any]) -> dict[str, Any]:
    usage = {"prompt_tokens": 8, "completion_tokens": body["max_tokens"]}
    if body.get("echo"):
        tokens = list(body["prompt"])
        logs = {"tokens": tokens, "token_logprobs": [None, *[-math.log(16)] * (len(tokens) - 1)]}
        return {"choices": [{"text": body["prompt"], "logprobs": logs}], "usage": usage}
    text = state.texts[body["seed"] % len(state.texts)][:120]
    return {"choices": [{"text": f"{text} {KEY}"}], "usage": usage}


@pytest.fixture
def config(river: River, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_corpus(tmp_path / "corpus.jsonl", 60)
    river.texts = [json.loads(line)["text"] for line in (tmp_path / "corpus.jsonl").read_text("utf-8").splitlines()]
    monkeypatch.setenv("RIVER_KEY", KEY)
    external = {
        "kind": "openai", "url": river.url, "model": "river-1", "key": "RIVER_KEY", "retries": 0,
        "capabilities": ["sample", "prompt_logprob", "seedable"], "prices": {"input": 1, "output": 2},
    }  # fmt: skip
    values = {
        "corpus": {"source": "jsonl", "path": "corpus.jsonl"},
        "curate": ["exact-duplicates"],
        "audit": ["composition"],
        "model": {"external": external},
        "sample": {"free": 6, "repeats": 2, "repeat_samples": 3, "counterfactual": 4, "prefix_tokens": 4,
                   "continuation_tokens": 4},
    }  # fmt: skip
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(values), "utf-8")
    return tmp_path / "run.yaml"


def headwater(*words: str) -> str:
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_sample_evaluate_and_report_work_end_to_end(config: Path, river: River, tmp_path: Path) -> None:
    out = str(tmp_path / "run")
    headwater("sample", str(config), "--out", out, "--quiet")
    headwater("evaluate", out, "--quiet")
    found = json.loads(headwater("run", out, "--json"))
    scores = {(score["metric"], *score["slice"].values()): score for score in found["scores"]}
    assert scores[("samples-with-overlap",)]["value"] == 1.0
    assert scores[("perplexity", "corpus, training unknown")]["value"] == pytest.approx(16)
    assert scores[("bits-per-byte", "corpus, training unknown")]["value"] == pytest.approx(4, rel=0.02)
    assert "what river-1 was trained on is unknown" in scores[("extractable",)]["reason"]
    assert "HW-T060" in {finding["code"] for finding in found["findings"]}
    assert found["facts"]["evaluate"]["requests"] == len(river.asked)
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "What river-1 was trained on is unknown" in page
    assert "A model made elsewhere: how it is asked" in page
    assert "The model that was trained on the curated corpus" not in page


def test_the_key_is_nowhere(config: Path, river: River, tmp_path: Path) -> None:
    out = str(tmp_path / "run")
    said = headwater("run", str(config), "--out", out)
    river.dead = True
    config.write_text(config.read_text("utf-8").replace("free: 6", "free: 7"), "utf-8")
    refused = CliRunner().invoke(app, ["sample", str(config), "--out", out])
    assert "status 401" in str(refused.exception) and "RIVER_KEY" in str(refused.exception)
    assert KEY not in said + refused.output + repr(refused.exception)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


def test_a_killed_run_asks_nothing_twice(config: Path, river: River, tmp_path: Path) -> None:
    out = str(tmp_path / "run")
    headwater("train", str(config), "--out", out, "--quiet")
    assert river.asked == []
    texts, river.texts = river.texts, []  # a division by zero in the server: it dies at the first question
    river.dead = True
    assert CliRunner().invoke(app, ["sample", out]).exit_code != 0
    river.dead, river.texts = False, texts
    before = len(river.asked)
    headwater("sample", out, "--quiet")
    asked = [json.dumps(body, sort_keys=True) for body in river.asked[before:]]
    assert len(asked) == len(set(asked)) == 6 + 6 + 8
    (tmp_path / "run" / "samples" / "samples.parquet").unlink()
    headwater("run", out, "--quiet")
    again = [body for body in river.asked[before + len(asked) :] if not body.get("echo")]
    assert again == []


def test_a_server_that_is_away_leaves_no_final_gap(config: Path, river: River, tmp_path: Path) -> None:
    out = str(tmp_path / "run")
    headwater("sample", str(config), "--out", out, "--quiet")
    river.dead = True
    away = CliRunner().invoke(app, ["evaluate", out, "--quiet"])
    assert isinstance(away.exception, TemporaryError)
    assert not (tmp_path / "run" / "evaluation.json").exists()
    river.dead = False
    scores = json.loads(headwater("evaluate", out, "--json"))["scores"]
    assert any(score["metric"] == "perplexity" and "value" in score for score in scores)


def test_the_description_names_no_key_path_or_time(config: Path, river: River, tmp_path: Path) -> None:
    headwater("train", str(config), "--out", str(tmp_path / "run"), "--quiet")
    run = json.loads((tmp_path / "run" / "checkpoint" / "run.json").read_text("utf-8"))
    assert (run["name"], run["kind"], run["training_data"]) == ("river-1", "openai", "unknown")
    assert run["parameters"]["url"] == river.url
    assert str(tmp_path) not in json.dumps(run)
    report = StageReport.load(tmp_path / "run" / "training.json")
    assert report.facts["training data"] == "unknown"
    assert load(tmp_path / "run" / "checkpoint").hash == report.detail["checkpoint"]


def test_finished_samples_need_no_model(tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus.jsonl", 60)
    text = json.loads((tmp_path / "corpus.jsonl").read_text("utf-8").splitlines()[0])["text"]
    (tmp_path / "outputs.jsonl").write_text(json.dumps({"prompt": "Say", "output": text[:150]}) + "\n", "utf-8")
    values = {
        "corpus": {"source": "jsonl", "path": "corpus.jsonl"}, "curate": [],
        "model": {"external": {"kind": "samples", "path": "outputs.jsonl", "name": "their model"}},
    }  # fmt: skip
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(values), "utf-8")
    found = json.loads(headwater("evaluate", str(tmp_path / "run.yaml"), "--out", str(tmp_path / "run"), "--json"))
    scores = {score["metric"]: score for score in found["scores"] if "reason" not in score}
    reasons = {score["metric"]: score["reason"] for score in found["scores"] if "reason" in score}
    assert scores["samples-with-overlap"]["value"] == 1.0
    assert "their model holds what a model made, not the model" in reasons["perplexity"]
    headwater("report", str(tmp_path / "run")) if (tmp_path / "run" / "manifest.json").exists() else None
    text_of_run = (tmp_path / "run" / "checkpoint" / "run.json").read_text("utf-8")
    assert str(tmp_path) not in text_of_run


def test_the_config_survives_its_own_effective_form(config: Path, tmp_path: Path) -> None:
    first = load_config(config)
    (tmp_path / "again.yaml").write_text(effective_yaml(first), "utf-8")
    assert load_config(tmp_path / "again.yaml").model == first.model


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ({"external": {"kind": "openai", "url": "https://a.org/v1"}, "steps": 3}, "is not trained; take out steps"),
        ({"external": "openai"}, "write {kind: NAME, option: value}"),
        ({"external": {"url": "https://a.org/v1"}}, "write {kind: NAME, option: value}"),
        ({"externel": {}}, 'did you mean "external"'),
    ],
)
def test_a_wrong_external_model_is_explained(tmp_path: Path, model: Any, reason: str) -> None:
    values = {"corpus": {"source": "jsonl", "path": "corpus.jsonl"}, "model": model}
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(values), "utf-8")
    with pytest.raises(ConfigError, match=reason):
        load_config(tmp_path / "run.yaml")


def test_a_wrong_option_fails_before_any_work(tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus.jsonl", 5)
    values = {
        "corpus": {"source": "jsonl", "path": "corpus.jsonl"},
        "model": {"external": {"kind": "openai", "url": "https://ada:pw@a.org/v1", "model": "x"}},
    }
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(values), "utf-8")
    done = CliRunner().invoke(app, ["run", str(tmp_path / "run.yaml"), "--out", str(tmp_path / "run")])
    assert "model.external: url: must hold no user, password" in str(done.exception)
    assert not (tmp_path / "run" / "corpus").exists()
