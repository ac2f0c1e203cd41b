import pytest
import torch
from torch import nn

from headwater.models.muon import Muon, orthogonalise


@pytest.mark.parametrize("shape", [(3, 16, 16), (2, 32, 8), (2, 8, 32)])
def test_orthogonalising_keeps_the_singular_vectors_and_brings_the_values_near_one(shape: tuple[int, ...]) -> None:
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    result = orthogonalise(matrices)
    u, _, v = torch.linalg.svd(matrices, full_matrices=False)
    inside = u.mT @ result @ v.mT
    values = torch.diagonal(inside, dim1=1, dim2=2)
    assert ((values > 0.6) & (values < 1.3)).all()
    assert torch.allclose(inside, torch.diag_embed(values), atol=1e-4)


def test_a_step_goes_down_the_gradient_by_about_the_learning_rate_in_every_direction() -> None:
    weight = nn.Parameter(torch.zeros(8, 8))
    weight.grad = torch.randn(8, 8, generator=torch.Generator().manual_seed(1))
    Muon({"weight": weight}).step(0.1)
    assert (weight * weight.grad).sum() < 0
    assert torch.allclose(torch.linalg.svdvals(weight), torch.full((8,), 0.1), rtol=0.4)


def test_tall_matrices_move_further_by_the_root_of_their_ratio() -> None:
    gradient = torch.randn(32, 8, generator=torch.Generator().manual_seed(2))
    tall, wide = nn.Parameter(torch.zeros(32, 8)), nn.Parameter(torch.zeros(8, 32))
    tall.grad, wide.grad = gradient, gradient.T.contiguous()
    Muon({"tall": tall, "wide": wide}).step(1.0)
    assert torch.allclose(tall, 2 * wide.T, atol=1e-5)


def test_a_stack_of_matrices_moves_like_the_matrices_alone() -> None:
    gradients = torch.randn(3, 8, 8, generator=torch.Generator().manual_seed(3))
    stack, alone = nn.Parameter(torch.zeros(3, 8, 8)), [nn.Parameter(torch.zeros(8, 8)) for _ in range(3)]
    stack.grad = gradients
    for parameter, gradient in zip(alone, gradients, strict=True):
        parameter.grad = gradient
    Muon({"stack": stack}).step(0.1)
    Muon({str(k): parameter for k, parameter in enumerate(alone)}).step(0.1)
    assert torch.allclose(stack, torch.stack(list(alone)), atol=1e-6)


def test_a_convolution_kernel_moves_like_its_flat_matrix() -> None:
    gradient = torch.randn(8, 4, 3, 3, generator=torch.Generator().manual_seed(4))
    kernel, flat = nn.Parameter(torch.zeros(8, 4, 3, 3)), nn.Parameter(torch.zeros(8, 36))
    kernel.grad, flat.grad = gradient, gradient.flatten(1)
    Muon({"kernel": kernel}).step(0.1)
    Muon({"flat": flat}).step(0.1)
    assert torch.equal(kernel.flatten(1), flat)


def test_momentum_outlives_the_gradient_that_made_it() -> None:
    weight = nn.Parameter(torch.zeros(4, 4))
    muon = Muon({"weight": weight})
    weight.grad = torch.eye(4)
    muon.step(0.1)
    before = weight.detach().clone()
    weight.grad = torch.zeros(4, 4)
    muon.step(0.1)
    assert (weight.diagonal() < before.diagonal()).all()


@pytest.mark.parametrize("rank", [1, 4, 16])
def test_the_iteration_on_rows_is_that_on_the_matrix(rank: int) -> None:
    noise = torch.Generator().manual_seed(5)
    matrices = torch.randn(3, 16, rank, generator=noise) @ torch.randn(3, rank, 64, generator=noise)
    x = matrices.double() / matrices.double().norm(dim=(1, 2), keepdim=True)
    for _ in range(5):
        gram = x @ x.mT
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    assert torch.allclose(orthogonalise(matrices).double(), x, atol=1e-4)
    assert torch.allclose(orthogonalise(matrices.mT).double(), x.mT, atol=1e-4)
