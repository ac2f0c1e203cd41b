"""Streaming metrics of images as torchmetrics metrics: for training loops and several processes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torchmetrics import Metric

from ...core import UsageError
from ..statistics import Floats
from .kernel_sums import kernel_inception_distance
from .neighbours import K, neighbourhoods


class _BufferedFeatures(Metric):
    """Features of both sides, kept: what needs every pair has no smaller statistic that merges."""

    is_differentiable = False
    full_state_update = False
    real: list[Tensor]
    fake: list[Tensor]

    def __init__(self, extractor: Callable[[Any], Tensor] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.extractor = extractor
        for side in ("real", "fake"):
            self.add_state(side, [], dist_reduce_fx="cat")

    @torch.no_grad()
    def update(self, batch: Any, real: bool) -> None:
        """Add a batch to one side: features (n, d), or what the extractor makes features of."""
        features = (self.extractor(batch) if self.extractor else batch).double().flatten(1)
        (self.real if real else self.fake).append(features)

    def _sides(self) -> tuple[Floats, Floats]:
        return _joined(self.real), _joined(self.fake)


class KernelDistanceMetric(_BufferedFeatures):
    """KID over all pairs; equals :func:`~headwater.evaluate.kernel_inception_distance` on the same features.

    >>> metric = KernelDistanceMetric()
    >>> metric.update(torch.eye(4), real=True)
    >>> metric.update(torch.eye(4), real=False)
    >>> round(float(metric.compute()), 6)
    -0.476562
    """

    higher_is_better = False

    def compute(self) -> Tensor:
        """The distance, float64; raises :class:`~headwater.core.UsageError` below three rows on a side."""
        return torch.tensor(kernel_inception_distance(*self._sides()).value, dtype=torch.float64)


class PrecisionRecallMetric(_BufferedFeatures):
    """Precision, recall, density and coverage by ``k`` neighbours, as a dict.

    >>> metric = PrecisionRecallMetric(k=1)
    >>> metric.update(torch.tensor([[0.0], [1.0], [3.0]]), real=True)
    >>> metric.update(torch.tensor([[0.0], [1.0], [3.0]]), real=False)
    >>> float(metric.compute()["coverage"])
    1.0
    """

    higher_is_better = True

    def __init__(self, k: int = K, extractor: Callable[[Any], Tensor] | None = None, **options: Any) -> None:
        super().__init__(extractor, **options)
        self.k = k

    def compute(self) -> dict[str, Tensor]:
        """The four numbers, float64; raises :class:`~headwater.core.UsageError` where a side has not above k rows."""
        found = neighbourhoods(*self._sides(), self.k)
        parts = {
            "precision": found.in_manifold,
            "recall": found.reached,
            "density": found.density_terms,
            "coverage": found.covered,
        }
        return {name: torch.tensor(float(part.mean()), dtype=torch.float64) for name, part in parts.items()}


class InceptionScoreMetric(Metric):
    """Inception Score in one split from sums that merge: of p(y | x), of its negative entropy, and rows.

    >>> metric = InceptionScoreMetric(classes=2)
    >>> metric.update(torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
    >>> float(metric.compute())
    2.0
    """

    is_differentiable = False
    higher_is_better = True
    full_state_update = False
    total: Tensor
    negative_entropy: Tensor
    rows: Tensor

    def __init__(self, classes: int, classify: Callable[[Any], Tensor] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.classify = classify
        self.add_state("total", torch.zeros(classes, dtype=torch.float64), dist_reduce_fx="sum")
        self.add_state("negative_entropy", torch.zeros((), dtype=torch.float64), dist_reduce_fx="sum")
        self.add_state("rows", torch.zeros((), dtype=torch.float64), dist_reduce_fx="sum")

    @torch.no_grad()
    def update(self, batch: Any) -> None:
        """Add class probabilities (n, classes), or what ``classify`` makes them of."""
        p = (self.classify(batch) if self.classify else batch).double()
        if (
            p.ndim != 2
            or not len(p)
            or not torch.isfinite(p).all()
            or (p.sum(1) - 1).abs().max() > 1e-4
            or (p < 0).any()
        ):
            raise UsageError(f"class probabilities must be finite, (n, classes) and add up to 1, not {tuple(p.shape)}")
        p = p / p.sum(1, keepdim=True)
        self.total += p.sum(0)
        self.negative_entropy += torch.special.xlogy(p, p).sum()
        self.rows += len(p)

    def compute(self) -> Tensor:
        """exp(mean negative entropy + entropy of the mean), float64."""
        if not self.rows:
            raise UsageError("an Inception Score needs an image")
        marginal = self.total / self.rows
        return torch.exp(self.negative_entropy / self.rows - torch.special.xlogy(marginal, marginal).sum())


def _joined(parts: list[Tensor] | Tensor) -> Floats:
    together = parts if isinstance(parts, Tensor) else torch.cat(parts) if parts else torch.zeros(0, 0)
    return np.asarray(together.cpu().double().numpy())
