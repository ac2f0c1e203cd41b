"""How well images fit the texts they were asked for, beside how well they fit the texts of others.

CLIPScore (Hessel et al. 2021, arXiv 2104.08718, section 3): 2.5 max(cos(image, text), 0). R-precision (Xu et al. 2018,
arXiv 1711.10485, section 4): the share of images that are more like their own text than like any of up to 99 others.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ...core import UsageError, generator
from ..statistics import Floats

WEIGHT, OTHERS = 2.5, 99


@dataclass(frozen=True)
class Adherence:
    """Of each image (n,): its CLIPScore with its own text, the mean with other texts, and whether its own is nearest.

    ``candidates`` counts the texts that were ranked, its own among them. ``likest`` is the place of the likest one.
    With one text only there are no others: then ``other`` and ``retrieved`` are None.
    """

    own: Floats
    other: Floats | None
    retrieved: np.ndarray | None
    likest: np.ndarray
    candidates: int


def adherence(images: ArrayLike, texts: ArrayLike, asked: ArrayLike, seed: int = 0, others: int = OTHERS) -> Adherence:
    """From directions of images (n, d) and of different texts (k, d), and the text asked for of each image (n,).

    Others are all other texts, or ``others`` of them drawn by the seed for each image. A tie with another is no hit.
    """
    x, y, mine = np.asarray(images, np.float64), np.asarray(texts, np.float64), np.asarray(asked, np.int64)
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1]:
        raise UsageError(f"images and texts must have vectors of one dimension, not {x.shape} and {y.shape}")
    cosines, here = x @ y.T, np.arange(len(x))
    scores = WEIGHT * np.maximum(cosines, 0.0)
    looked_at = _others(len(x), len(y), mine, seed, others)
    ranked = np.where(looked_at, cosines, -np.inf)
    best = ranked.max(1)
    ranked[here, mine] = cosines[here, mine]
    own, likest = scores[here, mine], ranked.argmax(1)
    if len(y) < 2:
        return Adherence(own, None, None, likest, 1)
    counts = looked_at.sum(1)
    other = np.where(looked_at, scores, 0.0).sum(1) / counts
    return Adherence(own, other, cosines[here, mine] > best, likest, int(counts[0]) + 1)


def _others(n: int, k: int, mine: np.ndarray, seed: int, others: int) -> np.ndarray:
    """Which texts stand against each image's own: (n, k)."""
    looked_at = np.ones((n, k), bool)
    looked_at[np.arange(n), mine] = False
    if k - 1 > others:
        order = generator(seed, "other prompts").random((n, k))
        order[np.arange(n), mine] = 2.0  # never among the first
        looked_at &= np.argsort(np.argsort(order, 1), 1) < others
    return looked_at
