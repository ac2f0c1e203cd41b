"""A diffusers directory: what is refused unread, and what the library (here a stand-in) is asked for."""

import json
import pickle
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from headwater.core import IncompleteError, InputError, UsageError
from headwater.models import attach, load
from headwater.models.adapters import DiffusersModel

INDEX = {
    "_class_name": "DDPMPipeline",
    "_diffusers_version": "0.42.1",
    "scheduler": ["diffusers", "DDPMScheduler"],
    "unet": ["diffusers", "UNet2DModel"],
    "safety_checker": [None, None],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "pipeline"
    (made / "unet").mkdir(parents=True)
    (made / "model_index.json").write_text(json.dumps(INDEX))
    (made / "unet" / "config.json").write_text("{}")
    (made / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"weights")
    return made


QUIET = SimpleNamespace(logging=SimpleNamespace(disable_progress_bar=lambda: None))


class Pipeline:
    """Grey images whose tone comes from the generator it is given."""

    asked: list[dict[str, Any]] = []

    @classmethod
    def from_pretrained(cls, path: str, **options: Any) -> "Pipeline":
        wanted = {"use_safetensors": True, "local_files_only": True, "trust_remote_code": False}
        assert options == {**wanted, "low_cpu_mem_usage": False}
        return cls()

    def set_progress_bar_config(self, disable: bool) -> None:
        assert disable

    def __call__(
        self, batch_size: int, generator: torch.Generator, output_type: str, num_inference_steps: int = 5
    ) -> Any:
        self.asked.append({"batch_size": batch_size, "steps": num_inference_steps, "output_type": output_type})
        return SimpleNamespace(images=torch.rand((batch_size, 4, 4, 3), generator=generator).numpy())


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    Pipeline.asked = []
    monkeypatch.setitem(sys.modules, "diffusers", SimpleNamespace(DiffusionPipeline=Pipeline, utils=QUIET))  # type: ignore[arg-type]


def test_images_come_in_batches_with_a_seed_each(folder: Path, library: None) -> None:
    model = DiffusersModel(str(folder), steps=7, batch=2)
    images = model.sample_images(5, seed=3)
    assert (images.shape, images.dtype) == ((5, 4, 4, 3), np.uint8)
    assert [one["batch_size"] for one in Pipeline.asked] == [2, 2, 1]
    assert Pipeline.asked[0] == {"batch_size": 2, "steps": 7, "output_type": "np"}
    assert np.array_equal(images, DiffusersModel(str(folder), steps=7, batch=2).sample_images(5, seed=3))
    assert not np.array_equal(images, model.sample_images(5, seed=4))
    assert not np.array_equal(images[:2], images[2:4])


def test_a_pixel_is_the_nearest_of_256_levels(folder: Path, library: None) -> None:
    images = DiffusersModel(str(folder), steps=1, batch=3).sample_images(3, seed=0)
    from headwater.core import derive_seed

    expected = torch.rand((3, 4, 4, 3), generator=torch.Generator().manual_seed(derive_seed(0, "batch", 0))).numpy()
    assert np.abs(images / 255 - expected).max() <= 0.5 / 255 + 1e-6


@pytest.mark.parametrize(
    "name", ["unet/diffusion_pytorch_model.bin", "a.ckpt", "b.PT", "c.pkl", "d.pth", "unet/model.py", "e.so", "f.npy"]
)
def test_pickles_and_code_are_refused_before_a_byte_is_read(folder: Path, library: None, name: str) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return (Path.touch, (folder / "exploded",))

    (folder / name).write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(InputError, match="convert the weights to safetensors and remove the file"):
        DiffusersModel(str(folder))
    assert not (folder / "exploded").exists() and Pipeline.asked == []


@pytest.mark.parametrize(
    ("file", "values", "reason"),
    [
        ("model_index.json", {**INDEX, "unet": ["my_code", "Net"]}, "unet comes from 'my_code'"),
        ("model_index.json", {**INDEX, "_class_name": ["my_code", "Pipe"]}, "custom pipelines are not run"),
        ("model_index.json", {**INDEX, "custom_pipeline": "lake/pipe"}, "code from elsewhere"),
        ("model_index.json", {**INDEX, "unet": ["diffusers"]}, r"unet is not \[library, class\]"),
        ("unet/config.json", {"auto_map": {"AutoModel": "code.Net"}}, "code from elsewhere"),
    ],
)
def test_remote_code_is_refused(folder: Path, file: str, values: Any, reason: str) -> None:
    (folder / file).write_text(json.dumps(values))
    with pytest.raises(InputError, match=reason):
        DiffusersModel(str(folder))


def test_a_folder_that_is_no_pipeline_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no diffusers pipeline \(no model_index.json\)"):
        DiffusersModel(str(tmp_path))


def test_other_weights_are_another_model_and_swapped_ones_are_noticed(folder: Path, library: None) -> None:
    first = DiffusersModel(str(folder))
    (folder / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"others")
    assert DiffusersModel(str(folder)).hash != first.hash
    with pytest.raises(InputError, match="has changed since it was read"):
        first.sample_images(1)


def test_the_description_names_no_path_and_cannot_draw_alone(folder: Path, tmp_path: Path) -> None:
    model = DiffusersModel(str(folder))
    attach(model, tmp_path / "run" / "checkpoint")
    assert str(tmp_path) not in (tmp_path / "run" / "checkpoint" / "run.json").read_text("utf-8")
    again = load(tmp_path / "run" / "checkpoint")
    assert again.hash == model.hash
    with pytest.raises(IncompleteError, match="where it lies is not recorded"):
        again.sample_images(1)


def test_without_the_library_the_extra_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(UsageError, match=r"pip install 'headwater\[diffusers\]'"):
        DiffusersModel(str(folder)).sample_images(1)
