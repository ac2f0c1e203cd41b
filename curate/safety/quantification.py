"""The share of a kind of text in a corpus, from a detector whose error was measured.

| quantity | definition | source |
|---|---|---|
| share | (flagged + specificity - 1) / (sensitivity + specificity - 1), cut to [0, 1] | Rogan & Gladen 1978 |
| its interval | uncertainty of all three, small counts included | Lang & Reiczigel 2014, Prev. Vet. Med. 113, 13-22 |
| misfit | total-variation distance to a mixture of the labelled scores | after Gonzalez-Castro et al. 2013 (HDy) |

In the words of text classification this is *adjusted classify and count* (Forman 2008). It holds where the detector
errs on this corpus as often as it did on the labelled texts.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2

from ...core import UsageError
from ..audits.rates import Z

FIFTHS = (0.2, 0.4, 0.6, 0.8)


@dataclass(frozen=True, slots=True)
class DetectorError:
    """``hits`` of ``positives`` labelled yes were flagged, and ``alarms`` of ``negatives`` labelled no."""

    hits: int
    positives: int
    alarms: int
    negatives: int

    @classmethod
    def of(cls, scores: ArrayLike, labels: ArrayLike, threshold: float) -> "DetectorError":
        """Counts of ``scores`` (n,) at or above the threshold against ``labels`` (n,)."""
        flagged, truth = np.asarray(scores, np.float64) >= threshold, np.asarray(labels, bool)
        return cls(int((flagged & truth).sum()), int(truth.sum()), int((flagged & ~truth).sum()), int((~truth).sum()))

    @property
    def sensitivity(self) -> float:
        """True-positive rate."""
        return self.hits / self.positives

    @property
    def specificity(self) -> float:
        """One minus the false-positive rate."""
        return 1 - self.alarms / self.negatives


@dataclass(frozen=True, slots=True)
class Share:
    """A share in [0, 1] with its 95 % interval."""

    value: float
    low: float
    high: float


def adjusted_share(flagged: int, n: int, error: DetectorError) -> Share | None:
    """The share behind ``flagged`` of ``n``; None where the detector cannot tell the two kinds apart.

    It cannot where sensitivity does not exceed the false-positive rate, with both as the interval uses them.

    >>> share = adjusted_share(30, 100, DetectorError(80, 100, 10, 100))
    >>> round(share.value, 3), share.low < 0.3 < share.high
    (0.286, True)
    """
    if min(n, error.positives, error.negatives) < 1:
        raise UsageError("a share needs at least one document and one labelled text of each kind")
    youden = error.sensitivity + error.specificity - 1
    smooth_se, smooth_sp = (error.hits + 1) / (error.positives + 2), 1 - (error.alarms + 1) / (error.negatives + 2)
    if youden <= 0 or smooth_se + smooth_sp <= 1:
        return None
    value = (flagged / n + error.specificity - 1) / youden
    low, high = _interval(flagged, n, error, smooth_se, smooth_sp)
    value = min(1.0, max(0.0, value))
    return Share(value, min(low, value), max(high, value))


def mixture_misfit(scores: ArrayLike, known: ArrayLike, labels: ArrayLike) -> tuple[float, float]:
    """How far the ``scores`` of a corpus (n,) are from every mixture of the ``known`` scores (m,) of both labels (m,).

    Compares histograms between the fifths of the known scores of each label, because scores crowd at 0 and 1.
    Returns the total-variation distance of the histograms in [0, 1] (the share of documents that such a mixture does
    not explain) and the p-value of a chi-square test that it is chance. Where the labelled texts resemble the corpus,
    the corpus is such a mixture; where it is none, no share can be worked out from them.

    >>> mixture_misfit([0.0, 1.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0], [False, False, True, True])[0]
    0.0
    """
    s, k, truth = np.asarray(scores, np.float64), np.asarray(known, np.float64), np.asarray(labels, bool)
    edges = np.unique(np.concatenate([np.quantile(k[side], FIFTHS, method="lower") for side in (truth, ~truth)]))
    places = (np.searchsorted(edges, values, side="right") for values in (s, k[truth], k[~truth]))
    parts = [np.bincount(place, minlength=len(edges) + 1) / len(place) for place in places]
    corpus, yes, no = parts
    apart = float(((yes - no) ** 2).sum())
    weight = float(np.clip(((corpus - no) * (yes - no)).sum() / apart, 0, 1)) if apart else 0.0
    mixture = weight * yes + (1 - weight) * no
    noise = (_smooth(mixture, len(s)) / len(s) + weight**2 * _smooth(yes, truth.sum()) / truth.sum()
             + (1 - weight) ** 2 * _smooth(no, (~truth).sum()) / (~truth).sum())  # fmt: skip
    distance = float(np.abs(corpus - mixture).sum() / 2)
    return distance, float(chi2.sf(((corpus - mixture) ** 2 / noise).sum(), max(1, len(edges) - 1)))


def _smooth(shares: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Variance of a share from n items, times n, never zero: with one more item of each outcome."""
    p = (shares * n + 1) / (n + 2)
    result: NDArray[np.float64] = p * (1 - p)
    return result


def _interval(flagged: int, n: int, error: DetectorError, se: float, sp: float) -> tuple[float, float]:
    """Equations 6 to 9 of Lang & Reiczigel."""
    apparent = (flagged + Z**2 / 2) / (n + Z**2)
    youden = se + sp - 1
    prevalence = (apparent + sp - 1) / youden
    of_se, of_sp = se * (1 - se) / (error.positives + 2), sp * (1 - sp) / (error.negatives + 2)
    shift = 2 * Z**2 * (prevalence * of_se - (1 - prevalence) * of_sp)
    variance = apparent * (1 - apparent) / (n + Z**2) + prevalence**2 * of_se + (1 - prevalence) ** 2 * of_sp
    half = Z * math.sqrt(variance) / youden
    centre = prevalence + shift
    return min(1.0, max(0.0, centre - half)), min(1.0, max(0.0, centre + half))
