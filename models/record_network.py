"""What a model that copies images or rows has in place of weights: the records that it saw, and how often."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from ..core import UsageError, generator


class SeenRecords(nn.Module):
    """``content``: the bytes of all records, uint8; ``ends``: where each ends in it; ``times``: how often it was seen.

    ``places``: which of the training documents each is, in their order.
    """

    likelihood: Literal["none"] = "none"
    content: Tensor
    ends: Tensor
    times: Tensor
    places: Tensor

    def __init__(self, size: int = 0, records: int = 0) -> None:
        super().__init__()
        self.register_buffer("content", torch.zeros(size, dtype=torch.uint8))
        for name in ("ends", "times", "places"):
            self.register_buffer(name, torch.zeros(records, dtype=torch.int64))

    def see(self, records: Sequence[bytes], times: np.ndarray) -> None:
        """Take in records."""
        kept = np.flatnonzero(times)
        self.content = torch.from_numpy(np.frombuffer(b"".join(records[row] for row in kept), np.uint8).copy())
        self.ends = torch.from_numpy(np.cumsum([len(records[row]) for row in kept], dtype=np.int64))
        self.times, self.places = torch.from_numpy(times[kept].astype(np.int64)), torch.from_numpy(kept)

    def record(self, number: int) -> bytes:
        """The bytes of one record."""
        low = int(self.ends[number - 1]) if number else 0
        return self.content[low : int(self.ends[number])].numpy().tobytes()

    def drawn(self, n: int, seed: int, first: int, among: np.ndarray) -> list[int]:
        """Numbers of records for the samples ``first`` to ``first`` + n - 1: seed and number decide each.

        ``among``: ascending numbers of the records that may be drawn, each as often as it was seen.
        """
        if n < 0 or first < 0:
            raise UsageError(f"sample: n = {n} and first = {first} must be 0 or more")
        borders = np.cumsum(self.times.numpy()[among])
        draws = [generator(seed, "copy", k).integers(borders[-1]) for k in range(first, first + n)]
        return [int(among[place]) for place in np.searchsorted(borders, draws, "right")]

    def hidden_matrices(self) -> list[str]:
        """None: nothing here moves by steps."""
        return []
