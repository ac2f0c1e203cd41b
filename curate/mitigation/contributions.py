"""What each document adds to an odds ratio, and the ratio without those that add most: exact, from counts.

Cells of a document: with both, with the group only, with the attribute only, with neither; 0.5 is added to each sum
(Haldane 1956), as the audit ``associations`` does.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def log_odds(cells: Floats) -> Floats:
    """ln((a + 0.5)(d + 0.5) / ((b + 0.5)(c + 0.5))) of cells (..., 4)."""
    a, b, c, d = np.moveaxis(np.log(cells + 0.5), -1, 0)
    return np.asarray(a + d - b - c)


def contributions(cells: Ints) -> Floats:
    """How much ln(odds ratio) falls where one document (documents, 4) alone is taken out: shape (documents,)."""
    total = cells.sum(0)
    return np.asarray(log_odds(total.astype(np.float64)) - log_odds((total - cells).astype(np.float64)))


def ratios_without(cells: Ints, order: Ints) -> Floats:
    """The odds ratio without the first 0, 1, 2, ... documents of the order: shape (len(order) + 1,)."""
    gone = np.concatenate([np.zeros((1, 4), np.int64), np.cumsum(cells[order], 0)])
    return np.asarray(np.exp(log_odds((cells.sum(0) - gone).astype(np.float64))))


def ranked(cells: Ints) -> Ints:
    """Documents that raise the ratio, the largest contribution first; ties in corpus order."""
    found = contributions(cells)
    order = np.argsort(-found, kind="stable")
    return np.asarray(order[found[order] > 0])
