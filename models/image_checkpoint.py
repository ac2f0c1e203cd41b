"""A trained model of images, whatever its family: samples by number, with labels."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..core import InputError, UsageError, did_you_mean, generator
from .checkpoint import BaseCheckpoint, Parts
from .image_data import class_indices
from .noise import Noise
from .samplers import choose


class ImageCheckpoint(BaseCheckpoint):
    """See :class:`models.base.Checkpoint`. A family gives the network and what it can sample with.

    ``chunk`` images are computed at a time, never fewer: so an image is the same to the bit however many are asked for.
    """

    modality = "image"
    capabilities = frozenset({"images", "seedable"})
    chunk = 64
    guides = False

    def __init__(self, folder: Path, parts: Parts, network: nn.Module) -> None:
        super().__init__(folder, parts)
        network.load_state_dict(dict(parts.weights))
        self.network: Any = network.eval()
        if self.network.likelihood != "none":
            self.capabilities = self.capabilities | {"likelihood"}
        shape = parts.run["network"]
        self.shape: tuple[int, int, int] = (shape["height"], shape["width"], shape["channels"])
        self.classes: Mapping[str, int] = parts.run.get("classes", {})

    def samplers(self) -> dict[str, Any]:
        """The samplers of this model by name, its default first."""
        raise NotImplementedError

    @torch.inference_mode()
    def sample_images(
        self,
        n: int,
        seed: int = 0,
        *,
        label: str | None = None,
        sampler: str | None = None,
        steps: int | None = None,
        guidance: float | None = None,
        first: int = 0,
    ) -> np.ndarray:
        """Images ``first`` to ``first`` + n - 1 of this seed, uint8 (n, H, W, C); seed and number decide each."""
        if n < 0 or first < 0:
            raise UsageError(f"sample_images: n = {n} and first = {first} must be 0 or more")
        chosen, weight = choose(self.samplers(), sampler, steps), self._guidance(guidance)
        images = np.zeros((n, *self.shape), np.uint8)
        for low in range(first - first % self.chunk, first + n, self.chunk):
            labels = self.sample_labels(self.chunk, seed, label=label, first=low)
            pixels = self.network.sample(
                Noise(seed, "image", low, low + self.chunk), chosen, self._classes_of(labels), weight
            )
            here = slice(max(low, first), min(low + self.chunk, first + n))
            rows = pixels.permute(0, 2, 3, 1).numpy()
            images[here.start - first : here.stop - first] = rows[here.start - low : here.stop - low]
        return images

    def sample_labels(self, n: int, seed: int = 0, *, label: str | None = None, first: int = 0) -> list[str | None]:
        """Labels of the images ``first`` to ``first`` + n - 1: ``label``, or drawn as often as training showed them."""
        if not self.classes:
            if label is not None:
                raise UsageError(f"label {label!r}: this model knows no labels; train it with conditional: true")
            return [None] * n
        names = list(self.classes)
        if label is not None:
            if label not in names:
                raise UsageError(f"no label {label!r}; {did_you_mean(label, names)}known: {', '.join(names)}")
            return [label] * n
        bounds = np.cumsum(list(self.classes.values()))
        drawn = [generator(seed, "label", k).integers(bounds[-1]) for k in range(first, first + n)]
        return [names[int(place)] for place in np.searchsorted(bounds, drawn, side="right")]

    def check_images(self, images: np.ndarray, use: str) -> None:
        """Raise :class:`InputError` for images that the model was not made for."""
        if images.dtype != np.uint8 or images.shape[1:] != self.shape:
            wanted = "(n, " + ", ".join(map(str, self.shape)) + ")"
            raise InputError(f"{use}: images are {images.dtype} {images.shape}; the model needs uint8 {wanted}")

    def _guidance(self, guidance: float | None) -> float:
        if guidance is None or guidance == 1:
            return 1.0
        if not self.guides or not self.classes:
            raise UsageError("sample.guidance: only a conditional diffusion model can be guided; leave it out")
        if not 0 <= guidance < float("inf"):
            raise UsageError(f"sample.guidance: {guidance} must be 0 or more")
        return guidance

    def _classes_of(self, labels: Sequence[str | None] | None) -> Tensor | None:
        if not self.classes:
            return None
        if labels is None:
            raise UsageError("this model knows labels; give one for each image")
        return class_indices(labels, list(self.classes))
