"""Images of a model made elsewhere through the whole line."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import yaml
from typer.testing import CliRunner

from headwater.pipeline.cli import app

QUIET = SimpleNamespace(logging=SimpleNamespace(disable_progress_bar=lambda: None))


class Pipeline:
    @classmethod
    def from_pretrained(cls, path: str, **_: Any) -> "Pipeline":
        return cls()

    def set_progress_bar_config(self, disable: bool) -> None:
        pass

    def __call__(self, batch_size: int, generator: torch.Generator, output_type: str) -> Any:
        return SimpleNamespace(images=torch.rand((batch_size, 8, 8, 1), generator=generator).numpy())


def test_a_pipeline_directory_gets_a_frechet_distance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "diffusers", SimpleNamespace(DiffusionPipeline=Pipeline, utils=QUIET))  # type: ignore[arg-type]
    (tmp_path / "pipe").mkdir()
    (tmp_path / "pipe" / "model_index.json").write_text(json.dumps({"_class_name": "DDPMPipeline"}))
    values = {
        "corpus": {"source": "digits"}, "audit": [], "sample": {"images": 40},
        "model": {"external": {"kind": "diffusers", "path": "pipe", "name": "noise"}},
        "evaluate": {"metrics": [{"frechet-distance": {"images": 40}}], "suites": []},
    }  # fmt: skip
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(values), "utf-8")
    done = CliRunner().invoke(app, ["run", str(tmp_path / "run.yaml"), "--out", str(tmp_path / "run"), "--json"])
    assert done.exit_code == 0, repr(done.exception)
    scores = {tuple(score["slice"].values()): score for score in json.loads(done.stdout)["scores"]
              if score["metric"] == "frechet-distance"}  # fmt: skip
    assert scores[()]["value"] > scores[("real against real",)]["value"] > 0
