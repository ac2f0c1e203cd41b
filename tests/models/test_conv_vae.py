import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from headwater.core import ConfigError
from headwater.models.conv_vae import BIN, SIGMA_GAIN, ConvVAE, VAEConfig, divergence


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
    assert torch.allclose(network.negative_elbo(x, mean, log_variance, noise), wanted, rtol=1e-4)


def test_the_bernoulli_bound_is_that_of_torch_distributions() -> None:
    network = vae(likelihood="bernoulli")
    x = (images(network) > 127).to(torch.uint8) * 255
    mean, log_variance = network.encode(x)
    noise = torch.zeros_like(mean)
    wanted = -Bernoulli(logits=network.decode(mean)).log_prob(x / 255).flatten(1).sum(1)
    bound = network.negative_elbo(x, mean, log_variance, noise)
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
    mean, log_variance = network.encode(x)
    together = network.negative_elbo(x, mean, log_variance, torch.zeros_like(mean))
    alone = network.negative_elbo(x[2:3], *(part[:1] for part in network.encode(x[2:3])), torch.zeros_like(mean[:1]))
    assert torch.allclose(together[2:3], alone, rtol=1e-5)


def test_muon_gets_the_inner_kernels_and_an_unknown_size_is_named() -> None:
    network = vae()
    assert set(network.hidden_matrices()) < {name for name, _ in network.named_parameters()}
    with pytest.raises(ConfigError, match="no size 'xl'"):
        VAEConfig.of_size("xl", (8, 8, 1), "gaussian")
