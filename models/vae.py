"""The family ``vae``: a variational autoencoder for images."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..core import ConfigError, Corpus, Progress, Recipe, UsageError, derive_seed, did_you_mean
from .base import Checkpoint
from .checkpoint import Parts
from .conv_vae import ConvVAE, VAEConfig, divergence
from .ex_post import LEAST_PER_COMPONENT, ROWS
from .families import DEFAULTS, FAMILIES, Prepared
from .image_augment import Augment
from .image_checkpoint import ImageCheckpoint
from .image_data import Batch, ImageData, as_tensor, prepare_images, split_batch
from .ledger import TrainingLedger
from .noise import Noise
from .samplers import Prior
from .training import reproducible

FINAL_SHARE = 0.1
ACTIVE = 0.01
"""A latent dimension is active if its posterior mean varies by more than this over the data (Burda et al. 2015)."""
DIAGNOSED = 2_000
BATCH = 256
SCORED = 16
"""Images scored at a time by importance samples."""
LIKELIHOODS = ("auto", "bernoulli", "gaussian")


@FAMILIES.register("vae", source="Kingma & Welling 2013, arXiv 1312.6114; Rybkin et al. 2021, arXiv 2006.13202")
class VAEFamily:
    """Convolutional variational autoencoder for images of any one size from 8 x 8.

    Likelihood ``auto``: Bernoulli where all pixels are 0 or 255, else Gaussian with a learned width. ``beta`` weights
    the divergence (Higgins et al. 2017), ``free_bits`` is what each latent dimension may carry for free, in nats
    (Kingma et al. 2016). ``conditional`` tells the model the attribute ``label``. ``components`` of a Gaussian mixture
    are fitted to the latents after training, for the sampler ``ex-post`` (Ghosh et al. 2020); 0 fits none. ``flip`` and
    ``shift`` mirror and move the images in training. Recipe keys: size (xs, s, m), documents. No canaries are planted
    among images.
    """

    modality = "image"
    mixed = False
    defaults = DEFAULTS

    def __init__(
        self,
        beta: float = 1.0,
        free_bits: float = 0.0,
        likelihood: str = "auto",
        conditional: bool = False,
        components: int = 10,
        flip: bool = False,
        shift: int = 0,
    ) -> None:
        if likelihood not in LIKELIHOODS:
            hint = did_you_mean(likelihood, LIKELIHOODS)
            raise ConfigError(f"no likelihood {likelihood!r}; {hint}known: {', '.join(LIKELIHOODS)}")
        for name, value in (("beta", beta), ("free_bits", free_bits), ("components", components)):
            if not 0 <= value < float("inf"):
                raise ConfigError(f"{name}: {value} must be 0 or more")
        self.beta, self.free_bits, self.likelihood = beta, free_bits, likelihood
        self.conditional, self.components, self.augment = conditional, components, Augment(flip, shift)

    def prepare(self, corpus: Corpus, recipe: Recipe, progress: Progress) -> Prepared:
        """Read the images and build the network."""
        with progress.task("images"):
            data = prepare_images(corpus, recipe, self.conditional, self.augment)
        config = self._config(data, recipe.size)
        network = ConvVAE(config, torch.Generator().manual_seed(derive_seed(recipe.seed, "weights")))
        return Prepared(
            network=network,
            examples=data,
            ledger=lambda plan: TrainingLedger(data.ledger, plan),
            facts={"network": asdict(config), **data.facts()},
            summary=lambda trained, losses: _summary(trained, data, losses, recipe),
            unit="images",
        )

    def restore(self, folder: Path, parts: Parts) -> Checkpoint:
        """A :class:`VAECheckpoint`."""
        return VAECheckpoint(folder, parts)

    def _config(self, data: ImageData, size: str) -> VAEConfig:
        likelihood = self.likelihood
        if likelihood == "auto":
            likelihood = "bernoulli" if np.isin(data.images.pixels, (0, 255)).all() else "gaussian"
        return VAEConfig.of_size(
            size,
            data.shape,
            likelihood,
            classes=len(data.names_of_classes),
            beta=float(self.beta),
            free_bits=float(self.free_bits),
            components=min(self.components, len(data) // LEAST_PER_COMPONENT),
        )


class VAECheckpoint(ImageCheckpoint):
    """A trained VAE: samples from its prior or from the density fitted after training, and bounds on likelihoods."""

    def __init__(self, folder: Path, parts: Parts) -> None:
        super().__init__(folder, parts, ConvVAE(VAEConfig(**parts.run["network"])))

    def samplers(self) -> dict[str, Any]:
        """``prior``, and ``ex-post`` where a density was fitted."""
        fitted = self.network.ex_post
        return {"prior": Prior(), **({"ex-post": fitted.sampler()} if fitted is not None else {})}

    @torch.inference_mode()
    def elbo(self, images: np.ndarray, seed: int = 0, labels: Sequence[str | None] | None = None) -> np.ndarray:
        """Evidence lower bound of each image (uint8, (n, H, W, C)) from one posterior sample: nats, float64 (n,)."""
        self.check_images(images, "elbo")
        classes = self._classes_of(labels)
        values = np.zeros(len(images))
        for low in range(0, len(images), BATCH):
            batch = as_tensor(images[low : low + BATCH])
            noise = Noise(seed, "elbo", low, low + len(batch))
            draws = noise.normal(self.network.config.latent)
            x = self.network.target(batch, noise.uniform(*batch.shape[1:]) if self.network.draws_pixels else None)
            told = None if classes is None else classes[low : low + BATCH]
            values[low : low + len(batch)] = -self.network.negative_elbo(x, told, draws).double()
        return values

    @torch.inference_mode()
    def log_likelihood(
        self, images: np.ndarray, k: int = 100, seed: int = 0, labels: Sequence[str | None] | None = None
    ) -> np.ndarray:
        """Importance-weighted bound L_k of each image (Burda et al. 2015, equation 8): nats, float64 (n,).

        With more samples ``k`` it rises towards log p(x), never above it in expectation. A conditional model gives
        log p(x | label).
        """
        if k < 1:
            raise UsageError(f"log_likelihood: k = {k} must be 1 or more")
        self.check_images(images, "log_likelihood")
        classes = self._classes_of(labels)
        values = np.zeros(len(images))
        for low in range(0, len(images), SCORED):
            batch: Any = as_tensor(images[low : low + SCORED])
            noise = Noise(seed, "likelihood", low, low + len(batch))
            told = batch if classes is None else (batch, classes[low : low + SCORED])
            values[low : low + len(batch)] = self.network.logprob(told, noise, k)
        return values


def _summary(network: nn.Module, data: ImageData, losses: list[float], recipe: Recipe) -> Mapping[str, Any]:
    last = losses[-max(1, round(len(losses) * FINAL_SHARE)) :]
    nats = sum(last) / len(last)
    assert isinstance(network, ConvVAE)
    with reproducible(recipe.threads):
        if network.ex_post is not None:
            network.ex_post.fit(_latents(network, data, recipe.seed), recipe.seed)
        diagnostics = latent_diagnostics(network, data.part(data.images, np.arange(min(len(data), DIAGNOSED))))
        diagnostics |= _held_out(network, data, recipe.seed)
    return {
        "final_loss": nats,
        "bits_per_dimension_train": nats / math.log(2) / data.images.pixels[0].size,
        "diagnostics": diagnostics,
    }


@torch.inference_mode()
def _latents(network: ConvVAE, data: ImageData, seed: int) -> Tensor:
    """A posterior sample of each of the first training images, (n, latent): draws from the aggregate posterior."""
    parts = []
    for low in range(0, min(len(data), ROWS), BATCH):
        images, classes = split_batch(data.part(data.images, np.arange(low, min(low + BATCH, len(data), ROWS))))
        noise = Noise(seed, "aggregate posterior", low, low + len(images))
        x = network.target(images, noise.uniform(*images.shape[1:]) if network.draws_pixels else None)
        mean, log_variance = network.posterior_of(x, classes)
        parts.append(mean + (log_variance / 2).exp() * noise.normal(network.config.latent))
    return torch.cat(parts)


@torch.inference_mode()
def _held_out(network: ConvVAE, data: ImageData, seed: int) -> dict[str, Any]:
    """The bound on held-out images, where there are any: bits a dimension and number of images."""
    n = min(len(data.control.pixels), BATCH)
    if not n:
        return {}
    batch = data.part(data.control, np.arange(n))
    bits = -network.logprob(batch, Noise(seed, "held out", 0, n)).mean() / math.log(2) / math.prod(data.shape)
    return {"bits_per_dimension_held_out": float(bits), "held_out_images": n}


@torch.inference_mode()
def latent_diagnostics(network: ConvVAE, batch: Batch) -> dict[str, Any]:
    """Active units and the mean KL divergence of each latent dimension over a batch of images."""
    images, classes = split_batch(batch)
    mean, log_variance = network.encode(images, classes)
    active = int((mean.double().var(0, correction=0) > ACTIVE).sum())
    nats = divergence(mean.double(), log_variance.double()).mean(0)
    return {"latent": mean.shape[1], "active_units": active, "kl_per_dimension": nats.tolist()}
