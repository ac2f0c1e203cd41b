"""Streaming Frechet distance as a torchmetrics metric, for training loops and several processes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torchmetrics import Metric

from .frechet import Moments, frechet_from_moments


class FrechetMetric(Metric):
    """Frechet distance between features of real and generated images, streamed in float64.

    ``extractor``: any callable or module from a batch to features (n, d); None takes the batch as features. The state
    of each side is one vector (rows, mean, centred sum of products) that merges after Chan et al., so a large common
    offset of the features costs no precision and processes may hold different numbers of rows.

    >>> metric = FrechetMetric(1)
    >>> metric.update(torch.tensor([[0.0], [2.0]]), real=True)
    >>> metric.update(torch.tensor([[3.0], [5.0]]), real=False)
    >>> float(metric.compute())
    9.0
    """

    is_differentiable = False
    higher_is_better = False
    full_state_update = False
    real: Tensor
    fake: Tensor

    def __init__(self, dimensions: int, extractor: Callable[[Any], Tensor] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.dimensions, self.extractor = dimensions, extractor
        empty = torch.zeros(1 + dimensions + dimensions**2, dtype=torch.float64)
        for side in ("real", "fake"):
            self.add_state(side, empty.clone(), dist_reduce_fx=self._merge)

    @torch.no_grad()
    def update(self, batch: Any, real: bool) -> None:
        """Add a batch to one side."""
        features = (self.extractor(batch) if self.extractor else batch).double().flatten(1)
        centred = features - features.mean(0)
        count = features.new_tensor([len(features)])
        part = torch.cat([count, features.mean(0), (centred.T @ centred).flatten()])
        side = "real" if real else "fake"
        setattr(self, side, self._merge(torch.stack([getattr(self, side), part])))

    def compute(self) -> Tensor:
        """The distance, float64; raises :class:`~headwater.core.UsageError` below two rows on a side."""
        value = frechet_from_moments(self._moments(self.real), self._moments(self.fake))
        return torch.tensor(value, dtype=torch.float64, device=self.real.device)

    def _merge(self, states: Tensor) -> Tensor:
        """Any number of states (k, size) as one."""
        filled = [self._moments(state) for state in states if state[0] > 0]
        if not filled:
            return states[0]
        total = filled[0]
        for part in filled[1:]:
            total = total.merge(part)
        flat = np.concatenate([[total.n], total.mean, total.scatter.ravel()])
        return torch.from_numpy(flat).to(states.device)

    def _moments(self, state: Tensor) -> Moments:
        values = state.cpu().numpy()
        mean, scatter = values[1 : 1 + self.dimensions], values[1 + self.dimensions :]
        return Moments(int(values[0]), mean, scatter.reshape(self.dimensions, self.dimensions))
