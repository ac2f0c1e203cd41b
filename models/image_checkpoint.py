"""A trained VAE that makes and scores images."""

from pathlib import Path

import numpy as np
import torch

from ..core import InputError, UsageError, generator
from .checkpoint import BaseCheckpoint, Parts
from .conv_vae import ConvVAE, VAEConfig
from .image_data import as_tensor

BATCH = 256


class ImageCheckpoint(BaseCheckpoint):
    """See :class:`models.base.Checkpoint`; adds :meth:`elbo`."""

    modality = "image"
    capabilities = frozenset({"images", "seedable"})

    def __init__(self, folder: Path, parts: Parts) -> None:
        super().__init__(folder, parts)
        self.network = ConvVAE(VAEConfig(**parts.run["network"]))
        self.network.load_state_dict(dict(parts.weights))
        self.network.eval()

    @torch.inference_mode()
    def sample_images(self, n: int, seed: int = 0) -> np.ndarray:
        """Decoded means of latents from N(0, 1): uint8 of shape (n, H, W, C). Image k depends on (seed, k) alone."""
        if n < 0:
            raise UsageError(f"sample_images: n = {n} must be 0 or more")
        config = self.network.config
        images = np.zeros((n, config.height, config.width, config.channels), np.uint8)
        for low in range(0, n, BATCH):
            z = self._noise(seed, "image", low, min(low + BATCH, n))
            pixels = self.network.decode(z).sigmoid().mul(255).round().to(torch.uint8)
            images[low : low + len(z)] = pixels.permute(0, 2, 3, 1).numpy()
        return images

    @torch.inference_mode()
    def elbo(self, images: np.ndarray, seed: int = 0) -> np.ndarray:
        """Evidence lower bound of each image (uint8, (n, H, W, C)) from one posterior sample: nats, float64 (n,)."""
        config = self.network.config
        if images.dtype != np.uint8 or images.shape[1:] != (config.height, config.width, config.channels):
            wanted = f"(n, {config.height}, {config.width}, {config.channels})"
            raise InputError(f"elbo: images are {images.dtype} {images.shape}; the model needs uint8 {wanted}")
        values = np.zeros(len(images))
        for low in range(0, len(images), BATCH):
            batch = as_tensor(images[low : low + BATCH])
            mean, log_variance = self.network.encode(batch)
            noise = self._noise(seed, "elbo", low, low + len(batch))
            values[low : low + len(batch)] = -self.network.negative_elbo(batch, mean, log_variance, noise).double()
        return values

    def _noise(self, seed: int, use: str, low: int, high: int) -> torch.Tensor:
        rows = [generator(seed, use, row).standard_normal(self.network.config.latent) for row in range(low, high)]
        return torch.from_numpy(np.stack(rows)).float()
