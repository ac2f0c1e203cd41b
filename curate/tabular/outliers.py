"""Values of a numeric column that lie far from the others: pure functions.

| quantity | definition | source |
|---|---|---|
| modified z | 0.6745 (x - median) / MAD; far from 3.5 on | Iglewicz & Hoaglin 1993, ASQC vol. 16 |
| medcouple | skew in [-1, 1], of at most 400 values at equal ranks | Brys, Hubert & Struyf 2004, JCGS 13 |
| adjusted fences | Q1 - c exp(-4 MC) IQR, Q3 + c exp(3 MC) IQR for MC >= 0 | Hubert & Vandervieren 2008, CSDA |
| c | 3, Tukey's outer fences | Tukey 1977, Exploratory Data Analysis, ch. 2 |

Skewed columns (a medcouple of 0.2 or more, either way) are judged by the fences, others by modified z. Where more than
half of the rows share one value the MAD is 0: then the values other than that one are judged among themselves.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .column_types import Typed

FAR, SKEWED, FENCE = 3.5, 0.2, 3.0
RANKS, FEWEST = 400, 20
CODES_BELOW = (-9.0, -99.0, -999.0, -9999.0, -99999.0, -1.0)
CODES_ABOVE = (99.0, 999.0, 9999.0, 99999.0, 999999.0, 9999999.0)
APART, REPEATS = 1.5, 3
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outliers:
    """Rows far from the others and how far: ``distance`` is modified z, or lengths of IQR beyond the fence.

    ``low`` and ``high`` are the limits; ``judged`` counts the values that were judged. ``reason`` says why there is no
    answer.
    """

    rows: NDArray[np.int64]
    distance: Floats
    low: float
    high: float
    judged: int
    rule: str
    reason: str = ""


def outliers(one: Typed) -> Outliers:
    """The outliers of a numeric column, the farthest first; suspected codes for missing values are left out."""
    values = one.per_row()
    values[np.isin(values, [number for number, _ in suspected_codes(one)])] = np.nan
    rows = np.flatnonzero(np.isfinite(values))
    chosen, note = rows, ""
    if len(rows) >= FEWEST:
        common, counts = np.unique(values[rows], return_counts=True)
        if counts.max() > len(rows) / 2:
            chosen = rows[values[rows] != common[counts.argmax()]]
            note = f", among the values other than {common[counts.argmax()]:g}"
    if len(chosen) < FEWEST:
        return _none(f"fewer than {FEWEST} values{note}: too few to say what is far")
    return _judged(chosen, values[chosen], note)


def _judged(rows: NDArray[np.int64], values: Floats, note: str) -> Outliers:
    skew = medcouple(values)
    if abs(skew) >= SKEWED:
        low, high, scale = fences(values, skew)
        rule = f"adjusted fences, medcouple {skew:.2f}{note}"
    else:
        middle = float(np.median(values))
        scale = float(np.median(np.abs(values - middle))) / 0.6745
        low, high, rule = middle - FAR * scale, middle + FAR * scale, f"modified z of {FAR}{note}"
    if scale <= 0:
        return _none(f"more than half of the values are equal{note}: there is no spread to measure by")
    beyond = np.maximum(low - values, values - high) / scale
    if rule.startswith("modified"):
        beyond = beyond + FAR
        found = np.flatnonzero(beyond > FAR)
    else:
        found = np.flatnonzero(beyond > 0)
    order = found[np.lexsort((rows[found], -beyond[found]))]
    return Outliers(rows[order], beyond[order], low, high, len(rows), rule)


def _none(reason: str) -> Outliers:
    return Outliers(np.zeros(0, np.int64), np.zeros(0), 0.0, 0.0, 0, "", reason)


def fences(values: Floats, skew: float) -> tuple[float, float, float]:
    """The adjusted outer fences, and the IQR."""
    low, high = np.quantile(values, [0.25, 0.75]).tolist()
    below, above = (-4, 3) if skew >= 0 else (-3, 4)
    width = high - low
    return low - FENCE * np.exp(below * skew) * width, high + FENCE * np.exp(above * skew) * width, width


def medcouple(values: Floats) -> float:
    """Robust skewness in [-1, 1]; 0 where it is not defined. Of many values those at 400 equal ranks are used."""
    ordered = np.sort(values)
    if len(ordered) > RANKS:
        ordered = ordered[np.linspace(0, len(ordered) - 1, RANKS).round().astype(np.int64)]
    centred = ordered - np.median(ordered)
    below, above = centred[centred <= 0], centred[centred >= 0]
    if not len(below) or not len(above):
        return 0.0
    ends = above[:, None] - below[None, :]
    with np.errstate(invalid="ignore", divide="ignore"):
        kernel = (above[:, None] + below[None, :]) / ends
    at_median = np.flatnonzero(centred == 0)
    if len(at_median):  # Brys et al. 2004, eq. 2.3: ties with the median are ordered by their ranks
        k = len(at_median)
        ties = np.sign(np.arange(k)[:, None] + np.arange(k)[None, :] - (k - 1))
        kernel[:k, len(below) - k :] = ties
    return float(np.median(kernel))


def suspected_codes(one: Typed) -> list[tuple[float, int]]:
    """Numbers that may stand for a missing value or a cap, with their rows: nines (or -1) set apart from the rest.

    A negative one is the only negative value and stands in two rows at least; one of nines is the largest value, half
    as large again as the next, and stands in three.
    """
    if not one.has_numbers:
        return []
    used = np.flatnonzero(np.isfinite(one.numbers) & ~one.marked)
    if len(used) < 3:
        return []
    order = used[np.argsort(one.numbers[used], kind="stable")]
    lowest, highest = order[0], order[-1]
    found = []
    if one.numbers[lowest] in CODES_BELOW and one.counts[lowest] >= 2 and one.numbers[order[1]] >= 0:
        found.append((float(one.numbers[lowest]), int(one.counts[lowest])))
    least = APART * max(float(one.numbers[order[-2]]), 0)
    if one.numbers[highest] in CODES_ABOVE and one.counts[highest] >= REPEATS and one.numbers[highest] >= least:
        found.append((float(one.numbers[highest]), int(one.counts[highest])))
    return found
