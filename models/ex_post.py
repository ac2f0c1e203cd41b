"""A density of latents, fitted after training (ex-post density estimation; Ghosh et al. 2020, arXiv 1903.12436)."""

import torch
from torch import Tensor, nn

from ..core import derive_seed
from .samplers import Mixture

ROWS = 10_000
"""At most so many latents are fitted."""
LEAST_PER_COMPONENT = 10


class ExPostDensity(nn.Module):
    """A Gaussian mixture whose numbers are buffers, so that they lie with the weights in the checkpoint."""

    weights: Tensor
    means: Tensor
    factors: Tensor

    def __init__(self, components: int, latent: int) -> None:
        super().__init__()
        self.register_buffer("weights", torch.full((components,), 1 / components))
        self.register_buffer("means", torch.zeros(components, latent))
        self.register_buffer("factors", torch.eye(latent).repeat(components, 1, 1))

    def fit(self, latents: Tensor, seed: int) -> None:
        """Fit to rows (n, latent) by expectation maximisation with full covariances, in one thread."""
        from sklearn.mixture import GaussianMixture
        from threadpoolctl import threadpool_limits

        rows = latents[:ROWS].double().numpy()
        with threadpool_limits(1):
            found = GaussianMixture(
                len(self.weights), reg_covar=1e-6, random_state=derive_seed(seed, "ex-post") % 2**32
            ).fit(rows)
        self.weights.copy_(torch.from_numpy(found.weights_))
        self.means.copy_(torch.from_numpy(found.means_))
        self.factors.copy_(torch.linalg.cholesky(torch.from_numpy(found.covariances_)))

    def sampler(self) -> Mixture:
        """The mixture as a sampler."""
        return Mixture(self.weights, self.means, self.factors)
