"""Entropy of the words of free samples, beside the same number of tokens of the corpus."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torchmetrics import Metric

from ...core import NotMeasured, Score, UsageError
from ..base import METRICS, Outcome, Subject
from ..statistics import Floats
from .distinct_n import INTERVAL, LEAST_TOKENS
from .text_sides import TOKENIZER, Ints, budget_of, counts_of, first_tokens, grouped, read_sides

METRIC = "token-entropy"


def entropy_bits(counts: Floats) -> float:
    """Plug-in entropy in bits of a distribution given by counts (v,). Range [0, log2 v].

    >>> entropy_bits(np.array([2.0, 2.0, 0.0]))
    1.0
    """
    total = float(counts.sum())
    if total <= 0 or not np.isfinite(counts).all() or (counts < 0).any():
        raise UsageError("an entropy needs counts of 0 or more that are not all 0")
    p = counts[counts > 0] / total
    return max(0.0, float(-(p * np.log2(p)).sum()))


def token_entropy(texts: Sequence[Ints]) -> float:
    """Entropy in bits of the tokens of all texts together."""
    return entropy_bits(counts_of(texts))


@METRICS.register(
    METRIC,
    source="Shannon 1948, section 6; plug-in estimate at a fixed number of tokens",
    unit="bits per token",
    range="[0, log2 of the vocabulary]",
    needs="sample",
    protocol="plug-in entropy of the distribution of words in the first so many tokens; tokenizer and number in the "
    "string",
    pitfalls="Biased downward, the more the fewer tokens: compare at one number of tokens, and with the corpus's own "
    "value. A model of noise has the highest.",
)
def measure_token_entropy(subject: Subject, tokens: int = 10_000) -> Outcome:
    """Entropy of the distribution of words in free samples, and in as many tokens of the corpus.

    Both sides are read up to ``tokens`` tokens, or the largest of 1, 2, 5, 10, ... below it that both have; 500 are
    needed. Lower than the corpus's: the model leans on fewer words.
    """
    sides = read_sides(subject)
    budget = budget_of(sides, tokens)
    if budget < LEAST_TOKENS:
        have = min(side.tokens for side in sides.both())
        return Outcome((NotMeasured(METRIC, f"{LEAST_TOKENS} tokens a side are needed; {have} are read"),))
    method = f"{METRIC}/1 plug-in, first {budget} tokens, tokenizer {TOKENIZER}"
    scores = []
    for side in sides.both():
        value = grouped(token_entropy, first_tokens(side.words, budget))
        bounds = {"interval": INTERVAL, **value.bounds()}
        scores.append(
            Score(METRIC, value.value, value.n, "bits per token", method, slice={"text": side.name}, **bounds)
        )
    return Outcome(tuple(scores))


class TokenEntropyMetric(Metric):
    """Streaming entropy of token ids: counts that merge across processes. Equals :func:`token_entropy`.

    >>> metric = TokenEntropyMetric(vocabulary=4)
    >>> metric.update(torch.tensor([[0, 1], [2, 3]]))
    >>> float(metric.compute())
    2.0
    """

    is_differentiable = False
    higher_is_better = None
    full_state_update = False
    counts: Tensor

    def __init__(self, vocabulary: int, ignore_index: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.vocabulary, self.ignore_index = vocabulary, ignore_index
        self.add_state("counts", torch.zeros(vocabulary, dtype=torch.int64), dist_reduce_fx="sum")

    def update(self, tokens: Tensor) -> None:
        """tokens: ids of any shape, ``ignore_index`` left out."""
        flat = tokens.reshape(-1)
        flat = flat if self.ignore_index is None else flat[flat != self.ignore_index]
        if len(flat) and not 0 <= int(flat.min()) <= int(flat.max()) < self.vocabulary:
            raise UsageError(f"token ids must be from 0 to {self.vocabulary - 1}")
        self.counts += torch.bincount(flat, minlength=self.vocabulary)

    def compute(self) -> Tensor:
        """Bits per token, float64; NaN before any token."""
        p = self.counts.double() / self.counts.sum()
        return -torch.where(p == 0, 0.0, p * p.log2()).sum()
