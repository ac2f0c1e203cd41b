"""Muon: momentum whose matrices are orthogonalised before each step.

Jordan et al. 2024, kellerjordan.github.io/posts/muon.

Own instead of ``torch.optim.Muon``: that one orthogonalises in bfloat16, matrix by matrix. Here matrices of one shape
go through one batched product in float32, which on a CPU is faster and exact to the last bit on resume.
"""

import torch
from torch import Tensor, nn

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Quintic Newton-Schulz iteration of Jordan et al.: steepest at zero, singular values end in about [0.7, 1.2]."""
ITERATIONS = 5


WIDE = 2
"""From so many columns a row, the iteration runs on the products of the rows alone."""


def orthogonalise(matrices: Tensor) -> Tensor:
    """The nearest semi-orthogonal matrices, roughly: (n, rows, cols) to the same shape, singular values near 1."""
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    x = _iterate_on_rows(x) if x.shape[-1] >= WIDE * x.shape[-2] else _iterate(x)
    return x.mT if tall else x


def _iterate(x: Tensor) -> Tensor:
    for _ in range(ITERATIONS):
        x = _polynomial(x @ x.mT) @ x
    return x


def _iterate_on_rows(x: Tensor) -> Tensor:
    """The same: G = X X^T becomes Q G Q when X becomes Q X, so that X itself is needed first and last."""
    gram = x @ x.mT
    product = step = _polynomial(gram)
    for _ in range(ITERATIONS - 1):
        gram = step @ gram @ step
        step = _polynomial(gram)
        product = step @ product
    return product @ x


def _polynomial(gram: Tensor) -> Tensor:
    """a I + b G + c G^2."""
    a, b, c = COEFFICIENTS
    result = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
    result.diagonal(dim1=-2, dim2=-1).add_(a)
    return result


class Muon:
    """Nesterov momentum and orthogonalised updates for hidden matrices.

    A parameter of 3 dimensions is a stack of matrices; one of 4 is a convolution kernel, flattened to
    (first, rest). Each update is scaled by sqrt(max(1, rows / cols)).
    """

    def __init__(self, parameters: dict[str, nn.Parameter], momentum: float = 0.95) -> None:
        self.parameters, self.momentum = parameters, momentum
        self.buffers = {name: torch.zeros_like(parameter) for name, parameter in parameters.items()}

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """One update of every parameter from its gradient."""
        by_shape: dict[tuple[int, int], list[tuple[nn.Parameter, Tensor]]] = {}
        for name, parameter in self.parameters.items():
            if parameter.grad is not None:
                update = _as_matrices(self._nesterov(name, parameter.grad))
                by_shape.setdefault((update.shape[1], update.shape[2]), []).append((parameter, update))
        for (rows, cols), pairs in by_shape.items():
            directions = orthogonalise(torch.cat([update for _, update in pairs]))
            scale = learning_rate * max(1.0, rows / cols) ** 0.5
            for (parameter, _), direction in zip(
                pairs, torch.split(directions, [len(u) for _, u in pairs]), strict=True
            ):
                parameter.sub_(direction.reshape(parameter.shape), alpha=scale)

    def _nesterov(self, name: str, gradient: Tensor) -> Tensor:
        buffer = self.buffers[name].lerp_(gradient, 1 - self.momentum)
        return gradient.lerp(buffer, self.momentum)


def _as_matrices(tensor: Tensor) -> Tensor:
    if tensor.ndim == 2:
        return tensor[None]
    return tensor if tensor.ndim == 3 else tensor.flatten(1)[None]
