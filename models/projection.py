"""Random projection of long vectors whose matrix never stands in memory: signs by the seed, a block of rows at a time.

Dot products are kept in expectation, with a standard deviation of at most |x| |y| sqrt(2 / dimensions)
(Achlioptas 2003, JCSS 66, 671-687; Johnson & Lindenstrauss 1984).
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..core import generator

BLOCK = 1 << 22
"""Signs made at a time: 16 MiB of float32."""


@dataclass(frozen=True, slots=True)
class Projection:
    """From ``size`` numbers to ``dimensions``: signs of 1 / sqrt(dimensions), the same for the same seed."""

    size: int
    dimensions: int
    seed: int

    def project(self, rows: Tensor) -> Tensor:
        """rows (n, size) to (n, dimensions), float32."""
        result = torch.zeros(len(rows), self.dimensions)
        height = max(1, BLOCK // self.dimensions)
        for number, low in enumerate(range(0, self.size, height)):
            part = rows[:, low : low + height]
            result += part @ self._signs(number, part.shape[1])
        return result.div_(self.dimensions**0.5)

    def _signs(self, number: int, height: int) -> Tensor:
        rng, count = generator(self.seed, "projection", number), height * self.dimensions
        bits = np.unpackbits(np.frombuffer(rng.bytes(-(-count // 8)), np.uint8), count=count)
        signs: Tensor = torch.from_numpy(bits.reshape(height, self.dimensions)).float().mul_(2).sub_(1)
        return signs
