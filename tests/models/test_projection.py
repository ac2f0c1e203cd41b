import numpy as np
import pytest
import torch

from headwater.models import Projection, projection  # type: ignore[attr-defined]


def rows(n: int, size: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).normal(size=(n, size))).float()


def test_it_is_a_matrix_of_signs_whatever_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projection, "BLOCK", 64)
    one = Projection(100, 8, 3)
    matrix = one.project(torch.eye(100))
    assert torch.equal(matrix.abs(), torch.full((100, 8), 8**-0.5))
    assert abs(float(matrix.sum())) < 4 * (100 * 8) ** 0.5 * 8**-0.5
    some = rows(5, 100)
    assert torch.allclose(one.project(some), some @ matrix, atol=1e-5)


def test_dot_products_are_kept_within_their_standard_deviation() -> None:
    size, dimensions, some = 5_000, 256, rows(24, 5_000)
    some[1::2] += some[::2]  # half of the pairs are alike
    found = Projection(size, dimensions, 1).project(some)
    error = (found @ found.T - some @ some.T) / torch.outer(some.norm(dim=1), some.norm(dim=1))
    assert float(error.abs().max()) < 5 * (2 / dimensions) ** 0.5
    assert float(error.std()) < (2 / dimensions) ** 0.5


def test_seeds_are_independent_and_each_repeats() -> None:
    some = rows(2, 500)
    one, same, other = (Projection(500, 64, seed).project(some) for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.allclose(one, other, atol=0.1)
