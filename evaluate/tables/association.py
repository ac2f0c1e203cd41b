"""How strongly two columns go together: pure functions, each corrected for what chance gives in small tables.

| columns | measure | source |
|---|---|---|
| two categories | Cramer's V, bias-corrected | Bergsma 2013, Journal of the Korean Statistical Society 42 |
| category and number | correlation ratio of ranks, adjusted: the root of epsilon squared | Kelley 1935, PNAS 21 |
| two numbers | Spearman's rank correlation | Spearman 1904 |
"""

import numpy as np
from numpy.typing import NDArray

from .distances import Ints
from .paired_column import PairedColumn

Floats = NDArray[np.float64]


def cramers_v(one: Ints, two: Ints) -> float:
    """Of two codes (rows,). Range [0, 1]; 0 where one of them is constant."""
    n = len(one)
    a, b = (np.unique(codes, return_inverse=True)[1] for codes in (one, two))
    if n < 2 or a.max() == 0 or b.max() == 0:
        return 0.0
    r, k = int(a.max()) + 1, int(b.max()) + 1
    counts = np.bincount(a * k + b, minlength=r * k).reshape(r, k).astype(np.float64)
    expected = np.outer(counts.sum(1), counts.sum(0)) / n
    phi = float((np.square(counts - expected) / expected).sum()) / n
    phi = max(0.0, phi - (k - 1) * (r - 1) / (n - 1))
    least = min(k - (k - 1) ** 2 / (n - 1), r - (r - 1) ** 2 / (n - 1)) - 1
    return float(min(1.0, (phi / least) ** 0.5)) if least > 0 else 0.0


def correlation_ratio(categories: Ints, numbers: Ints) -> float:
    """Of codes (rows,) and numbers (rows,), by the ranks of the numbers. Range [0, 1]; 0 where one is constant."""
    n = len(numbers)
    k, codes = len(np.unique(categories)), np.unique(categories, return_inverse=True)[1]
    if n < 2 or k < 2 or k >= n:
        return 0.0
    ranks = midranks(numbers) - (n + 1) / 2
    total = float(ranks @ ranks)
    if total == 0:
        return 0.0
    between = float((np.bincount(codes, ranks) ** 2 / np.bincount(codes)).sum())
    return float(max(0.0, 1 - (1 - between / total) * (n - 1) / (n - k)) ** 0.5)


def spearman(one: Ints, two: Ints) -> float:
    """Of two integers (rows,) that stand for numbers in order. Range [-1, 1]; 0 where one of them is constant."""
    a, b = (midranks(values) - (len(values) + 1) / 2 for values in (one, two))
    scale = float((a @ a) * (b @ b)) ** 0.5
    return float(np.clip(a @ b / scale, -1, 1)) if scale > 0 else 0.0


def midranks(values: Ints) -> Floats:
    """Ranks from 1 of whole numbers (rows,), equal ones with their mean."""
    if not len(values):
        return np.zeros(0)
    shifted = values - values.min()
    counts = np.bincount(shifted)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[shifted])


def association(first: PairedColumn, second: PairedColumn, a: Ints, b: Ints) -> float | None:
    """The measure that fits two columns, of rows with codes ``a`` and ``b``; None below three rows with numbers.

    Of a number column only rows that hold a number count.
    """
    kept = np.ones(len(a), bool)
    for column, codes in ((first, a), (second, b)):
        if column.is_number:
            kept &= np.isfinite(column.order)[codes]
    if kept.sum() < 3:
        return None
    a, b = a[kept], b[kept]
    if first.is_number and second.is_number:
        return spearman(a, b)
    if first.is_number or second.is_number:
        return correlation_ratio(b, a) if first.is_number else correlation_ratio(a, b)
    return cramers_v(a, b)


def measure_of(first: PairedColumn, second: PairedColumn) -> str:
    """Its name."""
    return ("Cramer's V", "correlation ratio", "Spearman")[first.is_number + second.is_number]
