"""The jackknife: for what is smooth in its items, and for U-statistics from the row sums of their kernel."""

import math

import numpy as np
from numpy.typing import ArrayLike

from ...core import UsageError
from .estimate import Estimate, Floats, finite, t_interval


def jackknife(value: float, without: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Interval for ``value`` from the estimates ``without`` (n,) each item, or each of n groups of equal size.

    The standard error is sqrt((n - 1) / n * sum of squared deviations); the value itself is left as it is.
    Source: Efron & Tibshirani 1993, chapter 11.
    """
    rest = finite(without)
    n = len(rest)
    if n < 2:
        return Estimate(value, n)
    return t_interval(value, math.sqrt(_squares(rest)), n - 1, n, confidence)


def u_statistic(row_sums: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Mean of a symmetric kernel h(i, j) over all pairs i != j, from its row sums (n,) without the diagonal.

    Leaving item i out leaves (total - 2 * row_i) / ((n - 1)(n - 2)): no pair is looked at twice. Needs three items for
    an interval. Source: Arvesen 1969, Annals of Mathematical Statistics 40, 2076-2100.

    >>> u_statistic([2.0, 2.0, 2.0]).value
    1.0
    """
    rows = finite(row_sums)
    n = len(rows)
    if n < 2:
        raise UsageError(f"a U-statistic needs two items, not {n}")
    total = float(rows.sum())
    value = total / (n * (n - 1))
    return Estimate(value, n) if n < 3 else jackknife(value, (total - 2 * rows) / ((n - 1) * (n - 2)), confidence)


def mmd_interval(
    first: ArrayLike, second: ArrayLike, across_first: ArrayLike, across_second: ArrayLike, confidence: float = 0.95
) -> Estimate:
    """Unbiased squared MMD (KID) with its jackknife interval, from row sums of the kernel matrices alone.

    ``first`` (m,) and ``second`` (n,) are row sums within a side without the diagonal, ``across_first`` (m,) and
    ``across_second`` (n,) sums over the other side. Items of both sides are left out in turn (Arvesen 1969). May be
    negative. The interval is that of two different distributions; of equal ones the statistic is degenerate, and a
    permutation test has to decide. Source of the estimator: Gretton et al. 2012, JMLR 13, lemma 6.
    """
    x, y, xy, yx = (finite(part) for part in (first, second, across_first, across_second))
    m, n = len(x), len(y)
    if (len(xy), len(yx)) != (m, n) or min(m, n) < 2:
        raise UsageError(f"an MMD needs row sums of two items a side or more, not {m} and {n}")
    whole_x, whole_y, cross = float(x.sum()), float(y.sum()), float(xy.sum())
    value = whole_x / (m * (m - 1)) + whole_y / (n * (n - 1)) - 2 * cross / (m * n)
    if min(m, n) < 3:
        return Estimate(value, min(m, n))
    without_x = (whole_x - 2 * x) / ((m - 1) * (m - 2)) + whole_y / (n * (n - 1)) - 2 * (cross - xy) / ((m - 1) * n)
    without_y = whole_x / (m * (m - 1)) + (whole_y - 2 * y) / ((n - 1) * (n - 2)) - 2 * (cross - yx) / (m * (n - 1))
    a, b = _squares(without_x), _squares(without_y)
    if a + b == 0:
        return Estimate(value, min(m, n), 0.0, value, value)
    freedom = (a + b) ** 2 / (a * a / (m - 1) + b * b / (n - 1))
    return t_interval(value, math.sqrt(a + b), freedom, min(m, n), confidence)


def crossed_jackknife(
    value: float, without_rows: ArrayLike, without_columns: ArrayLike, confidence: float = 0.95
) -> Estimate:
    """Interval for what is computed from a table of rows and columns that both are samples, such as a mean over
    targets that were all measured on the same models.

    The jackknife variances of rows and of columns are added: what belongs to single cells counts twice, so that the
    interval errs towards wide (as the pigeonhole bootstrap of Owen 2007, Annals of Applied Statistics 1, 386-411).
    """
    rows, columns = (np.asarray(side, np.float64).reshape(-1) for side in (without_rows, without_columns))
    least = min(len(rows), len(columns))
    if least < 2:
        return Estimate(value, least)
    a, b = _squares(finite(rows)), _squares(finite(columns))
    if a + b == 0:
        return Estimate(value, least, 0.0, value, value)
    freedom = (a + b) ** 2 / (a * a / (len(rows) - 1) + b * b / (len(columns) - 1))
    return t_interval(value, math.sqrt(a + b), freedom, least, confidence)


def _squares(rest: Floats) -> float:
    deviations = rest - rest.mean()
    return (len(rest) - 1) / len(rest) * float(deviations @ deviations)
