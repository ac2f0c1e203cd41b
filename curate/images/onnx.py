"""An image detector from an ONNX file of the user's own: nothing is shipped, nothing is downloaded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image

from ...core import ConfigError, InputError, UsageError, sha256_file
from .image_detector import IMAGE_DETECTORS, Floats, Pixels

Layout = Literal["NCHW", "NHWC"]
Activation = Literal["none", "sigmoid", "softmax"]
BATCH = 32
LARGEST = 4 << 30


@dataclass(slots=True)
class OnnxDetector:
    """Scores of one output of a model; see :func:`onnx`."""

    name: str
    path: Path
    size: int
    layout: Layout
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    positive: tuple[int, ...]
    activation: Activation
    _hash: str = ""
    _session: Any = field(default=None, repr=False)

    @property
    def protocol(self) -> str:
        """The hash of the model and how pictures get into it."""
        return f"onnx/1 model {self._hash[:16]}, {self.size} pixels, {self.layout}, output {list(self.positive)}"

    def scores(self, images: Sequence[Pixels]) -> Floats:
        """Scores of each image: the sum over the positive outputs; each is run by itself in a batch of one shape."""
        session = self._opened()
        entry = session.get_inputs()[0].name
        scores = [np.zeros(0)]
        for start in range(0, len(images), BATCH):
            batch = np.stack([self._prepared(image) for image in images[start : start + BATCH]])
            output = np.asarray(session.run(None, {entry: batch})[0], np.float64).reshape(len(batch), -1)
            scores.append(self._positive(output))
        return np.clip(np.concatenate(scores), 0.0, 1.0)

    def _opened(self) -> Any:
        if self._session is None:
            self._session = _runtime().InferenceSession(str(self.path), providers=["CPUExecutionProvider"])
        return self._session

    def _prepared(self, pixels: Pixels) -> np.ndarray:
        shown = pixels[:, :, :3] if pixels.shape[2] >= 3 else np.repeat(pixels[:, :, :1], 3, axis=2)
        image = Image.fromarray(np.ascontiguousarray(shown)).resize((self.size, self.size), Image.Resampling.BILINEAR)
        scaled = (np.asarray(image, np.float32) / 255 - np.array(self.mean, np.float32)) / np.array(
            self.deviation, np.float32
        )
        return np.ascontiguousarray(scaled.transpose(2, 0, 1) if self.layout == "NCHW" else scaled)

    def _positive(self, output: np.ndarray) -> np.ndarray:
        if max(self.positive) >= output.shape[1]:
            raise UsageError(
                f"onnx: the model has {output.shape[1]} outputs, but 'positive' names {list(self.positive)}; they "
                "count from 0"
            )
        if self.activation == "softmax":
            raised = np.exp(output - output.max(axis=1, keepdims=True))
            output = raised / raised.sum(axis=1, keepdims=True)
        elif self.activation == "sigmoid":
            output = 1 / (1 + np.exp(-output))
        return np.asarray(output[:, list(self.positive)].sum(axis=1))


def _runtime() -> Any:
    try:
        import onnxruntime
    except ImportError:
        raise ConfigError("onnx: needs the library onnxruntime; install it with: pip install onnxruntime") from None
    return onnxruntime


@IMAGE_DETECTORS.register("onnx", source="https://onnx.ai")
def onnx(
    path: str,
    size: int = 224,
    layout: Layout = "NCHW",
    mean: Sequence[float] = (0.485, 0.456, 0.406),
    deviation: Sequence[float] = (0.229, 0.224, 0.225),
    positive: Sequence[int] = (1,),
    activation: Activation = "softmax",
) -> OnnxDetector:
    """A classifier of images in an ONNX file of your own, run on the CPU by onnxruntime.

    ``path`` is the file; no model comes with headwater. Images are scaled to ``size`` x ``size``, brought to 0 to 1,
    less ``mean`` and divided by ``deviation`` (those of ImageNet), in the order ``layout``. The score is the sum of the
    outputs ``positive`` (counted from 0) after ``activation``.
    """
    place = Path(path)
    if not place.is_file():
        raise InputError(f"{path}: no such file; 'path' is an ONNX model of your own")
    if place.stat().st_size > LARGEST:
        raise InputError(f"{path}: more than {LARGEST:,} bytes, which no image classifier needs; check the file")
    if not 8 <= size <= 2048 or not positive or min(positive) < 0 or len(mean) != 3 or len(deviation) != 3:
        raise UsageError(
            "onnx: size must be from 8 to 2048, positive a list of outputs from 0, mean and deviation three numbers"
        )
    if min(deviation) <= 0:
        raise UsageError("onnx: deviation must be above 0")
    found = OnnxDetector(
        "onnx", place, size, layout, tuple(mean), tuple(deviation), tuple(positive), activation
    )  # fmt: skip
    found._hash = sha256_file(place)
    return found
