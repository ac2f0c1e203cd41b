"""Shares of groups behind what a classifier sees, with its measured error in the interval."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from ...core import generator
from ..statistics import Floats

DRAWS = 2_000
LEAST = 0.1
"""The least singular value of a confusion matrix that still tells its classes apart."""
SUM_WEIGHT = 1_000.0


@dataclass(frozen=True, slots=True)
class CorrectedShare:
    """A share in [0, 1] with its 95 % interval, and a two-sided p against ``expected``."""

    value: float
    low: float
    high: float
    p: float


def solved(seen: Floats, confusion: Floats) -> Floats:
    """The shares p (k,) of which ``seen`` (k,) would be expected: least squares of C'p = seen, p >= 0, sum 1.

    ``confusion`` (k, k): rows are true classes, and sum to 1. With the identity the result is ``seen`` itself.
    """
    k = len(seen)
    matrix = np.vstack([confusion.T, np.full((1, k), SUM_WEIGHT)])
    found = nnls(matrix, np.append(seen, SUM_WEIGHT))[0]
    return np.asarray(found / found.sum(), np.float64)


def corrected_shares(seen: Floats, errors: Floats, expected: Floats, seed: int = 0) -> list[CorrectedShare] | None:
    """The shares behind the counts ``seen`` (k,), by counts ``errors`` (k, k) of labelled images, true class by row.

    The interval holds the draw of the samples and the uncertain error of the classifier: both are drawn again from
    their Dirichlet posteriors with Jeffreys' prior. None where the classifier cannot tell the classes apart. In the
    words of quantification this is adjusted classify and count (Forman 2008), for several classes (Saerens et al.
    2002, Neural Computation 14, 21-41, equation 2.6).
    """
    rates = errors / errors.sum(1, keepdims=True)
    if np.linalg.svd(rates, compute_uv=False)[-1] < LEAST:
        return None
    value = solved(seen / seen.sum(), rates)
    rng = generator(seed, "corrected shares")
    drawn = np.stack(
        [
            solved(rng.dirichlet(seen + 0.5), np.stack([rng.dirichlet(row + 0.5) for row in errors]))
            for _ in range(DRAWS)
        ]
    )
    low, high = np.quantile(drawn, (0.025, 0.975), axis=0)
    beyond = np.minimum((drawn <= expected).mean(0), (drawn >= expected).mean(0))
    p = np.clip(2 * (beyond * DRAWS + 1) / (DRAWS + 1), 0, 1)
    return [
        CorrectedShare(float(value[i]), float(min(low[i], value[i])), float(max(high[i], value[i])), float(p[i]))
        for i in range(len(seen))
    ]
