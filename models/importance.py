"""Likelihood by importance sampling (Burda et al. 2015, IWAE, arXiv 1509.00519)."""

import math
from collections.abc import Callable

import torch
from torch import Tensor


def log_weights(
    log_likelihood: Callable[[Tensor], Tensor], mean: Tensor, log_variance: Tensor, noise: Tensor
) -> Tensor:
    """log w = log p(x|z) + log p(z) - log q(z|x) at z = mean + exp(log_variance / 2) noise, float64, (k, n).

    ``mean`` and ``log_variance`` (n, latent) are those of q(z|x), ``noise`` is (k, n, latent), p(z) is N(0, 1), and
    ``log_likelihood`` takes z (k, n, latent) to log p(x|z), (k, n).
    """
    z = mean + (log_variance / 2).exp() * noise
    log_prior = -0.5 * z.double().square().sum(-1)
    log_posterior = -0.5 * (noise.double().square() + log_variance.double()).sum(-1)
    return log_likelihood(z).double() + log_prior - log_posterior


def log_mean_weight(weights: Tensor) -> Tensor:
    """L_k = log (1/k) sum w, (n,), from log weights (k, n).

    A lower bound on log p(x) in expectation, the evidence lower bound at k = 1, never falling with k (theorem 1).
    """
    return torch.logsumexp(weights, 0) - math.log(len(weights))
