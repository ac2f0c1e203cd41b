"""How sure agreement is (bootstrap over items) and what gap between groups chance alone would show (permutations)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from ...core import generator
from .agreement import Floats, Ints, Level, Ratings, alphas

CELLS = 4_000_000
Statistic = Callable[[Floats], Floats]


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval, over ``items``; ``why`` says why there is no interval."""

    value: float
    items: int
    low: float | None = None
    high: float | None = None
    why: str = ""


@dataclass(frozen=True)
class AgreementGap:
    """Alpha of each group that is large enough, and the largest difference of two, beside the one of chance."""

    name: str
    groups: tuple[tuple[str, Estimate], ...]
    value: float
    low: float
    high: float
    chance: float
    p: float
    most: str
    least: str
    turns: int
    unit: str


def estimate(statistic: Statistic, members: Ints, size: int, resamples: int, seed: int, *path: str) -> Estimate | None:
    """The statistic of all ``members`` (items of ``size``) with its percentile interval; None where it is undefined.

    Source: Zapf et al. 2016, BMC Med. Res. Methodol. 16:93, who resample items for alpha and kappa.
    """
    value = float(statistic(_weights(members, size))[0])
    if not np.isfinite(value):
        return None
    if value >= 1 - 1e-12:
        why = "all labels agree: resampling items cannot show how much less they could"
        return Estimate(value, len(members), why=why)
    drawn = bootstrap(statistic, members, size, resamples, seed, *path)
    finite = drawn[np.isfinite(drawn)]
    if len(finite) < 0.95 * resamples:
        why = "undefined in more than 5 % of the resamples: too few items differ"
        return Estimate(value, len(members), why=why)
    low, high = np.quantile(finite, [0.025, 0.975]).tolist()
    return Estimate(value, len(members), min(low, value), max(high, value))


def bootstrap(statistic: Statistic, members: Ints, size: int, resamples: int, seed: int, *path: str) -> Floats:
    """The statistic over ``resamples`` draws of as many items with replacement: (resamples,)."""
    rng = generator(seed, "annotator-agreement", "bootstrap", *path)
    found = []
    for turns in _chunks(resamples, size):
        weights = np.zeros((turns, size))
        for turn in range(turns):
            weights[turn] = np.bincount(members[rng.integers(0, len(members), len(members))], minlength=size)
        found.append(statistic(weights))
    return np.concatenate(found)


def gap_of_items(
    ratings: Ratings, level: Level, codes: Ints, names: tuple[str, ...], *, name: str, minimum: int, resamples: int,
    permutations: int, seed: int,
) -> AgreementGap | None:  # fmt: skip
    """Alpha of the items of each group; chance shuffles the groups over the items.

    None where fewer than two groups have ``minimum`` items with two labels and a defined alpha.
    """
    size = len(ratings.item_names)
    pairable = np.bincount(ratings.items, minlength=size) > 1
    statistic = _alpha_of(ratings, level)
    groups: list[tuple[int, Estimate]] = []
    draws: dict[int, tuple[Statistic, Ints]] = {}
    for index, group in enumerate(names):
        members = np.flatnonzero(pairable & (codes == index)).astype(np.int64)
        found = estimate(statistic, members, size, resamples, seed, name, group) if len(members) >= minimum else None
        if found is not None:
            groups.append((index, found))
            draws[index] = (statistic, members)
    if len(groups) < 2:
        return None
    used = np.flatnonzero(pairable & np.isin(codes, [index for index, _ in groups]))
    rng = generator(seed, "annotator-agreement", "permutation", name)
    null = []
    for turns in _chunks(permutations, size * len(groups)):
        weights = np.zeros((turns, len(groups), size))
        for turn in range(turns):
            shuffled = rng.permutation(codes[used])
            for place, (index, _) in enumerate(groups):
                weights[turn, place, used[shuffled == index]] = 1
        found_by_group = statistic(weights.reshape(-1, size)).reshape(turns, len(groups))
        null.append(np.ptp(found_by_group, axis=1))
    return _gap(name, groups, names, draws, np.concatenate(null), size, resamples, seed, "items")


def gap_of_annotators(
    ratings: Ratings, level: Level, codes: Ints, names: tuple[str, ...], *, name: str, minimum: int, resamples: int,
    permutations: int, seed: int,
) -> AgreementGap | None:  # fmt: skip
    """Alpha among the annotators of each group; chance shuffles the groups over the annotators."""
    size = len(ratings.item_names)
    groups: list[tuple[int, Estimate]] = []
    draws: dict[int, tuple[Statistic, Ints]] = {}
    for index, group in enumerate(names):
        own = ratings.of_annotators(codes == index)
        members = np.flatnonzero(np.bincount(own.items, minlength=size) > 1).astype(np.int64)

        statistic = _alpha_of(own, level)
        found = estimate(statistic, members, size, resamples, seed, name, group) if len(members) >= minimum else None
        if found is not None:
            groups.append((index, found))
            draws[index] = (statistic, members)
    if len(groups) < 2:
        return None
    used = np.flatnonzero(np.isin(codes, [index for index, _ in groups]))
    rng = generator(seed, "annotator-agreement", "permutation", name)
    null = np.empty(permutations)
    everything = np.ones((1, size))
    for turn in range(permutations):
        shuffled = np.full(len(codes), -1)
        shuffled[used] = rng.permutation(codes[used])
        null[turn] = np.ptp(
            [alphas(ratings.of_annotators(shuffled == index), level, everything)[0] for index, _ in groups]
        )
    return _gap(name, groups, names, draws, null, size, resamples, seed, "annotators")


def _alpha_of(ratings: Ratings, level: Level) -> Statistic:
    return lambda weights: alphas(ratings, level, weights)


def _gap(
    name: str, groups: list[tuple[int, Estimate]], names: tuple[str, ...],
    draws: dict[int, tuple[Statistic, Ints]], null: Floats, size: int, resamples: int, seed: int, unit: str,
) -> AgreementGap | None:  # fmt: skip
    null = null[np.isfinite(null)]
    if not len(null):
        return None
    most = max(groups, key=lambda one: one[1].value)
    least = min(groups, key=lambda one: one[1].value)
    value = most[1].value - least[1].value
    differences = _differences(name, [draws[most[0]], draws[least[0]]], size, resamples, seed, unit == "annotators")
    differences = differences[np.isfinite(differences)]
    low, high = np.quantile(differences, [0.025, 0.975]).tolist() if len(differences) else (value, value)
    return AgreementGap(
        name, tuple((names[index], found) for index, found in groups), value, min(low, value), max(high, value),
        float(np.quantile(null, 0.95)), (1 + int((null >= value - 1e-12).sum())) / (len(null) + 1), names[most[0]],
        names[least[0]], len(null), unit,
    )  # fmt: skip


def _differences(
    name: str, both: list[tuple[Statistic, Ints]], size: int, resamples: int, seed: int, paired: bool
) -> Floats:
    """Differences of two statistics: of other items drawn apart, of the same items drawn together (paired)."""
    if paired:
        shared = np.union1d(both[0][1], both[1][1])
        drawn = [bootstrap(statistic, shared, size, resamples, seed, name, "gap") for statistic, _ in both]
    else:
        drawn = [
            bootstrap(statistic, members, size, resamples, seed, name, "gap", end)
            for (statistic, members), end in zip(both, ("most", "least"), strict=True)
        ]
    return np.asarray(drawn[0] - drawn[1])


def _weights(members: Ints, size: int) -> Floats:
    weights = np.zeros((1, size))
    weights[0, members] = 1
    return weights


def _chunks(turns: int, cells: int) -> Iterator[int]:
    at_once = max(1, CELLS // max(1, cells))
    for start in range(0, turns, at_once):
        yield min(at_once, turns - start)
