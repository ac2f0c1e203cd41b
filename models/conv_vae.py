"""A convolutional variational autoencoder for images of any size from 8 x 8 (Kingma & Welling 2013, arXiv 1312.6114).

The likelihood is Bernoulli or a Gaussian around the decoded image with one learned width (Rybkin et al. 2021,
sigma-VAE, arXiv 2006.13202), which leaves no weight between reconstruction and divergence to tune. The Gaussian counts
nats of the 256 pixel levels, so values can be compared between runs. Under a Bernoulli likelihood a grey pixel is the
probability of a white one, drawn anew at each step (Salakhutdinov & Murray 2008; Burda et al. 2015).
"""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..core import ConfigError, did_you_mean
from .ex_post import ExPostDensity
from .image_data import Batch, split_batch
from .importance import log_mean_weight, log_weights
from .noise import Noise
from .samplers import LatentSampler

SIZES = {"xs": (32, 16), "s": (64, 32), "m": (128, 64)}
"""Size dial: channels of the first layer, latent dimensions."""
BIN = 1 / 255
IMPORTANCE_ROWS = 1_024
"""Latents decoded at a time."""
SIGMA_GAIN = 10.0
"""log sigma = gain x parameter: it has far to go in few steps."""


@dataclass(frozen=True, slots=True)
class VAEConfig:
    """Shape of the network, its likelihood (``bernoulli`` or ``gaussian``), and the weights of its loss.

    ``classes`` is 0 where the model knows no labels, ``components`` 0 where no density is fitted after training.
    """

    height: int
    width: int
    channels: int
    filters: int
    latent: int
    likelihood: str
    classes: int = 0
    beta: float = 1.0
    free_bits: float = 0.0
    components: int = 0

    @classmethod
    def of_size(cls, size: str, shape: tuple[int, int, int], likelihood: str, **rest: Any) -> "VAEConfig":
        """The shape for one notch of the size dial; an unknown size raises :class:`ConfigError`."""
        if size not in SIZES:
            raise ConfigError(f"model.size: no size {size!r}; {did_you_mean(size, SIZES)}known: {', '.join(SIZES)}")
        return cls(*shape, *SIZES[size], likelihood, **rest)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: the keyword arguments of this class."""
        return asdict(self)


class ConvVAE(nn.Module):
    """Two halvings down, a Gaussian latent, two doublings up. Sides are padded to a multiple of 4 inside.

    With classes, posterior and decoder are told the label (Sohn et al. 2015, conditional VAE).
    """

    likelihood: Literal["bound"] = "bound"

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
        self.posterior = nn.Linear(flat + config.classes, 2 * config.latent)
        self.lift = nn.Linear(config.latent + config.classes, flat)
        self.decoder = nn.ModuleList(
            [nn.ConvTranspose2d(wide, wide, 4, 2, 1), nn.ConvTranspose2d(wide, filters, 4, 2, 1)]
        )
        self.paint = nn.Conv2d(filters, config.channels, 3, padding=1)
        self.sigma = nn.Parameter(torch.tensor(math.log(0.3) / SIGMA_GAIN))
        self._initialise(generator)
        self.ex_post = ExPostDensity(config.components, config.latent) if config.components else None

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

    def encode(self, images: Tensor, classes: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """images uint8 (n, C, H, W) to mean and log variance of the posterior, (n, latent) each."""
        return self.posterior_of(images.float() / 255, classes)

    def posterior_of(self, x: Tensor, classes: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Target images x in [0, 1] to mean and log variance, (n, latent) each."""
        x = F.pad(x, (0, 4 * self.grid[1] - x.shape[3], 0, 4 * self.grid[0] - x.shape[2]))
        for layer in self.encoder:
            x = F.gelu(layer(x))
        mean, log_variance = self.posterior(self._told(x.flatten(1), classes)).chunk(2, 1)
        return mean, log_variance.clamp(-12, 6)

    def decode(self, z: Tensor, classes: Tensor | None = None) -> Tensor:
        """z (n, latent) to logits of the mean image, (n, C, H, W)."""
        x = F.gelu(self.lift(self._told(z, classes))).view(len(z), -1, *self.grid)
        for layer in self.decoder:
            x = F.gelu(layer(x))
        image: Tensor = self.paint(x)
        return image[:, :, : self.config.height, : self.config.width]

    def _told(self, x: Tensor, classes: Tensor | None) -> Tensor:
        if classes is None:
            return x
        return torch.cat([x, F.one_hot(classes, self.config.classes).to(x.dtype)], 1)

    def loss(self, batch: Batch) -> Tensor:
        """Reconstruction + beta * divergence of each image, one posterior sample: nats, shape (n,).

        At beta 1 without free bits it is the negative evidence lower bound.
        """
        images, classes = split_batch(batch)
        x = self.target(images, torch.rand(images.shape) if self.draws_pixels else None)
        mean, log_variance = self.posterior_of(x, classes)
        logits = self.decode(mean + (log_variance / 2).exp() * torch.randn_like(mean), classes)
        nats = free_bits(divergence(mean, log_variance), self.config.free_bits)
        return -self._log_likelihood(x, logits) + self.config.beta * nats.sum(1)

    def negative_elbo(self, x: Tensor, classes: Tensor | None, noise: Tensor) -> Tensor:
        """The bound for target images x at z = mean + exp(log_variance / 2) * noise, shape (n,)."""
        mean, log_variance = self.posterior_of(x, classes)
        logits = self.decode(mean + (log_variance / 2).exp() * noise, classes)
        return divergence(mean, log_variance).sum(1) - self._log_likelihood(x, logits)

    def sample(
        self, noise: Noise, sampler: LatentSampler, classes: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        """Decoded means, uint8 (n, C, H, W)."""
        pixels = self.decode(sampler.latents(noise, self.config.latent), classes).sigmoid()
        return pixels.mul(255).round().to(torch.uint8)

    def logprob(self, batch: Batch, noise: Noise, samples: int = 1) -> Tensor:
        """The importance-weighted bound L_k on log p(x) with k = ``samples``, nats, float64 (n,)."""
        images, classes = split_batch(batch)
        x = self.target(images, noise.uniform(*images.shape[1:]) if self.draws_pixels else None)
        mean, log_variance = self.posterior_of(x, classes)
        draws = noise.normal(samples, self.config.latent).transpose(0, 1)

        def log_likelihood(z: Tensor) -> Tensor:
            told = None if classes is None else classes.repeat(len(z))
            return self._log_likelihood(x.repeat(len(z), 1, 1, 1), self.decode(z.flatten(0, 1), told)).view(len(z), -1)

        parts = torch.split(draws, max(1, IMPORTANCE_ROWS // len(x)))
        return log_mean_weight(torch.cat([log_weights(log_likelihood, mean, log_variance, part) for part in parts]))

    @property
    def draws_pixels(self) -> bool:
        """Whether a grey pixel is a probability."""
        return self.config.likelihood == "bernoulli"

    def target(self, images: Tensor, uniform: Tensor | None) -> Tensor:
        """Images uint8 (n, C, H, W) as what the likelihood is of: [0, 1], or 0 and 1 where pixels are drawn."""
        x = images.float() / 255
        return x if uniform is None else (uniform < x).float()

    def _log_likelihood(self, x: Tensor, logits: Tensor) -> Tensor:
        if self.config.likelihood == "bernoulli":
            return -F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)
        log_sigma = (SIGMA_GAIN * self.sigma).clamp(min=math.log(BIN))
        scaled = (x - logits.sigmoid()) / log_sigma.exp()
        constant = log_sigma + 0.5 * math.log(2 * math.pi) - math.log(BIN)
        return -(0.5 * scaled.square() + constant).flatten(1).sum(1)


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL divergence of N(mean, variance) from N(0, 1) in each latent dimension, nats >= 0, same shape."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)


def free_bits(nats: Tensor, least: float) -> Tensor:
    """Divergences (n, latent) whose mean over the batch is max(least, mean) (Kingma et al. 2016, arXiv 1606.04934).

    A dimension below ``least`` nats on average counts as ``least`` for each image, and so is not pushed further down.
    """
    return torch.where(nats.detach().mean(0) > least, nats, torch.full_like(nats, least)) if least else nats
