"""Metrics of features side by side with the packages that others use: torchmetrics always, the rest where installed."""

from types import ModuleType

import numpy as np
import pytest
import torch
from torch import nn

from headwater.evaluate import cmmd, frechet_distance, inception_score, kernel_inception_distance, neighbourhoods
from headwater.evaluate import vendi_from_features as vendi


def normal(seed: int, n: int, d: int = 12, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, size=(n, d))


def peer(name: str) -> ModuleType:
    module: ModuleType = pytest.importorskip(name, reason=f"the package {name.split('.')[0]} is not installed")
    return module


def moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x.mean(0), np.cov(x, rowvar=False)


class AsFeatures(nn.Module):
    """Pixels as features, for metrics that want a network."""

    num_features = 12

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(1)


@pytest.mark.parametrize(("n", "m"), [(300, 200), (60, 80)])
def test_frechet_distance_is_that_of_torchmetrics(n: int, m: int) -> None:
    from torchmetrics.image.fid import FrechetInceptionDistance

    x, y = normal(0, n), normal(1, m, shift=0.3)
    metric = FrechetInceptionDistance(feature=AsFeatures(), input_img_size=(1, 3, 4), normalize=True)
    metric.set_dtype(torch.float64)
    metric.update(torch.from_numpy(x).reshape(n, 1, 3, 4), real=True)
    metric.update(torch.from_numpy(y).reshape(m, 1, 3, 4), real=False)
    assert frechet_distance(x, y) == pytest.approx(float(metric.compute()), rel=1e-6)


def test_a_large_common_offset_costs_us_no_digit_where_uncentred_sums_lose_some() -> None:
    from torchmetrics.image.fid import FrechetInceptionDistance

    x, y = (np.round(side, 6) + 1e6 for side in (normal(0, 300), normal(1, 300, shift=0.3)))
    wanted = frechet_distance(x - 1e6, y - 1e6)
    metric = FrechetInceptionDistance(feature=AsFeatures(), input_img_size=(1, 3, 4), normalize=True)
    metric.set_dtype(torch.float64)
    for side, real in ((x, True), (y, False)):
        metric.update(torch.from_numpy(side).reshape(300, 1, 3, 4), real=real)
    assert frechet_distance(x, y) == pytest.approx(wanted, rel=1e-9)
    assert float(metric.compute()) != pytest.approx(wanted, rel=1e-6)


def test_frechet_distance_is_that_of_clean_fid_and_torch_fidelity() -> None:
    clean, fidelity = peer("cleanfid.fid"), peer("torch_fidelity.metric_fid")
    x, y = normal(2, 300), normal(3, 250, shift=0.2)
    one, other = moments(x), moments(y)
    assert frechet_distance(x, y) == pytest.approx(clean.frechet_distance(*one, *other), rel=1e-8)
    statistics = [{"mu": mean, "sigma": covariance} for mean, covariance in (one, other)]
    found = fidelity.fid_statistics_to_metric(*statistics, False)["frechet_inception_distance"]
    assert frechet_distance(x, y) == pytest.approx(found, rel=1e-8)


def test_kernel_distance_is_that_of_clean_fid_and_torch_fidelity() -> None:
    clean, fidelity = peer("cleanfid.fid"), peer("torch_fidelity.metric_kid")
    x, y = normal(4, 90), normal(5, 90, shift=0.2)
    ours = kernel_inception_distance(x, y).value
    assert ours == pytest.approx(clean.kernel_distance(x, y, num_subsets=1), rel=1e-9)
    kernels = [(a @ b.T / 12 + 1) ** 3 for a, b in ((x, x), (x, y), (y, y))]
    assert ours == pytest.approx(float(fidelity.mmd2(*kernels)), rel=1e-9)


def test_kernel_distance_is_the_mean_over_all_subsets() -> None:
    """What peers estimate by 100 random subsets; here every subset of 5 of 7 rows on each side."""
    from itertools import combinations

    x, y = normal(6, 7), normal(7, 7, shift=0.2)
    rows = [list(part) for part in combinations(range(7), 5)]
    mean = np.mean([kernel_inception_distance(x[a], y[b]).value for a in rows for b in rows])
    assert kernel_inception_distance(x, y).value == pytest.approx(float(mean), rel=1e-10)


def test_p_of_the_kernel_distance_under_permutations_is_uniform() -> None:
    ranks = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        both = rng.normal(size=(40, 4))
        found = [kernel_inception_distance(both[:20], both[20:]).value]
        for _ in range(19):
            order = rng.permutation(40)
            found.append(kernel_inception_distance(both[order[:20]], both[order[20:]]).value)
        ranks.append(sum(other >= found[0] for other in found) / 20)
    assert np.mean(ranks) == pytest.approx(0.525, abs=0.14)  # 3.7 standard errors
    assert sum(rank <= 0.25 for rank in ranks) in range(4, 29)


@pytest.mark.parametrize("splits", [1, 2])
def test_inception_score_is_that_of_torchmetrics(splits: int) -> None:
    from torchmetrics.image.inception import InceptionScore

    logits = 2 * normal(8, 40, 6)
    metric = InceptionScore(feature=nn.Identity(), splits=splits)
    metric.update(torch.from_numpy(logits))
    if splits == 1:  # with more, it shuffles rows from the global generator first
        p = torch.from_numpy(logits).softmax(1).numpy()
        assert inception_score(p) == pytest.approx(float(metric.compute()[0]), rel=1e-6)
        return
    shuffled = logits[torch.randperm(40, generator=torch.Generator().manual_seed(0)).numpy()]
    torch.manual_seed(0)
    p = torch.from_numpy(shuffled).softmax(1).numpy()
    assert inception_score(p, 2) == pytest.approx(float(metric.compute()[0]), rel=1e-6)


def test_inception_score_is_that_of_torch_fidelity_in_splits_too() -> None:
    fidelity = peer("torch_fidelity.metric_isc")
    logits = torch.from_numpy(2 * normal(9, 60, 6))
    for splits in (1, 3):
        found = fidelity.isc_features_to_metric(logits, splits, shuffle=False)["inception_score_mean"]
        assert inception_score(logits.softmax(1).numpy(), splits) == pytest.approx(found, rel=1e-9)


def test_precision_and_recall_are_those_of_torch_fidelity_where_no_distance_is_a_radius() -> None:
    """It counts what lies on the edge of a ball too; without copies nothing does."""
    fidelity = peer("torch_fidelity.metric_prc")
    x, y = torch.from_numpy(normal(10, 120)), torch.from_numpy(normal(11, 100, shift=0.3))
    found = neighbourhoods(x.numpy(), y.numpy(), 3)
    wanted = fidelity.calculate_precision_recall_part(y, x, 3)  # generated first; float32
    assert (found.in_manifold.mean(), found.reached.mean()) == pytest.approx(wanted, abs=1e-6)


def test_vendi_is_that_of_the_authors_package() -> None:
    theirs = peer("vendi_score.vendi")
    for shape in ((60, 12), (10, 30)):
        x = normal(12, *shape)
        assert vendi(x) == pytest.approx(theirs.score_X(x), rel=1e-9)
        assert vendi(x) == pytest.approx(theirs.score_dual(x), rel=1e-9)


def test_cmmd_is_the_published_formula_with_all_matrices_at_once() -> None:
    """As the authors' code computes it: biased, sigma 10, times 1000."""
    x, y = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (normal(13, 50), normal(14, 40, shift=0.5)))

    def mean(a: np.ndarray, b: np.ndarray) -> float:
        squares = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
        return float(np.exp(-squares / (2 * 10**2)).mean())

    assert cmmd(x, y).value == pytest.approx(1000 * (mean(x, x) + mean(y, y) - 2 * mean(x, y)), rel=1e-9)
