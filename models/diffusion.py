"""The family ``diffusion``: a denoising diffusion model for images."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..core import ConfigError, Corpus, Progress, Recipe, derive_seed
from .base import Checkpoint
from .checkpoint import Parts
from .dcgan import scaled
from .edm import EDM, EDMConfig, root_mean_square, widths_of
from .families import FAMILIES, Prepared
from .image_augment import Augment
from .image_checkpoint import ImageCheckpoint
from .image_data import ImageData, as_tensor, prepare_images, split_batch
from .ledger import TrainingLedger
from .noise import Noise
from .plan import LAYOUTS
from .samplers import DENOISING
from .training import reproducible

FINAL_SHARE = 0.1
DIAGNOSED = 128
"""Images on each side of the diagnostics, at each noise level."""
BATCH = 64
EDGES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
"""Bins of the noise level in which the loss is told."""


@FAMILIES.register("diffusion", source="Karras et al. 2022 (EDM), arXiv 2206.00364")
class DiffusionFamily:
    """Diffusion model (EDM) for images of any one size from 8 x 8 to 64 x 64.

    Preconditioning, loss and the sampler ``heun`` as in Karras et al. 2022; also ``ddim`` and ``ancestral``. Samples
    come from a running average of the weights with decay ``ema``. ``conditional`` tells it the attribute ``label``,
    which is left out for a share ``label_dropout`` of the images, so that samples can be guided (Ho & Salimans 2022).
    ``flip`` and ``shift`` mirror and move the images in training. The loss at each noise level is always reported, on
    trained and held-out images. Recipe keys: size (xs, s, m), dropout, precision, documents.
    """

    modality = "image"
    mixed = True
    defaults: Mapping[str, Any] = {"batch": 64, "learning_rate": 4e-3, "matrix_learning_rate": 0.02, "warmup": 50}

    def __init__(
        self,
        ema: float = 0.999,
        conditional: bool = False,
        label_dropout: float = 0.1,
        flip: bool = False,
        shift: int = 0,
    ) -> None:
        for name, value in (("ema", ema), ("label_dropout", label_dropout)):
            if not 0 <= value < 1:
                raise ConfigError(f"{name}: {value} must be from 0 to below 1")
        self.ema, self.conditional, self.label_dropout = float(ema), conditional, float(label_dropout)
        self.augment = Augment(flip, shift)

    def prepare(self, corpus: Corpus, recipe: Recipe, progress: Progress) -> Prepared:
        """Read the images and build the network."""
        with progress.task("images"):
            data = prepare_images(corpus, recipe, self.conditional, self.augment)
        config = EDMConfig(
            *data.shape,
            widths_of(recipe.size),
            sigma_data=root_mean_square(as_tensor(data.images.pixels)),
            classes=len(data.names_of_classes),
            label_dropout=self.label_dropout,
            dropout=recipe.dropout,
            ema=self.ema,
        )
        network = EDM(config, torch.Generator().manual_seed(derive_seed(recipe.seed, "weights")))
        return Prepared(
            network=network,
            examples=data,
            ledger=lambda plan: TrainingLedger(data.ledger, plan),
            facts={"network": asdict(config), **data.facts()},
            summary=lambda trained, losses: _summary(trained, data, losses, recipe),
            unit="images",
            loss_name="weighted squared error",
            layouts=LAYOUTS,
        )

    def restore(self, folder: Path, parts: Parts) -> Checkpoint:
        """A :class:`DiffusionCheckpoint`."""
        return DiffusionCheckpoint(folder, parts)


class DiffusionCheckpoint(ImageCheckpoint):
    """A trained diffusion model. It samples in float32, whatever it was trained in."""

    chunk = 16
    guides = True

    def __init__(self, folder: Path, parts: Parts) -> None:
        network = EDM(EDMConfig(**{**parts.run["network"], "widths": tuple(parts.run["network"]["widths"])}))
        super().__init__(folder, parts, network)
        network.average.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def samplers(self) -> dict[str, Any]:
        """``heun``, ``ddim`` and ``ancestral``."""
        return dict(DENOISING)


def _summary(network: nn.Module, data: ImageData, losses: list[float], recipe: Recipe) -> Mapping[str, Any]:
    assert isinstance(network, EDM)
    last = losses[-max(1, round(len(losses) * FINAL_SHARE)) :]
    with reproducible(recipe.threads):
        return {"final_loss": sum(last) / len(last), "diagnostics": {"loss_by_noise": noise_losses(network, data)}}


@torch.inference_mode()
def noise_losses(network: EDM, data: ImageData) -> dict[str, Any]:
    """The averaged network's loss in each bin of noise levels, on trained and on held-out images.

    The levels are spread evenly over a bin on a logarithmic scale; image k has the same noise in every bin.
    """
    sides = {"trained": data.images, "held out": data.control}
    found: dict[str, Any] = {"edges": list(EDGES), "sides": {}}
    for side, images in sides.items():
        n = min(len(images.pixels), DIAGNOSED)
        if n:
            batch, noise = data.part(images, np.arange(n)), Noise(0, "noise levels", 0, n)
            values = _values(network, batch, noise.normal(*network.config.shape))
            spread = values.std(1) / n**0.5 if n > 1 else torch.zeros(len(values))
            found["sides"][side] = {"mean": values.mean(1).tolist(), "error": spread.tolist(), "n": n}
    return found


def _values(network: EDM, batch: Any, noise: Tensor) -> Tensor:
    """The loss of each image in each bin, (bins, n)."""
    images, classes = split_batch(batch)
    y, n = scaled(images), len(images)
    share = (torch.arange(n) + 0.5) / n
    rows = []
    for low, high in zip(EDGES[:-1], EDGES[1:], strict=True):
        sigma = low * (high / low) ** share
        parts = [
            network.weighted_error(
                network.average, y[part], sigma[part], noise[part], None if classes is None else classes[part]
            )
            for part in torch.split(torch.arange(n), BATCH)
        ]
        rows.append(torch.cat(parts).double())
    return torch.stack(rows)
