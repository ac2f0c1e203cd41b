import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from headwater.core import ConfigError
from headwater.models.dcgan import GAN, GANConfig, as_pixels, between, scaled, size_of
from headwater.models.noise import Noise
from headwater.models.samplers import Prior


def gan(height: int = 8, width: int = 8, channels: int = 1, **options: object) -> GAN:
    config = GANConfig(height, width, channels, 8, 6, **options)  # type: ignore[arg-type]
    return GAN(config, torch.Generator().manual_seed(0))


def images(n: int, height: int = 8, width: int = 8, channels: int = 1) -> Tensor:
    noise = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (n, channels, height, width), generator=noise, dtype=torch.uint8)


def fakes(network: GAN, n: int, seed: int) -> Tensor:
    torch.manual_seed(seed)
    with torch.no_grad():
        return network.generator(torch.randn(n, 6))


SHAPES = [(8, 8, 1), (9, 13, 3), (28, 28, 1), (33, 32, 2), (64, 64, 3)]


@pytest.mark.parametrize(("height", "width", "channels"), SHAPES)
def test_any_shape_from_8_to_64_goes_in_and_comes_out(height: int, width: int, channels: int) -> None:
    network = gan(height, width, channels)
    x = images(2, height, width, channels)
    drawn = network.sample(Noise(0, "image", 0, 3), Prior())
    assert drawn.shape == (3, channels, height, width) and drawn.dtype == torch.uint8
    assert network.loss(x).shape == network.generator_loss(x).shape == (2,)
    assert 4 <= min(network.config.grid) <= 8


def test_the_losses_without_a_penalty_are_cross_entropies() -> None:
    network, x = gan(gamma=0.0), images(5)
    fake = fakes(network, 5, 3)
    torch.manual_seed(3)
    found = network.loss(x)
    logits = torch.stack([network.discriminator(scaled(x)), network.discriminator(fake)])
    truth = torch.tensor([[1.0] * 5, [0.0] * 5])
    wanted = F.binary_cross_entropy_with_logits(logits, truth, reduction="none").sum(0)
    assert torch.allclose(found, wanted, atol=1e-6)
    torch.manual_seed(3)
    wanted = F.binary_cross_entropy_with_logits(network.discriminator(fake), torch.ones(5), reduction="none")
    assert torch.allclose(network.generator_loss(x), wanted, atol=1e-6)


def test_r1_is_half_gamma_times_the_squared_gradient_by_finite_differences() -> None:
    network, x = gan(gamma=3.0, lazy=4).double(), images(2)
    real = scaled(x).double()
    slopes = torch.zeros(2, 64, dtype=torch.float64)
    for pixel in range(64):
        step = torch.zeros(64, dtype=torch.float64)
        step[pixel] = 1e-5
        shift = step.view(1, 1, 8, 8)
        slopes[:, pixel] = (network.discriminator(real + shift) - network.discriminator(real - shift)).detach() / 2e-5
    gradient = network._gradient(real, None)
    assert torch.allclose(gradient, slopes, atol=1e-6)
    network = gan(gamma=3.0, lazy=4)
    torch.manual_seed(3)
    with_penalty = network.loss(x)
    network.steps += 1  # the next step is a lazy one
    torch.manual_seed(3)
    penalty = 4 * 3.0 / 2 * slopes.square().sum(1)
    assert torch.allclose(with_penalty - network.loss(x), penalty.float(), rtol=1e-3, atol=1e-4)


def test_lazy_penalties_come_every_so_many_steps() -> None:
    network, x = gan(gamma=50.0, lazy=3), images(4)
    with torch.no_grad():
        network.discriminator.verdict.weight.mul_(20)
    values = []
    for step in range(7):
        torch.manual_seed(0)
        values.append(float(network.loss(x).detach().mean()))
        network.after_step(step)
    assert [value > min(values) + 1e-3 for value in values] == [True, False, False, True, False, False, True]


class Slope(torch.nn.Module):
    """A critic whose gradient has a known length everywhere."""

    def __init__(self, length: float) -> None:
        super().__init__()
        self.length = length

    def forward(self, x: Tensor, classes: Tensor | None = None) -> Tensor:
        return x.flatten(1).sum(1) * (self.length / 8)  # 64 pixels: the norm of the gradient is sqrt(64) / 8 x length


@pytest.mark.parametrize("length", [0.0, 1.0, 2.5])
def test_the_gradient_penalty_is_ten_times_the_squared_gap_to_length_one(length: float) -> None:
    network, x = gan(loss="wgan-gp"), images(3)
    network.discriminator = Slope(length)  # type: ignore[assignment]
    torch.manual_seed(2)
    found = network.loss(x)
    fake = fakes(network, 3, 2)
    plain = network.discriminator(fake) - network.discriminator(scaled(x))
    assert torch.allclose(found - plain, torch.full((3,), 10 * (length - 1) ** 2), atol=1e-3)


def test_a_point_between_lies_on_the_line() -> None:
    real, fake = torch.zeros(50, 1, 2, 2), torch.ones(50, 1, 2, 2)
    points = between(real, fake).flatten(1)
    assert (points == points[:, :1]).all() and points.min() >= 0 and points.max() <= 1 and points.std() > 0.1


def test_labels_reach_both_networks() -> None:
    network, x = gan(classes=3), images(2)
    told = [torch.tensor([k, k]) for k in (0, 1)]
    with torch.no_grad():
        drawn = [network.generator(torch.zeros(2, 6), label) for label in told]
        seen = [network.discriminator(scaled(x), label) for label in told]
    assert not torch.equal(*drawn) and not torch.equal(*seen)
    assert network.loss((x, told[0])).shape == (2,)


def test_the_loss_of_an_image_does_not_depend_on_its_neighbours() -> None:
    network, x = gan(), scaled(images(6))
    assert torch.allclose(network.discriminator(x)[2:3], network.discriminator(x[2:3]), atol=1e-5)


def test_pixels_come_back_from_the_scale() -> None:
    levels = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    assert torch.equal(as_pixels(scaled(levels)), levels)
    assert as_pixels(torch.tensor([-9.0, 9.0])).tolist() == [0, 255]


def test_an_untrained_generator_has_images_of_some_spread_and_an_unknown_size_is_named() -> None:
    drawn = gan().sample(Noise(0, "image", 0, 20), Prior()).float()
    assert drawn.std(0).mean() > 1 and math.isfinite(float(drawn.mean()))
    with pytest.raises(ConfigError, match="no size 'xl'"):
        size_of("xl")
