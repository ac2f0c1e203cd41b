import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from headwater.core import ConfigError
from headwater.models.conv_vae import BIN, SIGMA_GAIN, ConvVAE, VAEConfig, divergence, free_bits
from headwater.models.noise import Noise


def vae(height: int = 8, width: int = 8, channels: int = 1, likelihood: str = "gaussian") -> ConvVAE:
    return ConvVAE(VAEConfig(height, width, channels, 8, 4, likelihood), torch.Generator().manual_seed(0))


def images(network: ConvVAE, n: int = 3) -> torch.Tensor:
    shape = (n, network.config.channels, network.config.height, network.config.width)
    return torch.randint(0, 256, shape, generator=torch.Generator().manual_seed(1), dtype=torch.uint8)


def test_the_divergence_is_that_of_torch_distributions() -> None:
    mean, log_variance = torch.randn(2, 5, 4, generator=torch.Generator().manual_seed(2))
    wanted = kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.0))
    assert torch.allclose(divergence(mean, log_variance), wanted, atol=1e-5)
    assert (divergence(mean, log_variance) >= 0).all()


def test_the_gaussian_bound_is_log_density_times_bin_width_less_the_divergence() -> None:
    network = vae()
    x = images(network)
    mean, log_variance = network.encode(x)
    noise = torch.randn_like(mean)
    decoded = network.decode(mean + (log_variance / 2).exp() * noise).sigmoid()
    sigma = (SIGMA_GAIN * network.sigma).exp()
    log_mass = (Normal(decoded, sigma).log_prob(x / 255) + math.log(BIN)).flatten(1).sum(1)
    wanted = divergence(mean, log_variance).sum(1) - log_mass
    assert torch.allclose(network.negative_elbo(x / 255, None, noise), wanted, rtol=1e-4)


def test_the_bernoulli_bound_is_that_of_torch_distributions() -> None:
    network = vae(likelihood="bernoulli")
    x = (images(network) > 127).to(torch.uint8) * 255
    mean, log_variance = network.encode(x)
    noise = torch.zeros_like(mean)
    wanted = -Bernoulli(logits=network.decode(mean)).log_prob(x / 255).flatten(1).sum(1)
    bound = network.negative_elbo(x / 255, None, noise)
    assert torch.allclose(bound, wanted + divergence(mean, log_variance).sum(1), rtol=1e-4)


def test_the_width_of_the_gaussian_cannot_fall_below_one_pixel_level() -> None:
    network = vae()
    with torch.no_grad():
        network.sigma.fill_(-100.0)
    assert torch.isfinite(network.loss(images(network))).all()


@pytest.mark.parametrize(("height", "width", "channels"), [(8, 8, 1), (9, 13, 3), (28, 28, 1)])
def test_any_shape_from_eight_pixels_goes_in_and_comes_out(height: int, width: int, channels: int) -> None:
    network = vae(height, width, channels)
    x = images(network)
    assert network.decode(network.encode(x)[0]).shape == x.shape
    assert network.loss(x).shape == (3,)


def test_the_loss_of_an_image_does_not_depend_on_its_batch() -> None:
    network = vae()
    x = images(network, 5)
    mean, _ = network.encode(x)
    together = network.negative_elbo(x / 255, None, torch.zeros_like(mean))
    alone = network.negative_elbo(x[2:3] / 255, None, torch.zeros_like(mean[:1]))
    assert torch.allclose(together[2:3], alone, rtol=1e-5)


def test_muon_gets_the_inner_kernels_and_an_unknown_size_is_named() -> None:
    network = vae()
    assert set(network.hidden_matrices()) < {name for name, _ in network.named_parameters()}
    with pytest.raises(ConfigError, match="no size 'xl'"):
        VAEConfig.of_size("xl", (8, 8, 1), "gaussian")


def test_the_loss_is_the_negative_bound_and_beta_weights_its_divergence() -> None:
    plain, heavy = vae(), ConvVAE(
        VAEConfig(8, 8, 1, 8, 4, "gaussian", beta=3.0), torch.Generator().manual_seed(0)
    )  # fmt: skip
    x = images(plain)
    with torch.no_grad():
        plain.posterior.weight.normal_(std=1.0, generator=torch.Generator().manual_seed(3))
        heavy.load_state_dict(plain.state_dict())
    torch.manual_seed(4)
    noise = torch.randn(3, 4)
    torch.manual_seed(4)
    loss = plain.loss(x)
    torch.manual_seed(4)
    heavier = heavy.loss(x)
    assert torch.allclose(loss, plain.negative_elbo(x / 255, None, noise), rtol=1e-5)
    extra = 2 * divergence(*plain.encode(x)).sum(1)
    assert extra.min() > 0.1 and torch.allclose(heavier - loss, extra, rtol=1e-3)


def test_free_bits_cap_the_mean_of_each_dimension_from_below_and_stop_its_gradient() -> None:
    nats = torch.tensor([[0.1, 2.0], [0.5, 4.0]], requires_grad=True)
    freed = free_bits(nats, 1.0)
    assert freed.mean(0).tolist() == [1.0, 3.0]  # Kingma et al. 2016: max(1, mean over the batch)
    freed.sum().backward()
    assert nats.grad is not None and nats.grad.tolist() == [[0.0, 1.0], [0.0, 1.0]]
    assert free_bits(nats, 0.0) is nats


def test_a_grey_pixel_is_the_probability_of_a_white_one_under_bernoulli() -> None:
    network = vae(likelihood="bernoulli")
    grey = torch.full((1, 1, 8, 8), 51, dtype=torch.uint8)
    drawn = torch.cat([network.target(grey, torch.rand(1, 1, 8, 8)) for _ in range(200)])
    assert set(drawn.unique().tolist()) == {0.0, 1.0} and abs(float(drawn.mean()) - 0.2) < 0.02
    two_tone = (images(network) > 127).to(torch.uint8) * 255
    assert torch.equal(network.target(two_tone, torch.rand(two_tone.shape)), two_tone.float() / 255)


def test_the_bound_of_many_samples_is_the_log_of_the_mean_weight() -> None:
    """Against torch.distributions, with the same noise, in one piece."""
    network = vae()
    with torch.no_grad():
        network.posterior.weight.normal_(std=0.2, generator=torch.Generator().manual_seed(3))
        x = images(network, 2)
        mean, log_variance = network.encode(x)
        z = mean + (log_variance / 2).exp() * Noise(0, "use", 0, 2).normal(700, 4).transpose(0, 1)
        decoded = network.decode(z.flatten(0, 1)).sigmoid().view(700, 2, 1, 8, 8)
        sigma = (SIGMA_GAIN * network.sigma).exp()
        pixels = (Normal(decoded, sigma).log_prob(x / 255) + math.log(BIN)).flatten(2).sum(2)
        weights = pixels + (Normal(0.0, 1.0).log_prob(z) - Normal(mean, (log_variance / 2).exp()).log_prob(z)).sum(2)
        wanted = torch.logsumexp(weights.double(), 0) - math.log(700)
        assert torch.allclose(network.logprob(x, Noise(0, "use", 0, 2), 700), wanted, atol=1e-2)


def test_the_label_reaches_posterior_and_decoder() -> None:
    network = ConvVAE(VAEConfig(8, 8, 1, 8, 4, "gaussian", classes=3), torch.Generator().manual_seed(0))
    x, z = images(network, 2), torch.zeros(2, 4)
    with torch.no_grad():
        network.posterior.weight.normal_(generator=torch.Generator().manual_seed(3))
    assert not torch.equal(*(network.encode(x, torch.tensor([k, k]))[0] for k in (0, 1)))
    assert not torch.equal(*(network.decode(z, torch.tensor([k, k])) for k in (0, 1)))
    assert network.loss((x, torch.tensor([0, 2]))).shape == (2,)
