"""A small generative adversarial network (Goodfellow et al. 2014, arXiv 1406.2661) for images from 8 x 8 to 64 x 64.

Strided and upsampling convolutions in the manner of DCGAN (Radford et al. 2015, arXiv 1511.06434), without batch
normalisation, so that the loss of an image does not depend on its neighbours. Two losses:

- ``non-saturating``: softplus losses and R1 = gamma / 2 |grad D(x)|^2 on real images (Mescheder et al. 2018, arXiv
  1801.04406), every ``lazy`` steps and that much stronger (Karras et al. 2020, arXiv 1912.04958).
- ``wgan-gp``: the critic of Wasserstein distance with 10 (|grad D| - 1)^2 between real and generated images (Gulrajani
  et al. 2017, arXiv 1704.00028).

Labels enter the generator beside z and the discriminator by projection (Miyato & Koyama 2018, arXiv 1802.05637).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..core import ConfigError, did_you_mean
from .average import averaged_copy, follow
from .image_data import Batch, split_batch
from .noise import Noise
from .optimizer import Phase
from .samplers import LatentSampler

SIZES = {"xs": (32, 64), "s": (64, 128), "m": (128, 128)}
"""Size dial: filters at full resolution, latent dimensions."""
WIDEST = 4
PENALTY = 10.0
"""Gulrajani et al. 2017, algorithm 1: lambda."""
BETAS = (0.0, 0.99)


@dataclass(frozen=True, slots=True)
class GANConfig:
    """Shape of both networks and their loss; ``classes`` is 0 where they know no labels."""

    height: int
    width: int
    channels: int
    filters: int
    latent: int
    loss: str = "non-saturating"
    gamma: float = 1.0
    lazy: int = 4
    ema: float = 0.999
    classes: int = 0

    @property
    def halvings(self) -> int:
        """How often the sides are halved, until about 4 to 7 pixels are left."""
        return max(1, (min(self.height, self.width) // 4).bit_length() - 1)

    @property
    def grid(self) -> tuple[int, int]:
        """Sides of the smallest map."""
        step = 2**self.halvings
        return -(-self.height // step), -(-self.width // step)

    @property
    def widths(self) -> list[int]:
        """Filters from full resolution down."""
        return [self.filters * min(2**level, WIDEST) for level in range(self.halvings + 1)]


def size_of(size: str) -> tuple[int, int]:
    """Filters and latent dimensions of one notch of the size dial; an unknown one raises :class:`ConfigError`."""
    if size not in SIZES:
        raise ConfigError(f"model.size: no size {size!r}; {did_you_mean(size, SIZES)}known: {', '.join(SIZES)}")
    return SIZES[size]


class Synthesis(nn.Module):
    """z (n, latent) to images in [-1, 1], (n, C, H, W)."""

    def __init__(self, config: GANConfig) -> None:
        super().__init__()
        self.config, widths = config, config.widths[::-1]
        self.lift = nn.Linear(config.latent + config.classes, widths[0] * config.grid[0] * config.grid[1])
        self.layers = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1) for before, after in zip(widths[:-1], widths[1:], strict=True)
        )
        self.paint = nn.Conv2d(widths[-1], config.channels, 3, padding=1)

    def forward(self, z: Tensor, classes: Tensor | None = None) -> Tensor:
        """One image for each row."""
        if classes is not None:
            z = torch.cat([z, F.one_hot(classes, self.config.classes).to(z.dtype)], 1)
        x = _normed(self.lift(z).view(len(z), -1, *self.config.grid))
        for layer in self.layers:
            x = _normed(layer(F.interpolate(x, scale_factor=2)))
        image: Tensor = self.paint(x)[:, :, : self.config.height, : self.config.width]
        return image.tanh()


class Discriminator(nn.Module):
    """Images in [-1, 1] to one logit each, (n,): above 0 is real."""

    def __init__(self, config: GANConfig) -> None:
        super().__init__()
        self.config, widths = config, config.widths
        self.first = nn.Conv2d(config.channels, widths[0], 3, padding=1)
        self.layers = nn.ModuleList(
            nn.Conv2d(before, after, 4, 2, 1) for before, after in zip(widths[:-1], widths[1:], strict=True)
        )
        flat = widths[-1] * config.grid[0] * config.grid[1]
        self.features = nn.Linear(flat, 2 * widths[-1])
        self.verdict = nn.Linear(2 * widths[-1], 1)
        self.projection = nn.Embedding(config.classes, 2 * widths[-1]) if config.classes else None

    def forward(self, images: Tensor, classes: Tensor | None = None) -> Tensor:
        """One logit for each image."""
        step = 2**self.config.halvings
        rows, columns = (side * step for side in self.config.grid)
        x = F.pad(images, (0, columns - images.shape[3], 0, rows - images.shape[2]), value=-1.0)
        x = F.leaky_relu(self.first(x), 0.2)
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
        h = F.leaky_relu(self.features(x.flatten(1)), 0.2)
        logits: Tensor = self.verdict(h)[:, 0]
        if self.projection is None or classes is None:
            return logits
        told: Tensor = (self.projection(classes) * h).sum(1) / h.shape[1] ** 0.5
        return logits + told


class GAN(nn.Module):
    """Generator, discriminator, and the running average of the generator that samples are drawn from."""

    likelihood: Literal["none"] = "none"
    steps: Tensor

    def __init__(self, config: GANConfig, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        self.generator, self.discriminator = Synthesis(config), Discriminator(config)
        for name, parameter in self.named_parameters():
            if parameter.ndim > 1:
                gain = 1.0 if name.endswith(("paint.weight", "verdict.weight", "projection.weight")) else 2.0
                std = (gain / parameter[0].numel()) ** 0.5
                nn.init.normal_(parameter, std=std, generator=generator)
            else:
                nn.init.zeros_(parameter)
        self.average = averaged_copy(self.generator)
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    def hidden_matrices(self) -> list[str]:
        """Muon trains none."""
        return []

    def phases(self) -> Sequence[Phase]:
        """One step of the discriminator, one of the generator."""
        return (
            Phase("discriminator", self.loss, "discriminator.", BETAS),
            Phase("generator", self.generator_loss, "generator.", BETAS),
        )

    def after_step(self, step: int) -> None:
        """Let the average follow and count the step."""
        follow(self.average, self.generator, step, self.config.ema)
        self.steps += 1

    def loss(self, batch: Batch) -> Tensor:
        """What the discriminator loses on each real image and the generated one beside it, penalty included: (n,)."""
        images, classes = split_batch(batch)
        real = scaled(images)
        with torch.no_grad():
            fake = self._fake(len(real), classes)
        if self.config.loss == "wgan-gp":
            value: Tensor = self.discriminator(fake, classes) - self.discriminator(real, classes)
            return value + PENALTY * self._slope(between(real, fake), classes)
        value = F.softplus(self.discriminator(fake, classes)) + F.softplus(-self.discriminator(real, classes))
        if int(self.steps) % self.config.lazy == 0 and self.config.gamma:
            value = value + self.config.lazy * self.config.gamma / 2 * self._gradient(real, classes).square().sum(1)
        return value

    def generator_loss(self, batch: Batch) -> Tensor:
        """What the generator loses on as many images of the same labels, (n,)."""
        images, classes = split_batch(batch)
        logits: Tensor = self.discriminator(self._fake(len(images), classes), classes)
        return -logits if self.config.loss == "wgan-gp" else F.softplus(-logits)

    def sample(
        self, noise: Noise, sampler: LatentSampler, classes: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        """Images of the averaged generator, uint8 (n, C, H, W)."""
        return as_pixels(self.average(sampler.latents(noise, self.config.latent), classes))

    def logprob(self, batch: Batch, noise: Noise) -> None:
        """A GAN has no likelihood."""
        return

    def _fake(self, n: int, classes: Tensor | None) -> Tensor:
        images: Tensor = self.generator(torch.randn(n, self.config.latent), classes)
        return images

    def _gradient(self, images: Tensor, classes: Tensor | None) -> Tensor:
        """Of the logits by the pixels, (n, pixels)."""
        inside = images.detach().requires_grad_(True)
        logits = self.discriminator(inside, classes).sum()
        gradient: Tensor = torch.autograd.grad(logits, inside, create_graph=True)[0]
        return gradient.flatten(1)

    def _slope(self, images: Tensor, classes: Tensor | None) -> Tensor:
        squares: Tensor = (self._gradient(images, classes).norm(dim=1) - 1).square()
        return squares


def between(real: Tensor, fake: Tensor) -> Tensor:
    """A point on the line between each pair, uniformly drawn."""
    share = torch.rand(len(real), 1, 1, 1)
    return share * real + (1 - share) * fake


def scaled(images: Tensor) -> Tensor:
    """uint8 to [-1, 1]."""
    return images.float() / 127.5 - 1


def as_pixels(images: Tensor) -> Tensor:
    """[-1, 1] to uint8; what lies outside is cut off."""
    return ((images.float() + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)


def _normed(x: Tensor) -> Tensor:
    """Rectified, each pixel scaled to a mean square of 1 over its channels (Karras et al. 2018, arXiv 1710.10196)."""
    x = F.leaky_relu(x, 0.2)
    normed: Tensor = x * (x.square().mean(1, keepdim=True) + 1e-8).rsqrt()
    return normed
