"""How even the sizes of groups or classes are, and how much a group tells of the class: pure functions on counts.

| quantity | definition | source |
|---|---|---|
| evenness | entropy over that of equal groups, from 0 (one holds all) to 1 (equal) | Pielou 1966, J. Theor. Biol. 13 |
| effective number | exp(entropy): as many equal groups would have this entropy | Hill 1973, Ecology 54, 427-432 |
| imbalance ratio | rows of the largest class over rows of the smallest that has any | Alcala-Fdez et al. 2011 (KEEL) |
| its interval | on the logarithm, from the two counts; beside it that of equal classes by chance | Katz et al. 1978 |
| Cramer's V | root of corrected chi-squared / (n (min(r, c) - 1)), from 0 (independent) to 1 | Bergsma 2013, JKSS 42 |
| its interval | noncentral chi-squared and basic bootstrap, the wider of both on each side | Smithson 2003 |
| other intervals | basic bootstrap over multinomial draws, which takes the bias out | Davison & Hinkley 1997 |
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import UsageError, generator
from ..audits.rates import Z
from .distances import DRAWS, Estimate, Floats, Ints, basic_interval, noncentral, resampled


@dataclass(frozen=True)
class Balance:
    """``evenness`` and ``effective`` number as (value, low, high); evenness is None for a single group."""

    rows: int
    groups: int
    evenness: tuple[float, float, float] | None
    effective: tuple[float, float, float]


def balance(counts: Ints, seed: int, name: str, draws: int = DRAWS) -> Balance:
    """Evenness and effective number of the groups that have a row; ``counts`` has shape (groups,)."""
    used = counts[counts > 0]
    n, k = int(used.sum()), len(used)
    if n < 1:
        raise UsageError("a balance needs a row")
    if k == 1:
        return Balance(n, 1, None, (1.0, 1.0, 1.0))
    value = float(entropy(used / n))
    low, high = basic_interval(value, entropy(resampled(n, used / n, seed, f"{name}|entropy", draws)))
    low, high = max(0.0, low), min(math.log(k), high)
    evenness = (value / math.log(k), low / math.log(k), high / math.log(k))
    least, middle, most = (min(float(k), math.exp(bound)) for bound in (low, value, high))
    return Balance(n, k, evenness, (middle, least, most))


def entropy(shares: Floats) -> Floats:
    """Shannon entropy in nats over the last axis."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(shares > 0, -shares * np.log(shares), 0.0)
    return np.asarray(terms.sum(-1))


def imbalance(counts: Ints, seed: int, name: str, draws: int = DRAWS) -> Estimate:
    """Largest over smallest count of those above 0; ``counts`` has shape (classes,), two of them with a row."""
    used = counts[counts > 0]
    if len(used) < 2:
        raise UsageError("an imbalance ratio needs two classes with a row")
    most, least, n = float(used.max()), float(used.min()), int(used.sum())
    half = Z * math.sqrt(1 / most + 1 / least)
    equal = generator(seed, "imbalance-chance", name).multinomial(n, np.full(len(used), 1 / len(used)), draws)
    chance = np.quantile(equal.max(1) / np.maximum(equal.min(1), 1), 0.95)
    return Estimate(most / least, most / least / math.exp(half), most / least * math.exp(half), float(chance))


def cramers_v(table: Ints, seed: int, name: str, draws: int = DRAWS) -> Estimate:
    """Bias-corrected Cramér's V of a table (groups, classes), of which two rows and two columns are not empty."""
    used = table[table.sum(1) > 0][:, table.sum(0) > 0]
    n, (rows, columns) = int(used.sum()), used.shape
    if min(rows, columns) < 2:
        raise UsageError("Cramer's V needs two groups and two classes with a row")
    drawn = resampled(n, used.ravel() / n, seed, f"{name}|cramer", draws).reshape(draws, rows, columns)
    independent = np.outer(used.sum(1), used.sum(0)).ravel() / n**2
    null = resampled(n, independent, seed, f"{name}|cramer-chance", draws).reshape(draws, rows, columns)
    value = float(_corrected(used / n, n))
    low, high = basic_interval(value, _corrected(drawn, n))
    statistic = n * float(_mean_square(used / n))
    spread = noncentral(statistic, (rows - 1) * (columns - 1))
    least, most = (math.sqrt(bound / n / (min(rows, columns) - 1)) for bound in spread)
    by_chance = float(np.quantile(_corrected(null, n), 0.95))
    return Estimate(value, max(0.0, min(low, least)), min(1.0, max(high, most)), by_chance)


def _corrected(shares: Floats, n: int) -> Floats:
    """Corrected V of tables (..., r, c) of shares: chi-squared over n, less its mean under independence, rooted."""
    rows, columns = shares.shape[-2:]
    least = min(size - (size - 1) ** 2 / (n - 1) for size in (rows, columns)) - 1
    if least <= 0:
        return np.zeros(shares.shape[:-2])
    corrected = _mean_square(shares) - (rows - 1) * (columns - 1) / (n - 1)
    return np.asarray(np.sqrt(np.clip(corrected / least, 0.0, 1.0)))


def _mean_square(shares: Floats) -> Floats:
    """Chi-squared over n of tables (..., r, c) of shares."""
    expected = shares.sum(-1, keepdims=True) * shares.sum(-2, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(expected > 0, (shares - expected) ** 2 / expected, 0.0).sum((-1, -2)))


def expected_rows(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of each cell if two columns were independent, from their counts (r,) and (c,): shape (r, c)."""
    return np.asarray(np.outer(first, second) / max(1.0, float(first.sum())))
