"""The family ``gan``: a generative adversarial network for images."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..core import ConfigError, Corpus, Progress, Recipe, derive_seed, did_you_mean, generator
from .base import Checkpoint
from .checkpoint import Parts
from .dcgan import GAN, GANConfig, scaled, size_of
from .families import FAMILIES, Prepared
from .image_augment import Augment
from .image_checkpoint import ImageCheckpoint
from .image_data import ImageData, Images, prepare_images, split_batch
from .image_spread import NEIGHBOURS, diversity, nearness
from .ledger import TrainingLedger
from .noise import Noise
from .samplers import Prior
from .training import reproducible

FINAL_SHARE = 0.1
DIAGNOSED = 500
"""Images on each side of the diagnostics."""
UNCOVERED = 20
LOSSES = ("non-saturating", "wgan-gp")


@FAMILIES.register("gan", source="Goodfellow et al. 2014, arXiv 1406.2661; Mescheder et al. 2018, arXiv 1801.04406")
class GANFamily:
    """Generative adversarial network for images of any one size from 8 x 8 to 64 x 64.

    ``loss`` is ``non-saturating`` with R1 of weight ``gamma`` every ``lazy`` steps (Mescheder et al. 2018), or
    ``wgan-gp`` (Gulrajani et al. 2017). Samples come from a running average of the generator's weights with decay
    ``ema``. ``conditional`` tells both networks the attribute ``label``. ``flip`` and ``shift`` mirror and move the
    real images in training. Accuracy of the discriminator, diversity and coverage are always reported. Recipe keys:
    size (xs, s, m), documents.
    """

    modality = "image"
    mixed = False
    defaults: Mapping[str, Any] = {"batch": 64, "learning_rate": 1e-3, "matrix_learning_rate": 0.02, "warmup": 20}

    def __init__(
        self,
        loss: str = "non-saturating",
        gamma: float = 1.0,
        lazy: int = 4,
        ema: float = 0.999,
        conditional: bool = False,
        flip: bool = False,
        shift: int = 0,
    ) -> None:
        if loss not in LOSSES:
            raise ConfigError(f"no loss {loss!r}; {did_you_mean(loss, LOSSES)}known: {', '.join(LOSSES)}")
        if not 0 <= gamma < float("inf"):
            raise ConfigError(f"gamma: {gamma} must be 0 or more")
        if lazy < 1:
            raise ConfigError(f"lazy: {lazy} must be 1 or more")
        if not 0 <= ema < 1:
            raise ConfigError(f"ema: {ema} must be from 0 to below 1")
        self.augment = Augment(flip, shift)
        self.loss, self.gamma, self.lazy, self.ema, self.conditional = loss, float(gamma), lazy, float(ema), conditional

    def prepare(self, corpus: Corpus, recipe: Recipe, progress: Progress) -> Prepared:
        """Read the images and build both networks."""
        with progress.task("images"):
            data = prepare_images(corpus, recipe, self.conditional, self.augment)
        config = GANConfig(
            *data.shape, *size_of(recipe.size), self.loss, self.gamma, self.lazy, self.ema, len(data.names_of_classes)
        )
        network = GAN(config, torch.Generator().manual_seed(derive_seed(recipe.seed, "weights")))
        return Prepared(
            network=network,
            examples=data,
            ledger=lambda plan: TrainingLedger(data.ledger, plan),
            facts={"network": asdict(config), **data.facts()},
            summary=lambda trained, losses: _summary(trained, data, losses, recipe),
            unit="images",
            loss_name="loss",
            falls=False,
        )

    def restore(self, folder: Path, parts: Parts) -> Checkpoint:
        """A :class:`GANCheckpoint`."""
        return GANCheckpoint(folder, parts)


class GANCheckpoint(ImageCheckpoint):
    """A trained GAN: it makes images and has no likelihood."""

    def __init__(self, folder: Path, parts: Parts) -> None:
        super().__init__(folder, parts, GAN(GANConfig(**parts.run["network"])))

    def samplers(self) -> dict[str, Any]:
        """``prior`` alone."""
        return {"prior": Prior()}


def _summary(network: nn.Module, data: ImageData, losses: list[float], recipe: Recipe) -> Mapping[str, Any]:
    assert isinstance(network, GAN)
    last = losses[-max(1, round(len(losses) * FINAL_SHARE)) :]
    with reproducible(recipe.threads):
        return {"final_loss": sum(last) / len(last), "diagnostics": gan_diagnostics(network, data, recipe.seed)}


@torch.inference_mode()
def gan_diagnostics(network: GAN, data: ImageData, seed: int) -> dict[str, Any]:
    """What the discriminator gets right, and what of the real images the generated ones cover.

    The first half of at most 1,000 training images is the reference; the second half, as many real images, is the
    control that the generated ones are compared with.
    """
    order = generator(seed, "diagnosed").permutation(len(data))[: 2 * DIAGNOSED]
    reference, control = order[: len(order) // 2], order[len(order) // 2 :]
    drawn = data.part(data.images, control)
    fake = _generated(network, drawn, seed)
    return {**_verdicts(network, data, drawn, fake, reference), **_spread(data, reference, control, fake)}


def _generated(network: GAN, like: Any, seed: int) -> Tensor:
    """As many generated images as there are real ones, of the same labels: uint8 (n, C, H, W)."""
    images, classes = split_batch(like)
    return network.sample(Noise(seed, "diagnosed", 0, len(images)), Prior(), classes)


def _verdicts(network: GAN, data: ImageData, drawn: Any, fake: Tensor, reference: np.ndarray) -> dict[str, Any]:
    """Counts of right verdicts. A critic has no zero: its threshold lies midway between its two means."""
    trained = _logits(network, data.part(data.images, reference))
    classes = split_batch(drawn)[1]
    made = _logits(network, fake if classes is None else (fake, classes))
    middle = float(trained.mean() + made.mean()) / 2 if network.config.loss == "wgan-gp" else 0.0
    found = {"trained": _rate(trained > middle), "generated": _rate(made <= middle)}
    held = data.control.pixels[:DIAGNOSED]
    if len(held):
        found["held out"] = _rate(_logits(network, data.part(data.control, np.arange(len(held)))) > middle)
    return {"discriminator_right": found}


def _logits(network: GAN, batch: Any) -> Tensor:
    images, classes = split_batch(batch)
    logits: Tensor = network.discriminator(scaled(images), classes)
    return logits


def _rate(right: Tensor) -> dict[str, int]:
    return {"count": int(right.sum()), "n": len(right)}


def _spread(data: ImageData, reference: np.ndarray, control: np.ndarray, fake: Tensor) -> dict[str, Any]:
    images: Images = data.images
    real, other = images.pixels[reference], images.pixels[control]
    made = fake.permute(0, 2, 3, 1).numpy()
    found: dict[str, Any] = {"diversity": {"generated": diversity(made), "real": diversity(other), "n": len(made)}}
    if len(real) > NEIGHBOURS:
        near, null = nearness(real, made), nearness(real, other)
        far = [int(k) for k in np.argsort(-near, kind="stable")[:UNCOVERED] if near[k] >= 1]
        found["covered"] = {
            "generated": {"count": int((near < 1).sum()), "n": len(near)},
            "real": {"count": int((null < 1).sum()), "n": len(null)},
        }
        found["uncovered"] = [images.ids[reference[k]] for k in far]
    return found
