"""What a model of counts has in place of weights: the tokens that it saw, and how often."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from .ngram_tables import Tables


class SeenTexts(nn.Module):
    """``stream``: the tokens of all texts, int32; ``ends``: where each ends in it; ``times``: how often each was seen.

    Counts follow from these, are made when they are needed, and take the place of training.
    """

    def __init__(self, tokens: int = 0, texts: int = 0) -> None:
        super().__init__()
        self.stream: Tensor
        self.ends: Tensor
        self.times: Tensor
        self.register_buffer("stream", torch.zeros(tokens, dtype=torch.int32))
        self.register_buffer("ends", torch.zeros(texts, dtype=torch.int64))
        self.register_buffer("times", torch.zeros(texts, dtype=torch.int64))

    def see(self, pieces: Sequence[np.ndarray], times: np.ndarray) -> None:
        """Take in texts."""
        kept = [(np.asarray(piece, np.int32), int(many)) for piece, many in zip(pieces, times, strict=True) if many]
        self.stream = torch.from_numpy(np.concatenate([np.zeros(0, np.int32), *(piece for piece, _ in kept)]))
        self.ends = torch.from_numpy(np.cumsum([len(piece) for piece, _ in kept], dtype=np.int64))
        self.times = torch.tensor([many for _, many in kept], dtype=torch.int64)

    @property
    def pieces(self) -> list[np.ndarray]:
        """The texts one by one."""
        return np.split(self.stream.numpy(), self.ends.numpy()[:-1])

    def tables(self, order: int, vocabulary: int, continuation: bool) -> Tables:
        """The counts of their n-grams."""
        return Tables.count(self.pieces, self.times.numpy(), order, vocabulary, continuation)

    def hidden_matrices(self) -> list[str]:
        """None: nothing here moves by steps."""
        return []
