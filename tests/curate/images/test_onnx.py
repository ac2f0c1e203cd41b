import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from headwater.core import ConfigError, InputError, UsageError
from headwater.curate.images import onnx


class Session:
    """A model with two outputs: the mean of the picture's red, and its negative."""

    def __init__(self, path: str, providers: list[str]) -> None:
        assert providers == ["CPUExecutionProvider"]

    def get_inputs(self) -> list[Any]:
        return [SimpleNamespace(name="pixels")]

    def run(self, outputs: None, given: dict[str, np.ndarray]) -> list[np.ndarray]:
        batch = given["pixels"]
        assert batch.dtype == np.float32
        red = batch[:, 0] if batch.shape[1] == 3 else batch[..., 0]
        mean = red.reshape(len(batch), -1).mean(axis=1)
        return [np.stack([-mean, mean], axis=1)]


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(sys.modules, "onnxruntime", SimpleNamespace(InferenceSession=Session))
    path = tmp_path / "model.onnx"
    path.write_bytes(b"model")
    return str(path)


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_pixels_are_scaled_and_outputs_activated_as_stated(model: str, layout: Any) -> None:
    red = np.zeros((10, 14, 3), np.uint8)
    red[:, :, 0] = 255
    detector = onnx(model, size=16, layout=layout, mean=(0.5, 0.5, 0.5), deviation=(0.5, 0.5, 0.5))
    softmax = np.exp(1) / (np.exp(1) + np.exp(-1))
    assert np.allclose(detector.scores([red, 255 - red]), [softmax, 1 - softmax], atol=1e-6)
    assert len(detector.scores([red] * 70)) == 70


def test_grey_images_become_three_channels(model: str) -> None:
    detector = onnx(model, size=8, mean=(0.0, 0.0, 0.0), deviation=(1.0, 1.0, 1.0), activation="none")
    assert np.allclose(detector.scores([np.full((5, 5, 1), 51, np.uint8)]), [0.2])


def test_output_that_the_model_does_not_have_ends_in_a_sentence(model: str) -> None:
    with pytest.raises(UsageError, match="2 outputs"):
        onnx(model, positive=[2]).scores([np.zeros((4, 4, 3), np.uint8)])


def test_protocol_names_the_hash_of_the_model(model: str) -> None:
    before = onnx(model).protocol
    Path(model).write_bytes(b"another")
    assert onnx(model).protocol != before


def test_missing_library_and_missing_file_say_what_to_do(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ConfigError, match="pip install onnxruntime"):
        onnx(model).scores([np.zeros((4, 4, 3), np.uint8)])
    with pytest.raises(InputError, match="no such file"):
        onnx(model + "x")


@pytest.mark.parametrize("options", [{"size": 1}, {"positive": ()}, {"deviation": (0.0, 1.0, 1.0)}, {"mean": (0.1,)}])
def test_wrong_options_end_in_a_sentence(model: str, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="onnx"):
        onnx(model, **options)
