import torch

from headwater.models.ex_post import ExPostDensity
from headwater.models.noise import Noise


def two_clouds(n: int = 2_000) -> torch.Tensor:
    draws = torch.randn(n, 2, generator=torch.Generator().manual_seed(0))
    left = torch.rand(n, generator=torch.Generator().manual_seed(1)) < 0.25
    shear = torch.tensor([[1.0, 0.8], [0.0, 0.6]])
    return torch.where(left[:, None], draws * 0.3 - 4, draws @ shear + 3)


def fitted(components: int = 2, seed: int = 0) -> ExPostDensity:
    density = ExPostDensity(components, 2)
    density.fit(two_clouds(), seed)
    return density


def test_the_mixture_finds_planted_clouds() -> None:
    density = fitted()
    left = int(density.means[:, 0].argmin())
    assert abs(float(density.weights[left]) - 0.25) < 0.04
    assert torch.allclose(density.means[left], torch.tensor([-4.0, -4.0]), atol=0.1)
    covariance = density.factors[1 - left] @ density.factors[1 - left].T
    assert torch.allclose(covariance, torch.tensor([[1.0, 0.8], [0.8, 1.0]]), atol=0.12)


def test_samples_have_the_mean_and_covariance_of_what_was_fitted() -> None:
    rows, z = two_clouds(), fitted().sampler().latents(Noise(3, "z", 0, 4_000), 2)
    assert torch.allclose(z.mean(0), rows.mean(0), atol=0.2)
    assert torch.allclose(z.T.cov(), rows.T.cov(), atol=0.6)
    assert z.dtype == torch.float32


def test_the_same_seed_gives_the_same_bits() -> None:
    assert all(
        torch.equal(a, b) for a, b in zip(fitted().state_dict().values(), fitted().state_dict().values(), strict=True)
    )


def test_a_latent_depends_on_its_number_alone() -> None:
    sampler = fitted().sampler()
    assert torch.equal(sampler.latents(Noise(3, "z", 0, 50), 2)[40:], sampler.latents(Noise(3, "z", 40, 50), 2))


def test_a_weight_of_zero_is_never_drawn() -> None:
    density = ExPostDensity(3, 1)
    density.weights.copy_(torch.tensor([0.0, 1.0, 0.0]))
    density.means.copy_(torch.tensor([[-50.0], [0.0], [50.0]]))
    assert density.sampler().latents(Noise(0, "z", 0, 500), 1).abs().max() < 10
