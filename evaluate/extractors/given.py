"""Features from a module or a function of the user's."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from safetensors.torch import save
from torch import nn

from ...core import UsageError, generator, sha256
from ..statistics import Floats

BATCH, PROBES, PROBE_SIDE = 64, 8, 32
Pictures = Sequence[np.ndarray]


def given_extractor(given: Any) -> tuple[str, str, str, Callable[[Pictures], Floats]]:
    """Name, hash, sizes and features of a module or callable.

    A module gets float32 (n, C, H, W) in 0..1, in evaluation mode; a callable uint8 (n, H, W, C). Either gets the
    images as they are, and gives (n, d). A module is named by its weights; a callable by its attribute ``hash``, or
    else by what it answers to a few fixed images, so that any change of its answers is a change of its name.
    """
    if isinstance(given, nn.Module):
        name, call = type(given).__name__, _of_module(given)
        weights = {key: value.contiguous().clone() for key, value in given.state_dict().items()}
        return name, sha256(save(weights, {"module": name})), "images as they are, 0..1", call
    name = str(getattr(given, "__name__", type(given).__name__))
    call = _batched(given, name)
    own = getattr(given, "hash", None)
    return name, str(own) if own else _probed(call), "images as they are, 0..255", call


def _of_module(module: nn.Module) -> Callable[[Pictures], Floats]:
    def batch(pixels: np.ndarray) -> Any:
        with torch.inference_mode():
            return module(torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))).float() / 255)

    def features(images: Pictures) -> Floats:
        training = module.training
        module.eval()
        try:
            return _batched(batch, type(module).__name__)(images)
        finally:
            module.train(training)

    return features


def _batched(call: Callable[[np.ndarray], Any], name: str) -> Callable[[Pictures], Floats]:
    def features(images: Pictures) -> Floats:
        from .base import one_shape

        pixels = one_shape(images, name)
        parts = [_rows(call(pixels[low : low + BATCH]), name) for low in range(0, len(pixels), BATCH)]
        found = np.concatenate(parts)
        if len(found) != len(pixels) or not np.isfinite(found).all():
            raise UsageError(f"extractor {name}: {len(pixels)} images need as many rows of finite features")
        return found

    return features


def _rows(answer: Any, name: str) -> Floats:
    array = answer.detach().cpu().numpy() if isinstance(answer, torch.Tensor) else np.asarray(answer)
    if not np.issubdtype(array.dtype, np.number) or array.ndim < 2:
        raise UsageError(f"extractor {name}: features must be numbers of shape (n, d), not {array.shape}")
    return array.astype(np.float64).reshape(len(array), -1)


def _probed(call: Callable[[Pictures], Floats]) -> str:
    """SHA-256 of the answers, at six digits, to fixed images of one and of three channels."""
    found = b""
    for channels in (1, 3):
        shape = (PROBES, PROBE_SIDE, PROBE_SIDE, channels)
        pixels = generator(0, "extractor probes", channels).integers(0, 256, shape).astype(np.uint8)
        try:
            rows = call(list(pixels))
        except Exception as error:  # a function may take one kind of image only: that, too, is what it is known by
            found += type(error).__name__.encode()
            continue
        found += " ".join(f"{value:.5e}" for value in rows.ravel()).encode()
    return sha256(found)
