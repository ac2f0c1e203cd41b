"""A linear-Gaussian model has a closed form: p(z) = N(0, 1), p(x|z) = N(Wz, s^2), so p(x) = N(0, WW' + s^2)."""

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal, Normal, kl_divergence

from headwater.models.importance import log_mean_weight, log_weights

WIDTH, LATENT, SIGMA = 5, 2, 0.7


class Linear:
    """With an approximate posterior that is somewhat wrong, as that of a trained network is."""

    def __init__(self, wrong: float = 0.3) -> None:
        self.matrix = torch.randn(WIDTH, LATENT, generator=torch.Generator().manual_seed(0))
        self.x = torch.randn(6, WIDTH, generator=torch.Generator().manual_seed(1)) * 1.5
        precision = torch.eye(LATENT) + self.matrix.T @ self.matrix / SIGMA**2
        self.mean = (self.x @ self.matrix / SIGMA**2) @ torch.linalg.inv(precision) + wrong
        self.log_variance = -torch.diagonal(precision).log().expand(6, LATENT) + wrong

    def log_likelihood(self, z: Tensor) -> Tensor:
        return Normal(z @ self.matrix.T, SIGMA).log_prob(self.x).sum(-1)

    def truth(self) -> Tensor:
        covariance = self.matrix @ self.matrix.T + SIGMA**2 * torch.eye(WIDTH)
        return MultivariateNormal(torch.zeros(WIDTH), covariance).log_prob(self.x)

    def weights(self, k: int, seed: int = 2) -> Tensor:
        noise = torch.randn(k, 6, LATENT, generator=torch.Generator().manual_seed(seed))
        return log_weights(self.log_likelihood, self.mean, self.log_variance, noise)


def test_many_samples_converge_to_the_closed_form() -> None:
    model = Linear()
    assert torch.allclose(log_mean_weight(model.weights(100_000)), model.truth().double(), atol=0.02)


def test_one_sample_is_the_evidence_lower_bound_with_that_noise() -> None:
    model = Linear()
    noise = torch.randn(1, 6, LATENT, generator=torch.Generator().manual_seed(5))
    z = model.mean + (model.log_variance / 2).exp() * noise[0]
    posterior = Normal(model.mean, (model.log_variance / 2).exp())
    wanted = model.log_likelihood(z) + (Normal(0.0, 1.0).log_prob(z) - posterior.log_prob(z)).sum(-1)
    found = log_mean_weight(log_weights(model.log_likelihood, model.mean, model.log_variance, noise))
    assert torch.allclose(found, wanted.double(), atol=1e-4)


def test_the_mean_over_one_sample_bounds_is_the_bound_with_the_divergence_in_closed_form() -> None:
    model = Linear()
    posterior = Normal(model.mean, (model.log_variance / 2).exp())
    z = model.mean + (model.log_variance / 2).exp() * torch.randn(
        200_000, 6, LATENT, generator=torch.Generator().manual_seed(6)
    )
    wanted = model.log_likelihood(z).mean(0) - kl_divergence(posterior, Normal(0.0, 1.0)).sum(-1)
    assert torch.allclose(model.weights(200_000).mean(0), wanted.double(), atol=0.03)


def test_the_bound_never_falls_with_the_number_of_samples_and_stays_below_the_truth() -> None:
    """In expectation (Burda et al. 2015, theorem 1): the same 20,000 weights in groups of 1, 2, 5, ..."""
    model = Linear(wrong=0.6)
    weights, truth = model.weights(20_000), model.truth().double().mean()
    bounds = [
        float((weights.view(-1, k, 6).logsumexp(1) - math.log(k)).mean()) for k in (1, 2, 5, 10, 50, 200)
    ]  # fmt: skip
    assert bounds == sorted(bounds) and bounds[0] < bounds[-1] - 0.2
    assert bounds[-1] == pytest.approx(float(truth), abs=0.15) and bounds[0] < truth


def test_the_true_posterior_needs_one_sample() -> None:
    """Where q is p(z|x), every weight is p(x): a model of one latent, whose posterior is diagonal."""
    x, matrix = torch.tensor([[1.0, -0.5]]), torch.tensor([[2.0], [1.0]])
    precision = 1 + float((matrix**2).sum())
    mean, log_variance = x @ matrix / precision, torch.full((1, 1), -math.log(precision))
    noise = torch.randn(9, 1, 1, generator=torch.Generator().manual_seed(1))
    weights = log_weights(lambda z: Normal(z @ matrix.T, 1.0).log_prob(x).sum(-1), mean, log_variance, noise)
    truth = MultivariateNormal(torch.zeros(2), matrix @ matrix.T + torch.eye(2)).log_prob(x)
    assert torch.allclose(weights, truth.double().expand(9, 1), atol=1e-5)
