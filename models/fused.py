"""Steps of the transformer whose gradient is written by hand: fewer passes over memory than autograd makes of them.

With y = x * s and s = sqrt(d) / |x|, the gradient of the normalisation is s * (dy - y <dy, y> / d). A rotation keeps
lengths, so normalisation and rotation of queries and keys are one step, undone together. For r = max(x, 0) the gradient
of r^2 is 2 r dy. For p = softmax(h W^T) the gradient of -ln p[target] with respect to the logits is p less one at the
target. Logits become exponentials where they lie, a few rows at a time while they are in the cache of the processor,
and stay so: their sums divide the small products with them, h and W.

The gradients are those of the plain formulas beside them; they can be taken example by example (``torch.func.vmap``),
not differentiated again.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

EPSILON = 1e-5
"""Smallest length of a vector that normalisation divides by."""
CHUNK = 256
"""Positions whose logits are made together."""


def norm(x: Tensor) -> Tensor:
    """Each vector (last axis) at length sqrt(d): RMS normalisation without gain."""
    # Not F.rms_norm: on a CPU that converts float32 to float64 and back, and takes twice as long in training.
    return _do(_Norm, x)[0]


def norm_and_turn(qkv: Tensor, rotation: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """qkv (rows, t, 3, heads, d) to queries, keys, values (rows, heads, t, d); the first two normalised and turned.

    Each pair of neighbouring features turns by the angle of its position: unit complex numbers ``rotation`` (t, d / 2).
    """
    qk, v, _ = _do(_NormAndTurn, qkv, rotation)
    q, k = qk.unbind(2)
    return q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)


def squared_relu(x: Tensor) -> Tensor:
    """max(x, 0)^2."""
    return _do(_SquaredReLU, x)[0]


def next_token_nats(hidden: Tensor, head: Tensor, targets: Tensor) -> Tensor:
    """-ln softmax(hidden head^T)[target]: hidden (n, width), head (vocabulary, width), targets (n,) to (n,)."""
    if torch.is_autocast_enabled("cpu"):
        hidden, head = (each.to(torch.get_autocast_dtype("cpu")) for each in (hidden, head))
    return _do(_NextTokenNats, hidden, head, targets)[0]


def _do(step: Any, *inputs: Tensor) -> tuple[Tensor, ...]:
    results: tuple[Tensor, ...] = step.apply(*inputs) if torch.is_grad_enabled() else step.forward(*inputs)
    return results


def turn(x: Tensor, rotation: Tensor) -> Tensor:
    """Turn each pair of neighbouring features; the rotation is broadcast against (..., d / 2)."""
    wide = torch.promote_types(x.dtype, torch.float32)
    pairs = torch.view_as_complex(x.to(wide).view(*x.shape[:-1], -1, 2))
    return torch.view_as_real(pairs * rotation).flatten(-2)


def _scale(x: Tensor) -> Tensor:
    wide = torch.promote_types(x.dtype, torch.float32)
    length: Tensor = torch.linalg.vector_norm(x, dim=-1, keepdim=True, dtype=wide)
    scale: Tensor = x.shape[-1] ** 0.5 / length.clamp_min_(EPSILON)
    return scale


def _across(dy: Tensor, y: Tensor, scale: Tensor) -> Tensor:
    """The gradient before normalisation; a vector below the smallest length was only scaled."""
    d, wide = y.shape[-1], scale.dtype
    dy, y = dy.to(wide), y.to(wide)
    along = (dy * y).sum(-1, keepdim=True).mul_(scale < d**0.5 / EPSILON)
    return torch.addcmul(dy, y, along, value=-1 / d).mul_(scale)


class _Norm(Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> tuple[Tensor, Tensor]:
        scale = _scale(x)
        return (x * scale).to(x.dtype), scale

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
        ctx.mark_non_differentiable(output[1])
        ctx.save_for_backward(*output)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dy: Tensor, _: Tensor) -> Tensor:
        return _across(dy, *ctx.saved_tensors).to(dy.dtype)


class _NormAndTurn(Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(qkv: Tensor, rotation: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        scale = _scale(qkv[:, :, :2])
        turned = turn(qkv[:, :, :2], rotation[:, None, None]).mul_(scale).to(qkv.dtype)
        return turned, qkv[:, :, 2], scale

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: tuple[Tensor, Tensor, Tensor]) -> None:
        ctx.mark_non_differentiable(output[2])
        ctx.save_for_backward(output[0], output[2], inputs[1])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dqk: Tensor, dv: Tensor, _: Tensor) -> tuple[Tensor, None]:
        turned, scale, rotation = ctx.saved_tensors
        across = _across(dqk, turned, scale)
        before = turn(across, rotation[:, None, None].conj())
        return torch.cat([before.to(dv.dtype), dv[:, :, None]], 2), None


class _SquaredReLU(Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> tuple[Tensor, Tensor]:
        r = x.relu()
        return r * r, r

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, Tensor]) -> None:
        ctx.mark_non_differentiable(output[1])
        ctx.set_materialize_grads(False)  # no zeros for r, which are as large as the layer
        ctx.save_for_backward(output[1])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dy: Tensor | None, _: None) -> Tensor | None:
        return None if dy is None else (dy * ctx.saved_tensors[0]).mul_(2)


class _NextTokenNats(Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(hidden: Tensor, head: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        nats, saved = [], []
        for h, target in zip(torch.split(hidden, CHUNK), torch.split(targets, CHUNK), strict=True):
            logits = (h @ head.T).to(torch.promote_types(h.dtype, torch.float32))
            logits.sub_(logits.amax(1, keepdim=True))
            chosen = logits.gather(1, target[:, None])
            total = logits.exp_().sum(1, keepdim=True)
            nats.append((total.log() - chosen)[:, 0])
            saved += [logits.to(h.dtype), total]
        return torch.cat(nats), *saved

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor, Tensor], output: tuple[Tensor, ...]) -> None:
        ctx.mark_non_differentiable(*output[1:])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*inputs, *output[1:])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dy: Tensor | None, *_: None) -> tuple[Tensor | None, Tensor | None, None]:
        if dy is None:
            return None, None, None
        hidden, head, targets, *saved = ctx.saved_tensors
        before, matrix = [], torch.zeros_like(head)
        parts = zip(*(torch.split(each, CHUNK) for each in (hidden, targets, dy)), saved[::2], saved[1::2], strict=True)
        for h, target, weight, exponentials, total in parts:
            weight = weight[:, None].to(total.dtype)
            # (p - 1[target]) head and its like for the matrix, without a pass over the exponentials to make p of them
            before.append(((exponentials @ head) * (weight / total) - head[target] * weight).to(h.dtype))
            matrix = torch.addmm(matrix, exponentials.T, (h * (weight / total)).to(h.dtype))
            matrix = matrix.index_add(0, target, (h * -weight).to(h.dtype))
        return torch.cat(before), matrix, None
