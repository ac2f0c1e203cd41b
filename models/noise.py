"""Random numbers for samples: a stream of its own for each row, so that a sample does not depend on its batch."""

import numpy as np
import torch
from torch import Tensor

from ..core import generator


class Noise:
    """Streams for the rows ``low`` to ``high`` - 1 of one named use: row k depends on (seed, use, k) alone."""

    def __init__(self, seed: int, use: str, low: int, high: int) -> None:
        self._streams = [generator(seed, use, row) for row in range(low, high)]

    def __len__(self) -> int:
        return len(self._streams)

    def normal(self, *shape: int) -> Tensor:
        """The next standard normal numbers of each row: float32, (rows, *shape)."""
        return torch.from_numpy(np.stack([stream.standard_normal(shape) for stream in self._streams])).float()

    def uniform(self, *shape: int) -> Tensor:
        """The next numbers from [0, 1) of each row: float64, (rows, *shape)."""
        return torch.from_numpy(np.stack([np.asarray(stream.random(shape)) for stream in self._streams]))
