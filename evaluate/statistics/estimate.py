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
EXACT = "exact bounds of equal values"
NO_SPREAD = "the items show no spread, which says nothing of that of others"
ROUNDING = 1e-12
"""Values that differ by less than this share of their size are equal."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its standard error and interval; bounds are None where ``n`` (independent items) is below 2.

    They are None too of a mean whose items all have one value: that says nothing of the spread of those not seen.
    ``alike`` is then the number of these items (Kish's effective one for clusters of different sizes), else 0.
    """

    value: float
    n: int
    se: float | None = None
    low: float | None = None
    high: float | None = None
    alike: float = 0.0

    def bounds(self, least: float = -math.inf, most: float = math.inf, confidence: float = 0.95) -> dict[str, Any]:
        """The interval fields of a :class:`~headwater.core.Score`, with the reason where there is none.

        ``least`` and ``most`` are those of the value: an interval by a normal law may lie beyond them. Where both are
        finite, a mean of equal items has exact bounds (:meth:`within`).
        """
        found = self.within(least, most, confidence)
        if found.low is None or found.high is None:
            return {"interval": self._why_none}
        if found.low == found.high and not found.se:
            return {"interval": NO_SPREAD}
        exact = {"interval": EXACT} if self.alike else {}
        return {"low": max(least, found.low), "high": min(most, found.high), **exact}

    @property
    def _why_none(self) -> str:
        if self.alike:
            return f"all {self.n:,} items have one value, which says nothing of the spread of others"
        return f"an interval needs two independent items, here {self.n}" if self.n < 2 else NO_SPREAD

    def within(self, least: float, most: float, confidence: float = 0.95) -> "Estimate":
        """The estimate itself; of a mean of n equal items that lie between ``least`` and ``most``, with exact bounds.

        At most a share of 1 - (tail)^(1/n) of all items differs from what n of them are (Clopper & Pearson 1934), and
        these lie at ``least`` or ``most`` at worst. Of zeros and ones that is the interval of Clopper and Pearson.

        >>> found = Estimate(0.0, 100, alike=100).within(0.0, 1.0)
        >>> found.low, round(found.high, 4)
        (0.0, 0.0362)
        """
        if not self.alike or self.low is not None or math.isinf(least) or math.isinf(most):
            return self
        others = 1 - ((1 - confidence) / 2) ** (1 / self.alike)
        low, high = self.value - others * (self.value - least), self.value + others * (most - self.value)
        return Estimate(self.value, self.n, None, low, high)


def equal_values(x: Floats) -> bool:
    """Whether all values are one, but for rounding."""
    return bool(np.ptp(x) <= ROUNDING * float(np.abs(x).max()))


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
