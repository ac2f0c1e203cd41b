"""For Gaussian data N(mu, s^2) the denoiser is known: D = (s^2 x + sigma^2 mu) / (s^2 + sigma^2), and so is its ODE."""

import pytest
import torch
from torch import Tensor

from headwater.core import UsageError
from headwater.models.noise import Noise
from headwater.models.samplers import DDIM, DENOISING, Ancestral, Heun, Ladder, Prior, choose

MU, S = 0.3, 0.5
SHAPE = (1, 2, 2)


def gaussian(x: Tensor, sigma: Tensor) -> Tensor:
    return (S**2 * x + sigma**2 * MU) / (S**2 + sigma**2)


def exact(noise: Noise, ladder: Ladder) -> Tensor:
    """x(0) of the probability-flow equation: (x - mu) / sqrt(s^2 + sigma^2) stays as it was at the start."""
    x = noise.normal(*SHAPE).double() * ladder.sigma_max
    return MU + (x - MU) * S / (S**2 + ladder.sigma_max**2) ** 0.5


def rows(n: int = 20) -> Noise:
    return Noise(1, "start", 0, n)


def error(sampler: Heun | DDIM) -> float:
    return float((sampler.images(gaussian, rows(), SHAPE) - exact(rows(), sampler)).abs().max())


@pytest.mark.parametrize("steps", [16, 32, 64])
def test_heun_is_of_second_order_by_step_halving(steps: int) -> None:
    first, second = error(Heun(steps)), error(Heun(2 * steps))
    assert 3.3 < first / second < 5


@pytest.mark.parametrize("steps", [64, 128])
def test_ddim_without_noise_is_of_first_order(steps: int) -> None:
    assert 1.7 < error(DDIM(steps)) / error(DDIM(2 * steps)) < 2.3


def test_heun_at_18_steps_is_nearer_than_ddim_at_35() -> None:
    """The same number of calls of the network."""
    assert error(Heun(18)) < error(DDIM(35)) < 0.2


def test_the_levels_are_those_of_the_paper() -> None:
    levels = Ladder(3, 1.0, 8.0, rho=3.0).levels()
    assert levels.tolist() == pytest.approx([8.0, 1.5**3, 1.0, 0.0])
    assert Ladder().levels()[[0, -2, -1]].tolist() == pytest.approx([80.0, 0.002, 0.0])
    assert Ladder(1).levels().tolist() == pytest.approx([80.0, 0.0])


@pytest.mark.parametrize("name", DENOISING)
def test_a_row_is_the_same_in_any_batch(name: str) -> None:
    whole = DENOISING[name].images(gaussian, Noise(3, "row", 0, 9), SHAPE)
    assert torch.equal(whole[5:], DENOISING[name].images(gaussian, Noise(3, "row", 5, 9), SHAPE))
    assert torch.equal(whole, DENOISING[name].images(gaussian, Noise(3, "row", 0, 9), SHAPE))


class Counted(Noise):
    calls = 0

    def normal(self, *shape: int) -> Tensor:
        self.calls += 1
        return super().normal(*shape)


@pytest.mark.parametrize(("name", "draws"), [("heun", 1), ("ddim", 1), ("ancestral", 18)])
def test_only_ancestral_sampling_draws_noise_after_the_start(name: str, draws: int) -> None:
    noise = Counted(0, "draws", 0, 2)
    DENOISING[name].images(gaussian, noise, SHAPE)
    assert noise.calls == draws  # the last step goes to sigma 0 and adds nothing


@pytest.mark.parametrize(("name", "steps", "calls"), [("heun", 18, 35), ("ddim", 18, 18), ("ancestral", 7, 7)])
def test_the_network_is_called_as_often_as_documented(name: str, steps: int, calls: int) -> None:
    seen = []

    def denoise(x: Tensor, sigma: Tensor) -> Tensor:
        seen.append(float(sigma))
        return gaussian(x, sigma)

    choose(DENOISING, name, steps).images(denoise, rows(2), SHAPE)
    assert len(seen) == calls and min(seen) > 0


def variance(eta: float, steps: int) -> float:
    """That of the sampler's output by the recursion of its linear steps: no sampling error."""
    levels, value = DDIM(steps, eta=eta).levels(), 80.0**2
    for sigma, after in zip(levels[:-1].tolist(), levels[1:].tolist(), strict=True):
        up = eta * after * (1 - (after / sigma) ** 2) ** 0.5
        down = (after**2 - up**2) ** 0.5
        gain = S**2 / (S**2 + sigma**2)
        value = (gain + down / sigma * (1 - gain)) ** 2 * value + up**2
    return value


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
def test_the_variance_of_samples_is_that_of_the_recursion(eta: float) -> None:
    drawn = DDIM(30, eta=eta).images(gaussian, rows(4_000), (1, 1, 2))
    assert float(drawn.var()) == pytest.approx(variance(eta, 30), rel=0.05)
    assert float(drawn.mean()) == pytest.approx(MU, abs=0.03)


class Unit(Noise):
    """Row 0 draws zeros alone; row k draws a one at the k-th draw, so that it tells what that draw does."""

    def __init__(self, draws: int) -> None:
        super().__init__(0, "unit", 0, draws + 1)
        self.done = 0

    def normal(self, *shape: int) -> Tensor:
        self.done += 1
        return (torch.arange(len(self)) == self.done).double().view(-1, *[1] * len(shape)).expand(-1, *shape)


def effects(sampler: DDIM, draws: int) -> Tensor:
    """What each draw adds to a pixel: the sampler is linear here, so there is no sampling error."""
    pixels = sampler.images(gaussian, Unit(draws), (1, 1, 1)).flatten()
    return pixels[1:] - pixels[0]


@pytest.mark.parametrize("eta", [0.5, 1.0])
def test_the_variance_is_exactly_the_sum_over_all_draws(eta: float) -> None:
    assert float(effects(DDIM(30, eta=eta), 30).square().sum()) == pytest.approx(variance(eta, 30), rel=1e-9)


@pytest.mark.parametrize(("sigma", "after"), [(3.0, 2.9), (2.0, 0.8), (0.5, 0.1)])
def test_an_ancestral_step_on_a_gaussian_loses_the_variance_of_the_posterior_and_no_more(
    sigma: float, after: float
) -> None:
    """A draw of the clean image would keep S^2 + sigma'^2; its mean in place of it loses (1 - r)^2 Var(clean | x)."""
    seen: list[Tensor] = []

    def denoise(x: Tensor, level: Tensor) -> Tensor:
        seen.append(x.flatten())
        return gaussian(x, level)

    Ancestral(2, sigma_min=after, sigma_max=sigma).images(denoise, Unit(2), (1, 1, 1))
    first, second = ((seen[1] - seen[1][0])[k] for k in (1, 2))
    found = float((first / sigma) ** 2 * (S**2 + sigma**2) + second**2)
    lost = (1 - (after / sigma) ** 2) ** 2 * S**2 * sigma**2 / (S**2 + sigma**2)
    assert found == pytest.approx(S**2 + after**2 - lost, rel=1e-9)


def test_ancestral_sampling_of_one_image_has_the_variance_of_each_level_exactly() -> None:
    """For data that are one point x is N(point, sigma^2) at every level, however far the steps are apart."""
    seen: list[float] = []

    def denoise(x: Tensor, level: Tensor) -> Tensor:
        pixels = x.flatten()
        seen.append(float((pixels[1:] - pixels[0]).square().sum()))
        return torch.full_like(x, MU)

    ladder = Ancestral(9)
    images = ladder.images(denoise, Unit(9), (1, 1, 1))
    assert seen == pytest.approx((ladder.levels()[:-1] ** 2).tolist(), rel=1e-9)
    assert images.flatten().tolist() == pytest.approx([MU] * 10)


def test_ddim_without_noise_is_euler_on_the_probability_flow_equation() -> None:
    sampler = DDIM(12)
    x, levels = rows().normal(*SHAPE).double() * sampler.sigma_max, sampler.levels().tolist()
    for sigma, after in zip(levels[:-1], levels[1:], strict=True):
        x = x + (after - sigma) * (x - gaussian(x, torch.tensor(sigma, dtype=torch.float64))) / sigma
    first, again = (sampler.images(gaussian, rows(), SHAPE) for _ in range(2))
    assert torch.equal(first, again) and torch.allclose(first, x, rtol=1e-9)


def test_ancestral_sampling_recovers_the_variance_of_the_data_as_steps_grow() -> None:
    gaps = [abs(variance(1.0, steps) / S**2 - 1) for steps in (50, 200, 800)]
    assert gaps == sorted(gaps, reverse=True) and gaps[-1] < 0.02
    drawn = Ancestral(400).images(gaussian, rows(2_000), (1, 1, 2))
    assert float(drawn.var()) == pytest.approx(S**2, rel=0.08)


def test_an_ancestral_step_draws_from_the_posterior_of_ddpm() -> None:
    """q(x' | x, D) = N(r x + (1 - r) D, sigma'^2 (1 - r)) with r = sigma'^2 / sigma^2 (Ho et al. 2020, equation 7)."""
    sigma, after, clean, start = 2.0, 0.8, 0.25, 3.0
    ratio = (after / sigma) ** 2
    up = after * (1 - ratio) ** 0.5
    assert up**2 == pytest.approx(after**2 * (1 - ratio))
    down = (after**2 - up**2) ** 0.5
    assert clean + down / sigma * (start - clean) == pytest.approx(ratio * start + (1 - ratio) * clean)
    ladder = Ancestral(2, sigma_min=after, sigma_max=sigma)
    seen: list[Tensor] = []

    def denoise(x: Tensor, level: Tensor) -> Tensor:
        seen.append(x)
        return torch.full_like(x, clean)

    noise = Noise(0, "step", 0, 30_000)
    ladder.images(denoise, noise, (1, 1, 1))
    first, second = seen[0].flatten(), seen[1].flatten()
    rest = second - (ratio * first + (1 - ratio) * clean)
    assert float(rest.var()) == pytest.approx(after**2 * (1 - ratio), rel=0.03)
    assert abs(float(torch.corrcoef(torch.stack([rest, first]))[0, 1])) < 0.02


def test_a_sampler_is_chosen_by_name_and_a_wrong_one_is_one_sentence() -> None:
    assert choose(DENOISING, None, None) == Heun() and choose(DENOISING, "ddim", 7) == DDIM(7)
    with pytest.raises(UsageError, match='no sampler "?\'?hun\'?"?; did you mean "heun"'):
        choose(DENOISING, "hun", None)
    with pytest.raises(UsageError, match="takes no steps"):
        choose({"prior": Prior()}, "prior", 5)
    with pytest.raises(UsageError, match="0 must be 1 or more"):
        choose(DENOISING, "heun", 0)
