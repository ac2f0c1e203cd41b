"""A value by group, and whether the gap between groups is more than chance gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ...core import UsageError
from ...curate import group_gap
from .estimate import Estimate, Floats, finite
from .means import mean_interval
from .rates import are_events, clopper_pearson
from .ratios import ratio_interval

MINIMUM = 20


@dataclass(frozen=True, slots=True)
class ByGroup:
    """Means by group with intervals, and the largest gap between two of them beside the gap of chance.

    ``shrunk`` draws each mean towards that of all items by the share of the spread that is noise. ``chance`` is the
    95 % quantile of the gap when values are shuffled over the items, ``p`` belongs to the gap. Groups below the minimum
    stand in ``too_small`` with their size and in nothing else; the gap is None where fewer than two groups are left.
    """

    groups: Mapping[str, Estimate]
    shrunk: Mapping[str, float]
    gap: float | None
    chance: float | None
    p: float | None
    too_small: Mapping[str, int]


def by_group(
    values: ArrayLike,
    groups: Sequence[str],
    *,
    weights: ArrayLike | None = None,
    minimum: int = MINIMUM,
    confidence: float = 0.95,
    seed: int = 0,
) -> ByGroup:
    """Means of ``values`` (items,) by the group that each item belongs to.

    ``weights`` (items,) make them weighted means: a loss per token with its document's tokens as weight is that of all
    tokens of the group, bounded as a ratio of sums. Intervals are Clopper-Pearson's where all values are 0 or 1, else
    Student's t. With equal truth the largest of many gaps is large by selection, the more so if one group is small:
    read ``gap`` against ``chance``. Sources: fairlearn's ``MetricFrame``; Phipson & Smyth 2010 for p; shrinkage after
    DerSimonian & Laird 1986, Controlled Clinical Trials 7.
    """
    x = finite(values)
    names = np.asarray([str(group) for group in groups], object)
    if len(names) != len(x):
        raise UsageError(f"{len(x)} values need as many groups, not {len(names)}")
    w = None if weights is None else finite(weights)
    if w is not None and (w.shape != x.shape or (w <= 0).any()):
        raise UsageError("weights must be above 0, one for each value")
    known = sorted(set(names))
    sizes = {name: int((names == name).sum()) for name in known}
    large = [name for name in known if sizes[name] >= max(2, minimum)]
    events = are_events(x)
    inside = {name: names == name for name in known}
    found = {
        name: _interval(x[inside[name]], events, confidence)
        if w is None
        else ratio_interval((x * w)[inside[name]], w[inside[name]], confidence)
        for name in large
    }
    members = np.stack(list(inside.values()), 1)
    gap = group_gap(x, members, known, minimum=max(2, minimum), weights=w, seed=seed)
    small = {name: size for name, size in sizes.items() if name not in found}
    shrunk = _shrunk(x, names, large) if w is None else _shrunk_by_errors(found)
    if gap is None:
        return ByGroup(found, shrunk, None, None, None, small)
    return ByGroup(found, shrunk, gap.gap, gap.chance, gap.p, small)


def _interval(x: Floats, events: bool, confidence: float) -> Estimate:
    if not events:
        return mean_interval(x, confidence=confidence)
    low, high = clopper_pearson(int(x.sum()), len(x), confidence)
    return Estimate(float(x.mean()), len(x), float(x.std(ddof=1)) / len(x) ** 0.5, low, high)


def _shrunk(x: Floats, names: np.ndarray, large: Sequence[str]) -> dict[str, float]:
    """Means under a normal law of the groups' true means; noise by the variance within groups, pooled."""
    if not large:
        return {}
    parts = [x[names == name] for name in large]
    n = np.array([len(part) for part in parts], np.float64)
    means = np.array([part.mean() for part in parts])
    within = sum(float(((part - part.mean()) ** 2).sum()) for part in parts) / max(1.0, n.sum() - len(parts))
    centre = float((n * means).sum() / n.sum())
    if len(parts) < 2:
        return {large[0]: centre}
    spread = float((n * (means - centre) ** 2).sum()) - (len(parts) - 1) * within
    between = max(0.0, spread / float(n.sum() - (n**2).sum() / n.sum()))
    trust = between / (between + within / n) if between + within > 0 else np.ones_like(n)
    return dict(zip(large, (centre + trust * (means - centre)).tolist(), strict=True))


def _shrunk_by_errors(found: Mapping[str, Estimate]) -> dict[str, float]:
    """The same where means have standard errors of their own."""
    means, errors = (np.array([getattr(one, name) or 0.0 for one in found.values()]) for name in ("value", "se"))
    if len(means) < 2 or not errors.all():
        return dict(zip(found, means.tolist(), strict=True))
    trust = 1 / errors**2
    centre = float((trust * means).sum() / trust.sum())
    spread = float((trust * (means - centre) ** 2).sum()) - (len(means) - 1)
    between = max(0.0, spread / float(trust.sum() - (trust**2).sum() / trust.sum()))
    return dict(zip(found, (centre + between / (between + errors**2) * (means - centre)).tolist(), strict=True))
