"""Diffusion as in EDM (Karras et al. 2022, arXiv 2206.00364): D(x; sigma) is the image that is expected behind x.

D = c_skip x + c_out F(c_in x; c_noise), with the coefficients of table 1; sigma is drawn log-normally and the squared
error weighed by 1 / c_out^2, so that at each noise level a network that gives 0 loses 1 a pixel.
"""

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from ..core import ConfigError, did_you_mean
from .average import averaged_copy, follow
from .dcgan import as_pixels, scaled
from .image_data import Batch, split_batch
from .noise import Noise
from .samplers import Denoiser, DenoisingSampler
from .unet import UNet

SIZES = {"xs": (32, 64, 128), "s": (64, 128, 256), "m": (128, 256, 512)}
"""Size dial: filters of each level, from full resolution down."""
P_MEAN, P_STD, PAPER_DATA = -1.2, 1.2, 0.5
"""EDM, table 1: ln sigma of the training distribution, for images of that sigma_data; it grows with theirs."""
NO_CLASS = -1


@dataclass(frozen=True, slots=True)
class EDMConfig:
    """Shape of the network and how it is trained; ``sigma_data`` is the root mean square of the pixels in [-1, 1]."""

    height: int
    width: int
    channels: int
    widths: tuple[int, ...]
    sigma_data: float
    classes: int = 0
    label_dropout: float = 0.1
    dropout: float = 0.0
    ema: float = 0.999

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height, width."""
        return self.channels, self.height, self.width


def widths_of(size: str) -> tuple[int, ...]:
    """Filters of one notch of the size dial; an unknown one raises :class:`ConfigError`."""
    if size not in SIZES:
        raise ConfigError(f"model.size: no size {size!r}; {did_you_mean(size, SIZES)}known: {', '.join(SIZES)}")
    return SIZES[size]


class EDM(nn.Module):
    """The network F in training, and the running average of its weights that samples are drawn with."""

    likelihood: Literal["none"] = "none"

    def __init__(self, config: EDMConfig, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        shape = (config.height, config.width, config.channels)
        self.unet = UNet(shape, tuple(config.widths), config.classes, config.dropout)
        self.unet.initialise(generator)
        self.average = averaged_copy(self.unet)

    def hidden_matrices(self) -> list[str]:
        """Names of the parameters that Muon trains."""
        return [f"unet.{name}" for name in self.unet.hidden_matrices()]

    def after_step(self, step: int) -> None:
        """Let the average follow."""
        follow(self.average, self.unet, step, self.config.ema)

    def loss(self, batch: Batch) -> Tensor:
        """Weighted squared error of each image at a noise level of its own, mean over pixels: (n,)."""
        images, classes = split_batch(batch)
        y, n = scaled(images), len(images)
        if classes is not None:
            classes = classes.masked_fill(torch.rand(n) < self.config.label_dropout, NO_CLASS)
        sigma = (torch.randn(n) * P_STD + P_MEAN).exp() * (self.config.sigma_data / PAPER_DATA)
        return self.weighted_error(self.unet, y, sigma, torch.randn_like(y), classes)

    def weighted_error(
        self, network: nn.Module, y: Tensor, sigma: Tensor, noise: Tensor, classes: Tensor | None
    ) -> Tensor:
        """lambda(sigma) |D(y + sigma noise; sigma) - y|^2 of each image, mean over pixels (EDM, equation 2)."""
        x = y + sigma[:, None, None, None] * noise
        _, c_out, _, _ = self.coefficients(sigma)
        error = (self.denoise(network, x, sigma, classes) - y) / c_out[:, None, None, None]
        return error.square().flatten(1).mean(1)

    def coefficients(self, sigma: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """c_skip, c_out, c_in, c_noise (EDM, table 1)."""
        data = self.config.sigma_data
        total = sigma**2 + data**2
        return data**2 / total, sigma * data / total.sqrt(), 1 / total.sqrt(), sigma.log() / 4

    def denoise(self, network: nn.Module, x: Tensor, sigma: Tensor, classes: Tensor | None) -> Tensor:
        """D(x; sigma) for x (n, C, H, W) and sigma (n,), by ``unet`` or by its average."""
        c_skip, c_out, c_in, c_noise = (value[:, None, None, None] for value in self.coefficients(sigma))
        raw: Tensor = network((c_in * x).float(), c_noise.flatten(), classes)
        return c_skip * x + c_out * raw.to(x.dtype)

    def denoiser(self, classes: Tensor | None, guidance: float = 1.0) -> Denoiser:
        """The averaged network for a sampler.

        Classifier-free guidance (Ho & Salimans 2022, arXiv 2207.12598): D = U + guidance (C - U), where U is told no
        class; 1 is C itself, and costs half.
        """

        def denoise(x: Tensor, sigma: Tensor) -> Tensor:
            levels = sigma.expand(len(x))
            if classes is None or guidance == 1:
                return self.denoise(self.average, x, levels, classes)
            both = torch.cat([classes, torch.full_like(classes, NO_CLASS)])
            told, free = self.denoise(self.average, torch.cat([x, x]), levels.repeat(2), both).chunk(2)
            return free + guidance * (told - free)

        return denoise

    def sample(
        self, noise: Noise, sampler: DenoisingSampler, classes: Tensor | None = None, guidance: float = 1.0
    ) -> Tensor:
        """Images, uint8 (n, C, H, W)."""
        return as_pixels(sampler.images(self.denoiser(classes, guidance), noise, self.config.shape))

    def logprob(self, batch: Batch, noise: Noise) -> None:
        """No likelihood is computed."""
        return


def root_mean_square(pixels: Tensor) -> float:
    """Of images uint8 in [-1, 1]: what makes the input and the target of F have unit variance."""
    return max(math.sqrt(float(scaled(pixels).double().square().mean())), 1e-3)
