"""A convolutional variational autoencoder for images of any size from 8 x 8 (Kingma & Welling 2013, arXiv 1312.6114).

The likelihood follows the pixels: Bernoulli where all are 0 or 255, else a Gaussian around the decoded image with one
learned width (Rybkin et al. 2021, sigma-VAE, arXiv 2006.13202), which leaves no weight between reconstruction and
divergence to tune. Both count nats of the 256 pixel levels, so values can be compared between runs.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..core import ConfigError, did_you_mean

SIZES = {"xs": (32, 16), "s": (64, 32), "m": (128, 64)}
"""Size dial: channels of the first layer, latent dimensions."""
BIN = 1 / 255
SIGMA_GAIN = 10.0
"""log sigma = gain x parameter: it has far to go in few steps."""


@dataclass(frozen=True, slots=True)
class VAEConfig:
    """Shape of the network and its likelihood (``bernoulli`` or ``gaussian``)."""

    height: int
    width: int
    channels: int
    filters: int
    latent: int
    likelihood: str

    @classmethod
    def of_size(cls, size: str, shape: tuple[int, int, int], likelihood: str) -> "VAEConfig":
        """The shape for one notch of the size dial; an unknown size raises :class:`ConfigError`."""
        if size not in SIZES:
            raise ConfigError(f"model.size: no size {size!r}; {did_you_mean(size, SIZES)}known: {', '.join(SIZES)}")
        return cls(*shape, *SIZES[size], likelihood)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: the keyword arguments of this class."""
        return asdict(self)


class ConvVAE(nn.Module):
    """Two halvings down, a Gaussian latent, two doublings up. Sides are padded to a multiple of 4 inside."""

    def __init__(self, config: VAEConfig, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        filters, wide = config.filters, 2 * config.filters
        self.grid = (-(-config.height // 4), -(-config.width // 4))
        flat = wide * self.grid[0] * self.grid[1]
        self.encoder = nn.ModuleList(
            [
                nn.Conv2d(config.channels, filters, 3, padding=1),
                nn.Conv2d(filters, wide, 4, 2, 1),
                nn.Conv2d(wide, wide, 4, 2, 1),
            ]
        )
        self.posterior = nn.Linear(flat, 2 * config.latent)
        self.lift = nn.Linear(config.latent, flat)
        self.decoder = nn.ModuleList(
            [nn.ConvTranspose2d(wide, wide, 4, 2, 1), nn.ConvTranspose2d(wide, filters, 4, 2, 1)]
        )
        self.paint = nn.Conv2d(filters, config.channels, 3, padding=1)
        self.sigma = nn.Parameter(torch.tensor(math.log(0.3) / SIGMA_GAIN))
        self._initialise(generator)

    def _initialise(self, generator: torch.Generator | None) -> None:
        for name, parameter in self.named_parameters():
            if parameter.ndim > 1:
                fan = parameter[0].numel() if "decoder" not in name else parameter.shape[0] * 4
                nn.init.normal_(parameter, std=fan**-0.5, generator=generator)
            elif parameter.ndim == 1:
                nn.init.zeros_(parameter)
        nn.init.zeros_(self.posterior.weight)

    def hidden_matrices(self) -> list[str]:
        """Names of the parameters that Muon trains: all kernels but the first and the last."""
        names = ["encoder.1", "encoder.2", "decoder.0", "decoder.1"]
        return [f"{name}.weight" for name in names]

    def encode(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """images uint8 (n, C, H, W) to mean and log variance of the posterior, (n, latent) each."""
        x = images.float() / 255
        x = F.pad(x, (0, 4 * self.grid[1] - x.shape[3], 0, 4 * self.grid[0] - x.shape[2]))
        for layer in self.encoder:
            x = F.gelu(layer(x))
        mean, log_variance = self.posterior(x.flatten(1)).chunk(2, 1)
        return mean, log_variance.clamp(-12, 6)

    def decode(self, z: Tensor) -> Tensor:
        """z (n, latent) to logits of the mean image, (n, C, H, W)."""
        x = F.gelu(self.lift(z)).view(len(z), -1, *self.grid)
        for layer in self.decoder:
            x = F.gelu(layer(x))
        image: Tensor = self.paint(x)
        return image[:, :, : self.config.height, : self.config.width]

    def loss(self, images: Tensor) -> Tensor:
        """Negative evidence lower bound of each image, one posterior sample: nats, shape (n,)."""
        mean, log_variance = self.encode(images)
        return self.negative_elbo(images, mean, log_variance, torch.randn_like(mean))

    def negative_elbo(self, images: Tensor, mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
        """The bound at z = mean + exp(log_variance / 2) x noise, shape (n,)."""
        logits = self.decode(mean + (log_variance / 2).exp() * noise)
        return self._negative_log_likelihood(images.float() / 255, logits) + divergence(mean, log_variance).sum(1)

    def _negative_log_likelihood(self, x: Tensor, logits: Tensor) -> Tensor:
        if self.config.likelihood == "bernoulli":
            return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)
        log_sigma = (SIGMA_GAIN * self.sigma).clamp(min=math.log(BIN))
        scaled = (x - logits.sigmoid()) / log_sigma.exp()
        constant = log_sigma + 0.5 * math.log(2 * math.pi) - math.log(BIN)
        return (0.5 * scaled.square() + constant).flatten(1).sum(1)


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL divergence of N(mean, variance) from N(0, 1) in each latent dimension, nats >= 0, same shape."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)
