"""Linear layers on matrices that oneDNN has laid out for this processor, for long stretches of scoring.

PyTorch multiplies float32 matrices with MKL, which leaves half the speed of some processors unused and lays each matrix
out anew at every product. Values agree with the plain product to the rounding of float32.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

MOST_BYTES = 2 << 30
"""Laid-out copies take at most so much memory; matrices beyond it are multiplied as they are."""
ROWS = 1_024


class PackedLinears(TorchFunctionMode):
    """While this is on, F.linear uses a laid-out copy of each float32 matrix of ``network``, made at its first use.

    Nothing happens to other matrices, other types, or where PyTorch comes without oneDNN. The matrices must not change
    while it is on.
    """

    def __init__(self, network: object) -> None:
        super().__init__()
        parameters = network.parameters() if isinstance(network, nn.Module) and _available() else ()
        self._own = {each.untyped_storage().data_ptr() for each in parameters if each.device.type == "cpu"}
        self._packed: dict[tuple[int, torch.Size], Tensor | None] = {}
        self._bytes = 0

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Called in the place of every function of torch."""
        if func is F.linear and not kwargs and self._own:
            x, weight, *bias = args
            packed = self._pack(x, weight)
            if packed is not None:
                return torch.ops.mkldnn._linear_pointwise(x, packed, bias[0] if bias else None, "none", [], "")
        return func(*args, **(kwargs or {}))

    def _pack(self, x: Tensor, weight: Tensor) -> Tensor | None:
        if x.dtype != torch.float32 or weight.dtype != torch.float32 or weight.dim() != 2:
            return None
        key = (weight.data_ptr(), weight.shape)
        if key not in self._packed:
            self._packed[key] = self._laid_out(weight)
        return self._packed[key]

    def _laid_out(self, weight: Tensor) -> Tensor | None:
        own = weight.untyped_storage().data_ptr() in self._own and weight.is_contiguous()
        if not own or self._bytes + weight.nbytes > MOST_BYTES:
            return None
        self._bytes += weight.nbytes
        packed: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight.detach(), ROWS)
        return packed


def _available() -> bool:
    names = ("_linear_pointwise", "_reorder_linear_weight")
    there = bool(torch.backends.mkldnn.is_available())  # type: ignore[no-untyped-call]
    return there and all(hasattr(torch.ops.mkldnn, name) for name in names)
