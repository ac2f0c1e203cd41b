"""Samplers: objects that turn noise into latents or images, written once for every network.

A latent sampler draws z for a decoder. A denoising sampler walks from noise to an image along a denoiser D(x, sigma),
the expected clean image behind x = image + sigma * noise (Karras et al. 2022, arXiv 2206.00364, EDM below). All
randomness comes from :class:`Noise`, row by row, so every row is the same in any batch.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch
from torch import Tensor

from ..core import UsageError, did_you_mean
from .noise import Noise

Denoiser = Callable[[Tensor, Tensor], Tensor]
"""(x (n, C, H, W) float64, sigma () float64) to the denoised image, same shape."""
STEPS = 18
SIGMA_MIN, SIGMA_MAX, RHO = 0.002, 80.0, 7.0
"""EDM, table 1."""


class LatentSampler(Protocol):
    """Draws what a decoder starts from."""

    def latents(self, noise: Noise, dimensions: int) -> Tensor:
        """z of shape (rows, dimensions)."""


class DenoisingSampler(Protocol):
    """Walks from pure noise to images."""

    def images(self, denoise: Denoiser, noise: Noise, shape: tuple[int, int, int]) -> Tensor:
        """Images (rows, *shape), float64, in the units of the denoiser."""


@dataclass(frozen=True)
class Prior:
    """z from N(0, 1): what the network was trained for."""

    def latents(self, noise: Noise, dimensions: int) -> Tensor:
        """z of shape (rows, dimensions)."""
        return noise.normal(dimensions)


@dataclass(frozen=True)
class Mixture:
    """z from a Gaussian mixture that was fitted after training (Ghosh et al. 2020, arXiv 1903.12436).

    ``weights`` (k,), ``means`` (k, latent), ``factors`` (k, latent, latent): lower Cholesky factors of the covariances.
    """

    weights: Tensor
    means: Tensor
    factors: Tensor

    def latents(self, noise: Noise, dimensions: int) -> Tensor:
        """z of shape (rows, dimensions)."""
        bounds = self.weights.double().cumsum(0)
        chosen = torch.searchsorted(bounds, noise.uniform() * bounds[-1], right=True).clamp(max=len(bounds) - 1)
        z = self.means[chosen] + torch.einsum("nij,nj->ni", self.factors[chosen], noise.normal(dimensions))
        return z.float()


@dataclass(frozen=True)
class Ladder:
    """Noise levels from ``sigma_max`` to ``sigma_min``, then 0 (EDM, equation 5)."""

    steps: int = STEPS
    sigma_min: float = SIGMA_MIN
    sigma_max: float = SIGMA_MAX
    rho: float = RHO

    def levels(self) -> Tensor:
        """float64, (steps + 1,), falling."""
        share = torch.arange(self.steps, dtype=torch.float64) / max(self.steps - 1, 1)
        low, high = self.sigma_min ** (1 / self.rho), self.sigma_max ** (1 / self.rho)
        return torch.cat([(high + share * (low - high)) ** self.rho, torch.zeros(1, dtype=torch.float64)])


@dataclass(frozen=True)
class Heun(Ladder):
    """The probability-flow equation dx/dsigma = (x - D(x, sigma)) / sigma by Heun's method (EDM, algorithm 1).

    Second order; 2 x steps - 1 calls of the network. Given the first noise nothing is random.
    """

    def images(self, denoise: Denoiser, noise: Noise, shape: tuple[int, int, int]) -> Tensor:
        """Images (rows, *shape)."""
        levels = self.levels()
        x = noise.normal(*shape).double() * levels[0]
        for sigma, after in zip(levels[:-1], levels[1:], strict=True):
            slope = (x - denoise(x, sigma)) / sigma
            ahead = x + (after - sigma) * slope
            if after > 0:
                slope = (slope + (ahead - denoise(ahead, after)) / after) / 2
                ahead = x + (after - sigma) * slope
            x = ahead
        return x


@dataclass(frozen=True)
class DDIM(Ladder):
    """Song et al. 2021 (arXiv 2010.02502), equation 12, in units where the image is not scaled.

    x' = D + (down / sigma) (x - D) + up * n with up = eta * sigma' sqrt(1 - sigma'^2 / sigma^2) and
    down^2 = sigma'^2 - up^2. ``eta`` 0 is Euler's method on the probability-flow equation: nothing is random after the
    first noise. ``eta`` 1 is the posterior of DDPM (:class:`Ancestral`).
    """

    eta: float = 0.0

    def images(self, denoise: Denoiser, noise: Noise, shape: tuple[int, int, int]) -> Tensor:
        """Images (rows, *shape)."""
        levels = self.levels()
        x = noise.normal(*shape).double() * levels[0]
        for sigma, after in zip(levels[:-1], levels[1:], strict=True):
            up = self.eta * after * (1 - (after / sigma) ** 2).clamp(min=0).sqrt()
            down = (after**2 - up**2).clamp(min=0).sqrt()
            clean = denoise(x, sigma)
            x = clean + (down / sigma) * (x - clean)
            if up > 0:
                x = x + up * noise.normal(*shape).double()
        return x


@dataclass(frozen=True)
class Ancestral(DDIM):
    """Each step draws from q(x' | x, D), the posterior of DDPM (Ho et al. 2020, arXiv 2006.11239, equation 7)."""

    eta: float = 1.0


DENOISING: dict[str, Heun | DDIM] = {"heun": Heun(), "ddim": DDIM(), "ancestral": Ancestral()}


def choose(known: dict[str, Any], name: str | None, steps: int | None) -> Any:
    """The sampler of that name, or the first; raises :class:`UsageError` for what it cannot do."""
    name = next(iter(known)) if name is None else name
    if name not in known:
        hint = did_you_mean(name, known)
        raise UsageError(f"sample.sampler: this model has no sampler {name!r}; {hint}known: {', '.join(known)}")
    if steps is None:
        return known[name]
    if not isinstance(known[name], Ladder):
        raise UsageError(f"sample.sampler_steps: sampler {name!r} takes no steps; leave it out")
    if steps < 1:
        raise UsageError(f"sample.sampler_steps: {steps} must be 1 or more")
    return replace(known[name], steps=steps)
