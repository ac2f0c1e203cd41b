"""The gap between groups, beside the gap that chance alone would show."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core import UsageError, generator


@dataclass(frozen=True, slots=True)
class GroupGap:
    """Means by group and the largest difference between two of them.

    ``chance`` is the 95 % quantile of the gap, and ``p`` the share of gaps at least as large, when the values are
    shuffled over the items. Groups with fewer than the minimum of items stand in ``too_small`` and not in the gap.
    """

    means: dict[str, float]
    counts: dict[str, int]
    gap: float
    chance: float
    p: float
    too_small: tuple[str, ...]


def group_gap(
    values: ArrayLike,
    members: ArrayLike,
    names: Sequence[str],
    *,
    minimum: int = 20,
    permutations: int = 999,
    blocks: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    seed: int = 0,
) -> GroupGap | None:
    """Largest difference between group means (fairlearn's ``MetricFrame.difference``) with its null distribution.

    ``values`` (items,): what is compared, finite. ``members`` (items, groups): who belongs where; an item may belong to
    several groups. ``blocks`` (items,): values are shuffled within a block only (the sides of a pair). ``weights``
    (items,), above 0: means are weighted, and a weight is shuffled with its value. None where fewer than two groups
    have ``minimum`` items. Source: Phipson & Smyth 2010 for p = (b + 1) / (m + 1).
    """
    x, belongs = np.asarray(values, np.float64), np.asarray(members, bool)
    if belongs.shape != (len(x), len(names)) or not np.isfinite(x).all():
        raise UsageError(
            f"a gap needs finite values and members of shape ({len(x)}, {len(names)}), not {belongs.shape}"
        )
    w = np.ones(len(x)) if weights is None else np.asarray(weights, np.float64)
    if w.shape != x.shape or not np.isfinite(w).all() or (w <= 0).any():
        raise UsageError("weights must be finite numbers above 0, one for each value")
    sizes = belongs.sum(0)
    large = np.flatnonzero(sizes >= max(1, minimum)).tolist()
    if len(large) < 2:
        return None
    means, gap = _metric_frame(x, w, belongs[:, large], [names[i] for i in large])
    null = _null_gaps(x, w, belongs[:, large], permutations, blocks, seed)
    p = (1 + int((null >= gap - 1e-12).sum())) / (permutations + 1)
    counts = {name: int(size) for name, size in zip(names, sizes, strict=True)}
    small = tuple(name for i, name in enumerate(names) if i not in large)
    return GroupGap(means, counts, gap, float(np.quantile(null, 0.95)), p, small)


def _metric_frame(
    x: NDArray[np.float64], w: NDArray[np.float64], belongs: NDArray[np.bool_], names: list[str]
) -> tuple[dict[str, float], float]:
    from fairlearn.metrics import MetricFrame, mean_prediction  # imports scikit-learn and pandas: 2 s

    item, group = np.nonzero(belongs)
    labels = np.array(names, object)[group]
    weights = {"sample_weight": w[item]}
    frame = MetricFrame(
        metrics=mean_prediction, y_true=x[item], y_pred=x[item], sensitive_features=labels, sample_params=weights
    )
    return {name: float(frame.by_group[name]) for name in names}, float(frame.difference())


def _null_gaps(
    x: NDArray[np.float64],
    w: NDArray[np.float64],
    belongs: NDArray[np.bool_],
    permutations: int,
    blocks: ArrayLike | None,
    seed: int,
) -> NDArray[np.float64]:
    rng = generator(seed, "group-gap")
    members = belongs.astype(np.float64)
    equal = bool((w == w[0]).all())
    shares = members / belongs.sum(0)
    keys = np.zeros(len(x), np.int64) if blocks is None else np.unique(np.asarray(blocks), return_inverse=True)[1]
    ordered = np.argsort(keys, kind="stable")
    gaps = np.empty(permutations)
    value, weight = np.empty_like(x), np.empty_like(w)
    for i in range(permutations):
        drawn = np.lexsort((rng.random(len(x)), keys))
        value[ordered], weight[ordered] = x[drawn], w[drawn]
        gaps[i] = np.ptp(value @ shares) if equal else np.ptp((value * weight) @ members / (weight @ members))
    return gaps
