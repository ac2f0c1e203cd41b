"""What every interval is: a value, how many independent items stand behind it, and its bounds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from ...core import UsageError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its standard error and interval; bounds are None where ``n`` (independent items) is below 2."""

    value: float
    n: int
    se: float | None = None
    low: float | None = None
    high: float | None = None

    def bounds(self) -> dict[str, Any]:
        """The interval fields of a :class:`~headwater.core.Score`, with the reason where there is none."""
        if self.low is None:
            return {"interval": f"an interval needs two independent items, here {self.n}"}
        return {"low": self.low, "high": self.high}


def t_interval(value: float, se: float, freedom: float, n: int, confidence: float = 0.95) -> Estimate:
    """``value`` with Student's interval at ``freedom`` degrees of freedom, which need not be whole."""
    half = t_quantile(confidence, freedom) * se
    return Estimate(value, n, se, value - half, value + half)


def t_quantile(confidence: float, freedom: float) -> float:
    """The two-sided quantile of Student's t; of the normal distribution for infinite ``freedom``."""
    if not 0 < confidence < 1:
        raise UsageError(f"a confidence lies between 0 and 1, not at {confidence}")
    upper = (1 + confidence) / 2
    return float(stats.norm.ppf(upper) if math.isinf(freedom) else stats.t.ppf(upper, freedom))


def finite(values: ArrayLike) -> Floats:
    """``values`` as a flat float64 array; raises :class:`UsageError` where it is empty or holds NaN or infinity."""
    try:
        x = np.asarray(values, np.float64).reshape(-1)
    except (TypeError, ValueError):
        raise UsageError("an estimate needs numbers") from None
    if not len(x) or not np.isfinite(x).all():
        raise UsageError(f"an estimate needs at least one value, and all of them finite ({len(x)} given)")
    return x


def same_items(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    """Both sides of a paired comparison, checked to have as many items."""
    a, b = finite(first), finite(second)
    if a.shape != b.shape:
        raise UsageError(f"a paired difference needs the same items twice, not {len(a)} and {len(b)}")
    return a, b


def cluster_sums(x: Floats, clusters: Sequence[Any] | None) -> Floats:
    """Sums of ``x`` (n,) within clusters, in sorted order of the clusters' names; ``x`` itself without clusters."""
    if clusters is None:
        return x
    if len(clusters) != len(x):
        raise UsageError(f"{len(x)} values need as many clusters, not {len(clusters)}")
    _, index = np.unique(np.asarray(clusters), return_inverse=True)
    return np.bincount(index.reshape(-1), weights=x).astype(np.float64)
