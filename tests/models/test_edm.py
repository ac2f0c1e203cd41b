import pytest
import torch
from torch import Tensor, nn

from headwater.core import ConfigError
from headwater.models.edm import EDM, EDMConfig, root_mean_square, widths_of
from headwater.models.noise import Noise
from headwater.models.samplers import Heun


def edm(**options: object) -> EDM:
    config = EDMConfig(8, 8, 1, (8, 16), 0.8, **options)  # type: ignore[arg-type]
    network = EDM(config, torch.Generator().manual_seed(0)).eval()
    noise = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for part in (network.unet.parameters(), network.average.buffers()):
            for tensor in part:
                if tensor.ndim > 1 and not tensor.any():
                    tensor.normal_(std=0.1, generator=noise)
    return network


def images(n: int = 4) -> Tensor:
    return torch.randint(0, 256, (n, 1, 8, 8), generator=torch.Generator().manual_seed(2), dtype=torch.uint8)


def test_the_coefficients_are_those_of_table_1() -> None:
    c_skip, c_out, c_in, c_noise = (float(value) for value in edm().coefficients(torch.tensor(0.6)))
    assert c_skip == pytest.approx(0.64) and c_out == pytest.approx(0.6 * 0.8) and c_in == pytest.approx(1.0)
    assert c_noise == pytest.approx(0.25 * torch.tensor(0.6).log().item())


def test_input_and_target_of_the_network_have_unit_variance() -> None:
    network, noise = edm(), torch.Generator().manual_seed(3)
    y = 0.8 * torch.randn(4_000, 1, 8, 8, generator=noise)
    for level in (0.01, 0.5, 20.0):
        sigma = torch.tensor(level)
        c_skip, c_out, c_in, _ = network.coefficients(sigma)
        x = y + sigma * torch.randn(y.shape, generator=noise)
        assert float((c_in * x).var()) == pytest.approx(1, rel=0.02)
        assert float(((y - c_skip * x) / c_out).var()) == pytest.approx(1, rel=0.02)


def test_a_network_that_says_nothing_loses_one_at_every_level() -> None:
    network = EDM(EDMConfig(8, 8, 1, (8, 16), 0.8), torch.Generator().manual_seed(0))
    noise = torch.Generator().manual_seed(3)
    y = 0.8 * torch.randn(2_000, 1, 8, 8, generator=noise)
    for level in (0.02, 0.8, 10.0):
        sigma = torch.full((2_000,), level)
        found = network.weighted_error(network.unet, y, sigma, torch.randn(y.shape, generator=noise), None)
        assert float(found.detach().mean()) == pytest.approx(1, rel=0.02)


def test_the_weight_is_lambda_of_the_paper() -> None:
    network, y = edm(), torch.zeros(3, 1, 8, 8)
    sigma, noise = torch.tensor([0.1, 1.0, 5.0]), torch.randn(3, 1, 8, 8)
    x = y + sigma[:, None, None, None] * noise
    squares = (network.denoise(network.unet, x, sigma, None) - y).square().flatten(1).mean(1)
    weight = (sigma**2 + 0.8**2) / (sigma * 0.8) ** 2
    assert torch.allclose(network.weighted_error(network.unet, y, sigma, noise, None), weight * squares, rtol=1e-4)


@pytest.mark.parametrize("sigma_data", [0.5, 0.96])
def test_the_noise_of_training_grows_with_the_images(sigma_data: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """That of the paper, N(-1.2, 1.2) in ln sigma, at its sigma_data of 0.5."""
    network = EDM(EDMConfig(8, 8, 1, (8, 16), sigma_data))
    seen: list[Tensor] = []

    def weighted_error(unet: nn.Module, y: Tensor, sigma: Tensor, *rest: object) -> Tensor:
        seen.append(sigma)
        return sigma

    monkeypatch.setattr(network, "weighted_error", weighted_error)
    torch.manual_seed(0)
    network.loss(images(20_000))
    found = seen[0].log()
    assert float(found.mean()) == pytest.approx(-1.2 + torch.tensor(sigma_data / 0.5).log().item(), abs=0.03)
    assert float(found.std()) == pytest.approx(1.2, abs=0.03)


def test_the_loss_is_one_number_an_image_and_draws_what_the_seed_says() -> None:
    network, x = edm(classes=3), images()
    labels = torch.tensor([0, 1, 2, 0])
    losses = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        losses.append(network.loss((x, labels)))
    assert losses[0].shape == (4,) and torch.equal(losses[0], losses[1]) and not torch.equal(losses[0], losses[2])


class Recorder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Tensor] = []

    def forward(self, x: Tensor, noise: Tensor, classes: Tensor | None = None) -> Tensor:
        assert classes is not None
        self.seen.append(classes)
        return torch.zeros_like(x) + classes[:, None, None, None]


def test_labels_are_left_out_as_often_as_said() -> None:
    network = edm(classes=3, label_dropout=0.3)
    network.unet = Recorder()  # type: ignore[assignment]
    for _ in range(50):
        network.loss((images(40), torch.full((40,), 2)))
    seen = torch.cat(network.unet.seen)  # type: ignore[arg-type]
    assert set(seen.tolist()) == {-1, 2} and float((seen == -1).float().mean()) == pytest.approx(0.3, abs=0.04)


@pytest.mark.parametrize("guidance", [0.0, 1.0, 2.5])
def test_guidance_goes_from_the_free_denoiser_through_the_told_one(guidance: float) -> None:
    network = edm(classes=3)
    x, sigma, labels = torch.randn(2, 1, 8, 8).double(), torch.tensor(0.7).double(), torch.tensor([0, 2])
    levels = sigma.expand(2)
    told = network.denoise(network.average, x, levels, labels)
    free = network.denoise(network.average, x, levels, torch.tensor([-1, -1]))
    found = network.denoiser(labels, guidance)(x, sigma)
    assert torch.allclose(found, free + guidance * (told - free), atol=1e-5) and not torch.allclose(told, free)


def test_samples_come_from_the_average_and_not_from_the_weights_in_training() -> None:
    network, noise = edm(), Noise(0, "image", 0, 2)
    with torch.no_grad():
        before = network.sample(noise, Heun(3))
        for parameter in network.unet.parameters():
            parameter.fill_(9.0)
        again = network.sample(Noise(0, "image", 0, 2), Heun(3))
    assert torch.equal(before, again) and before.shape == (2, 1, 8, 8) and before.dtype == torch.uint8


def test_sigma_data_is_the_root_mean_square_of_the_pixels() -> None:
    assert root_mean_square(torch.tensor([0, 255], dtype=torch.uint8)) == pytest.approx(1)
    assert root_mean_square(torch.full((2, 1, 8, 8), 191, dtype=torch.uint8)) == pytest.approx(191 / 127.5 - 1)


def test_an_unknown_size_is_named() -> None:
    with pytest.raises(ConfigError, match="no size 'xl'"):
        widths_of("xl")
