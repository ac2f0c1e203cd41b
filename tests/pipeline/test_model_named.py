"""``--model`` by a path, an installed package or an address; suites and published sets by options."""

import importlib
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from headwater.core import ConfigError, InputError, UsageError
from headwater.models import Server, Service, load, system_clock
from headwater.pipeline.cli import app
from headwater.pipeline.model_named import model_named

FILES = Path(__file__).parent.parent / "models" / "pretrained" / "files"


def evaluate(*arguments: object) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["evaluate", *map(str, arguments), "--json"])
    assert done.exit_code == 0, repr(done.exception) + done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package ``tiny-model`` with a Hugging Face folder in it."""
    site = tmp_path / "site"
    folder = shutil.copytree(FILES / "llama", site / "tiny_model" / "model")
    info = site / "tiny_model-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
    files = [path.relative_to(site) for path in site.rglob("*") if path.is_file()]
    (info / "RECORD").write_text("".join(f"{path},,\n" for path in files))
    monkeypatch.syspath_prepend(str(site))
    importlib.invalidate_caches()
    return folder


@pytest.fixture
def url(finished: Path) -> Iterator[str]:
    server = Server(Service(load(finished / "checkpoint"), "river", system_clock), "127.0.0.1", 0)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.url
    server.stop()
    thread.join()


def test_a_package_with_weights_in_it_is_a_model(package: Path) -> None:
    assert model_named("tiny-model") == package
    shutil.copytree(package, package.parent / "other")
    record = package.parent.parent / "tiny_model-1.0.dist-info" / "RECORD"
    record.write_text(record.read_text() + record.read_text().replace("/model/", "/other/"))
    with pytest.raises(UsageError, match="holds 2 models \\(model, other\\); give the path of one"):
        model_named("tiny-model")


def test_a_package_without_weights_is_told_from_a_name_that_is_nothing() -> None:
    with pytest.raises(InputError, match="numpy: the installed package holds no model .*give another package"):
        model_named("numpy")


@pytest.mark.parametrize("name", ["no-such-model", "", "../x"])
def test_what_is_no_model_is_said(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if name:
        with pytest.raises(InputError, match="no file, folder or installed package with a model"):
            model_named(name)


def test_a_server_of_ours_says_what_it_can_do(url: str) -> None:
    found = model_named(url)
    assert isinstance(found, dict)
    assert found["model"] == "river" and {"sample", "prompt_logprob"} <= set(found["capabilities"])
    assert model_named(f"{url}#river") == found
    assert model_named(f"{url}#other")["capabilities"] == ["sample"]  # type: ignore[index]


def test_a_suite_is_run_over_http_as_it_is_on_the_model_itself(url: str, finished: Path, tmp_path: Path) -> None:
    data = finished.parent / "corpus.jsonl"
    result = evaluate("--model", url, "--corpus", data, "--suite", "quality", "--out", tmp_path / "run")
    assert result["facts"]["evaluate"]["suite"] == "quality/1"
    assert any("value" in score for score in result["scores"] if score["metric"] == "perplexity")


def test_a_suite_and_sets_join_what_a_run_says(finished: Path, tmp_path: Path) -> None:
    run = shutil.copytree(finished, tmp_path / "run")
    (tmp_path / "sets").mkdir()
    result = evaluate(run, "--suite", "quality", "--sets", tmp_path / "sets")
    assert result["facts"]["evaluate"]["suite"] == "quality/1"
    assert f"sets: {tmp_path / 'sets'}" in (run / "config.yaml").read_text()


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        ([], UsageError, "give either a target"),
        (["run", "--model", "x"], UsageError, "give either a target"),
        (["--model", "x"], UsageError, "--model needs --corpus"),
        (["RUN", "--suite", "qick"], UsageError, "no suite 'qick'; did you mean \"quick\""),
        (["RUN", "--sets", "nowhere"], ConfigError, "evaluate.sets: .*nowhere: no such folder"),
    ],
)
def test_wrong_calls_are_explained(
    arguments: list[str], kind: type[Exception], said: str, finished: Path, tmp_path: Path
) -> None:
    run = str(shutil.copytree(finished, tmp_path / "run")) if "RUN" in arguments else ""
    done = CliRunner().invoke(app, ["evaluate", *(run if one == "RUN" else one for one in arguments)])
    assert isinstance(done.exception, kind)
    with pytest.raises(kind, match=said):
        raise done.exception
