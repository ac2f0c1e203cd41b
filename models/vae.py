"""The family ``vae``: a variational autoencoder for images."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ..core import Corpus, Progress, Recipe, derive_seed
from .base import Checkpoint
from .checkpoint import Parts
from .conv_vae import ConvVAE, VAEConfig, divergence
from .families import DEFAULTS, FAMILIES, Prepared
from .image_checkpoint import ImageCheckpoint
from .image_data import ImageData, as_tensor, prepare_images
from .ledger import TrainingLedger

FINAL_SHARE = 0.1
ACTIVE = 0.01
"""A latent dimension is active if its posterior mean varies by more than this over the data (Burda et al. 2015)."""
DIAGNOSED = 2_000


@FAMILIES.register("vae", source="Kingma & Welling 2013, arXiv 1312.6114; Rybkin et al. 2021, arXiv 2006.13202")
class VAEFamily:
    """Convolutional variational autoencoder for images of any one size from 8 x 8.

    Gaussian likelihood with a learned width, or Bernoulli where all pixels are 0 or 255; active units are always
    reported. Recipe keys: size (xs, s, m), documents. No canaries are planted among images.
    """

    modality = "image"
    mixed = False
    defaults = DEFAULTS

    def prepare(self, corpus: Corpus, recipe: Recipe, progress: Progress) -> Prepared:
        """Read the images and build the network."""
        with progress.task("images"):
            data = prepare_images(corpus, recipe)
        pixels = data.images.pixels
        likelihood = "bernoulli" if np.isin(pixels, (0, 255)).all() else "gaussian"
        config = VAEConfig.of_size(recipe.size, (pixels.shape[1], pixels.shape[2], pixels.shape[3]), likelihood)
        network = ConvVAE(config, torch.Generator().manual_seed(derive_seed(recipe.seed, "weights")))
        facts = {
            "network": asdict(config),
            "documents": {"trained": len(data), "held_out": data.held_out, "planted": 0},
        }
        return Prepared(
            network=network,
            examples=data,
            ledger=lambda plan: TrainingLedger(data.ledger, plan),
            facts=facts,
            summary=lambda trained, losses: _summary(trained, data, losses),
            unit="images",
        )

    def restore(self, folder: Path, parts: Parts) -> Checkpoint:
        """An :class:`ImageCheckpoint`."""
        return ImageCheckpoint(folder, parts)


def _summary(network: nn.Module, data: ImageData, losses: list[float]) -> Mapping[str, Any]:
    last = losses[-max(1, round(len(losses) * FINAL_SHARE)) :]
    nats = sum(last) / len(last)
    assert isinstance(network, ConvVAE)
    return {
        "final_loss": nats,
        "bits_per_dimension_train": nats / math.log(2) / data.images.pixels[0].size,
        "diagnostics": latent_diagnostics(network, data.images.pixels[:DIAGNOSED]),
    }


@torch.inference_mode()
def latent_diagnostics(network: ConvVAE, pixels: np.ndarray) -> dict[str, Any]:
    """Active units and the mean KL divergence of each latent dimension over images uint8 (n, H, W, C)."""
    mean, log_variance = network.encode(as_tensor(pixels))
    active = int((mean.double().var(0, correction=0) > ACTIVE).sum())
    nats = divergence(mean.double(), log_variance.double()).mean(0)
    return {"latent": mean.shape[1], "active_units": active, "kl_per_dimension": nats.tolist()}
