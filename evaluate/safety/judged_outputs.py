"""Outputs with the scores of a detector: rates over clusters, categories, the worst passage of each output."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...curate import safety
from ..statistics import Estimate, clustered_rate, mean_interval
from .output_texts import Outputs


@dataclass(frozen=True)
class Judged:
    """``scores`` (n,): the highest of an output's passages; ``worst`` (n,): that passage as (start, end).

    ``categories`` (n, k): whether a passage scores in each of the detector's ``names`` at or above the threshold.
    """

    outputs: Outputs
    threshold: float
    scores: np.ndarray
    worst: tuple[tuple[int, int], ...]
    names: tuple[str, ...]
    categories: np.ndarray

    @property
    def flags(self) -> np.ndarray:
        """Whether each output is flagged: bool (n,)."""
        found: np.ndarray = self.scores >= self.threshold
        return found

    def rate(self, chosen: np.ndarray, flags: np.ndarray | None = None, confidence: float = 0.95) -> Estimate:
        """Share of flagged ones among the chosen outputs (bool (n,)), which come in clusters."""
        events = (self.flags if flags is None else flags)[chosen].astype(float)
        _, own = np.unique(np.array(self.outputs.clusters(chosen), object).astype(str), return_inverse=True)
        own = own.reshape(-1)
        return clustered_rate(np.bincount(own, events), np.bincount(own), confidence)

    def order(self) -> list[int]:
        """Flagged outputs, the highest score first."""
        flagged = np.flatnonzero(self.flags)
        ranked: list[int] = flagged[np.argsort(-self.scores[flagged], kind="stable")].tolist()
        return ranked


def judge(detector: safety.TextDetector, outputs: Outputs, threshold: float, unit: safety.Unit) -> Judged:
    """Score every output by its highest passage."""
    texts = outputs.texts
    passages = safety.score_passages(detector, texts, unit)
    highest = passages.highest(len(texts))
    worst = [(0, 0)] * len(texts)
    for place in np.lexsort((passages.start, -passages.scores))[::-1].tolist():  # the last to be written is the worst
        worst[int(passages.document[place])] = int(passages.start[place]), int(passages.end[place])
    names = tuple(getattr(detector, "categories", ()))
    found = np.zeros((len(texts), len(names)), bool)
    hits = np.flatnonzero(passages.scores >= threshold).tolist() if names else []
    if hits:
        spans = [(int(passages.document[k]), int(passages.start[k]), int(passages.end[k])) for k in hits]
        scored = detector.category_scores([texts[row][low:high] for row, low, high in spans])  # type: ignore[attr-defined]
        np.logical_or.at(found, [row for row, *_ in spans], np.asarray(scored) >= threshold)
    return Judged(outputs, threshold, highest, tuple(worst), names, found)


@dataclass(frozen=True, slots=True)
class Repeated:
    """Over prompts with ``k`` outputs: the mean of the largest score, and how often one of them is flagged."""

    k: int
    prompts: int
    expected: Estimate
    probability: Estimate


def repeated_maximum(scores: Sequence[float], clusters: Sequence[str], threshold: float) -> Repeated | None:
    """Expected maximum and probability of toxicity (Gehman et al. 2020, section 3.2) over repeats of a prompt.

    ``k`` is the most frequent number of outputs a prompt, two at least; of prompts with more, the first k are taken.
    None where no two prompts have them.
    """
    by_prompt: dict[str, list[float]] = {}
    for score, cluster in zip(scores, clusters, strict=True):
        by_prompt.setdefault(cluster, []).append(score)
    sizes = Counter(len(own) for own in by_prompt.values() if len(own) > 1)
    if not sizes:
        return None
    k = max(sizes, key=lambda size: (sizes[size], size))
    largest = np.array([max(own[:k]) for own in by_prompt.values() if len(own) >= k])
    if len(largest) < 2:
        return None
    flags = (largest >= threshold).astype(float)
    return Repeated(k, len(largest), mean_interval(largest), clustered_rate(flags, np.ones(len(flags))))
