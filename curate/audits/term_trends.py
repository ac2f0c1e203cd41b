"""Whether mentions grow rarer or more frequent over time: pure functions on counts of documents.

| quantity | definition | source |
|---|---|---|
| trend | exp(b) of E(mentions) = words exp(a + b t), t from 0 (first period) to 1 (last) | Poisson log-linear model |
| its interval | sandwich variance over documents, no less than the model's, Student's t | Liang & Zeger 1986 |
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST, MOST = 3, 24
DOCUMENTS = 5
UNITS = ("year", "month", "decade", "quarter century", "century")
_MONTH = "0[1-9]|1[0-2]"
_DATE = re.compile(rf"\s*([12]\d{{3}})(?:-({_MONTH})(?!\d)|({_MONTH})\d\d(?!\d)|(?!\d))")
_STEPS, _STEEPEST = 50, 20.0


@dataclass(frozen=True, slots=True)
class Periods:
    """Periods with documents, ascending: ``index`` (documents,) into ``names``, -1 where a document has no date.

    ``position`` (periods,) is their time, 0 for the first and 1 for the last.
    """

    unit: str
    names: tuple[str, ...]
    position: Floats
    index: Ints


@dataclass(frozen=True, slots=True)
class Trend:
    """How many times as frequent at the end as at the beginning, with its 95 % interval and two-sided p.

    ``influence`` (documents,) is each document's part in the logarithm; ``n`` the number of mentions.
    """

    ratio: float
    low: float
    high: float
    p: float
    n: int
    influence: Floats


def periods_of(collected: Sequence[str | None]) -> Periods | None:
    """Dates (``2024``, ``2024-05``, ``2024-05-31T...``) as the first of :data:`UNITS` that gives 3 to 24; else None.

    >>> periods_of(["2019", "2021-03", None, "2020"]).names
    ('2019', '2020', '2021')
    """
    dates = [_DATE.match(date or "") for date in collected]
    for unit in UNITS:
        keys = [None if date is None else _key(date, unit) for date in dates]
        known = sorted({key for key in keys if key is not None})
        if FEWEST <= len(known) <= MOST:
            number = {key: i for i, key in enumerate(known)}
            position = (np.array(known, np.float64) - known[0]) / (known[-1] - known[0])
            index = np.array([-1 if key is None else number[key] for key in keys], np.int64)
            return Periods(unit, tuple(_name(key, unit) for key in known), position, index)
    return None


def _key(date: re.Match[str], unit: str) -> int | None:
    year, month = int(date[1]), date[2] or date[3]
    if unit == "month":
        return None if month is None else 12 * year + int(month) - 1
    return year // {"year": 1, "decade": 10, "quarter century": 25, "century": 100}[unit]


def _name(key: int, unit: str) -> str:
    if unit == "month":
        return f"{key // 12}-{key % 12 + 1:02d}"
    span = f"{25 * key}-{25 * key + 24}"
    return {"year": f"{key}", "decade": f"{key}0s", "quarter century": span, "century": f"{key}00s"}[unit]


def mention_trend(mentions: ArrayLike, words: ArrayLike, position: ArrayLike) -> Trend | None:
    """Trend of ``mentions`` for each word over time; all have shape (documents,), ``position`` lies in [0, 1].

    None where fewer than five documents mention the group, or all mentions stand at one time.
    """
    m, w, t = (np.asarray(values, np.float64) for values in (mentions, words, position))
    carrying = int((m > 0).sum())
    if carrying < DOCUMENTS or len(np.unique(t[m > 0])) < 2 or float(w.sum()) <= 0:
        return None
    design = np.stack([np.ones_like(t), t], 1)
    slope, inverse, residual = _fit(m, w, design)
    influence = (residual[:, None] * design) @ inverse[1]
    n = len(m)
    variance = max(n / (n - 1) * float(influence @ influence), float(inverse[1, 1]))
    half = float(student.ppf(0.975, carrying - 2)) * math.sqrt(variance)
    p = float(2 * student.sf(abs(slope) / math.sqrt(variance), carrying - 2))
    low, ratio, high = (math.exp(max(-50.0, min(50.0, x))) for x in (slope - half, slope, slope + half))
    return Trend(ratio, low, high, p, int(m.sum()), influence)


def _fit(m: Floats, w: Floats, design: Floats) -> tuple[float, Floats, Floats]:
    """Newton's method: the slope, the inverse of the information matrix (2, 2) and the residuals (documents,)."""
    beta = np.array([math.log(m.sum() / w.sum()), 0.0])
    for _ in range(_STEPS):
        mean = w * np.exp(design @ beta)
        step = np.linalg.solve((design * mean[:, None]).T @ design, design.T @ (m - mean))
        beta = beta + np.clip(step, -1.0, 1.0)
        beta[1] = np.clip(beta[1], -_STEEPEST, _STEEPEST)
        if np.abs(step).max() < 1e-10:
            break
    mean = w * np.exp(design @ beta)
    inverse: Floats = np.linalg.inv((design * mean[:, None]).T @ design)
    return float(beta[1]), inverse, m - mean
