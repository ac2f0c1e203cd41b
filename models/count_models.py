"""Two ways to make probabilities of counts: smoothed by Kneser and Ney, or as they are, which is copying."""

from collections.abc import Sequence

import numpy as np
import torch

from .base import Reading
from .ngram_tables import Floats, Ints, Tables, Tokens

DOUBT = 1e-3
"""Share of a copying model's probability that is spread over the vocabulary, so that nothing is impossible."""


CONTEXTS_KEPT = 4_096
"""Distributions held at a time: with 4,096 tokens they take 128 MiB."""


class KneserNeyModel:
    """Interpolated Kneser-Ney, one discount a level: Chen and Goodman 1999, section 2.7; its root is 1 / vocabulary."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def logprobs(self, sequences: Sequence[Tokens]) -> list[Floats]:
        """Natural-log probability of each token of each sequence."""
        contexts, own, borders = self.tables.places(sequences)
        p = np.full(borders[-1], 1 / self.tables.vocabulary)
        for level, context, number in zip(self.tables.levels, contexts, own, strict=True):
            total = _at(level.totals, context)
            seen = total > 0
            share = np.maximum(_at(level.counts, number)[seen] - level.discount, 0) / total[seen]
            p[seen] = share + level.discount * _at(level.kinds, context)[seen] / total[seen] * p[seen]
        return _split(np.log(p), borders)

    def following(self, history: Sequence[int]) -> Floats:
        """Probability of every token after a text: shape (vocabulary,), sum 1."""
        p = np.full(self.tables.vocabulary, 1 / self.tables.vocabulary)
        for level, context in zip(self.tables.levels, self.tables.contexts_of(history), strict=True):
            if context >= 0 and level.totals[context] > 0:
                total, after = level.totals[context], level.after(context)
                p *= level.discount * level.kinds[context] / total
                tokens = level.keys[after] % self.tables.vocabulary
                p[tokens] += np.maximum(level.counts[after] - level.discount, 0) / total
        return p


class LongestMatch:
    """What followed the longest stretch of the text so far that was seen in training, and a little doubt."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def logprobs(self, sequences: Sequence[Tokens]) -> list[Floats]:
        """Natural-log probability of each token of each sequence."""
        contexts, own, borders = self.tables.places(sequences)
        p = np.full(borders[-1], 1 / self.tables.vocabulary)
        for level, context, number in zip(self.tables.levels, contexts, own, strict=True):
            total = _at(level.totals, context)
            seen = total > 0
            p[seen] = (1 - DOUBT) * _at(level.counts, number)[seen] / total[seen] + DOUBT / self.tables.vocabulary
        return _split(np.log(p), borders)

    def following(self, history: Sequence[int]) -> Floats:
        """Probability of every token after a text: shape (vocabulary,), sum 1."""
        found = zip(self.tables.levels, self.tables.contexts_of(history), strict=True)
        known = [(level, context) for level, context in found if context >= 0 and level.totals[context] > 0]
        p = np.full(self.tables.vocabulary, DOUBT / self.tables.vocabulary)
        level, context = known[-1]
        after = level.after(context)
        p[level.keys[after] % self.tables.vocabulary] += (1 - DOUBT) * level.counts[after] / level.totals[context]
        return p


def kneser_ney(sequences: Sequence[Tokens], order: int, vocabulary: int) -> KneserNeyModel:
    """A model of these texts, each counted once. The last id of the vocabulary must be free: it is the begin token."""
    pieces = [np.asarray(sequence, np.int64) for sequence in sequences]
    return KneserNeyModel(Tables.count(pieces, np.ones(len(pieces)), order, vocabulary, True))


def counted_readings(
    model: KneserNeyModel | LongestMatch, sequences: Sequence[Sequence[int]], read: Reading
) -> list[np.ndarray]:
    """What ``read`` makes of the distribution at each place of each sequence; equal contexts are looked up once."""
    found: dict[tuple[int, ...], torch.Tensor] = {}
    results = []
    for sequence in sequences:
        values = []
        for place, token in enumerate(sequence):
            start = max(0, place - model.tables.order + 1)
            key = (min(place, model.tables.order - 1), *sequence[start:place])
            if key not in found:
                if len(found) >= CONTEXTS_KEPT:
                    found.clear()
                found[key] = torch.from_numpy(np.log(model.following(sequence[:place])))[None]
            values.append(read(found[key], torch.tensor([token])).numpy())
        results.append(np.concatenate(values) if values else np.zeros(0))
    return results


def _at(values: Floats, places: Ints) -> Floats:
    """Values at places; 0 at the place -1."""
    return np.where(places >= 0, values[np.maximum(places, 0)], 0.0)


def _split(values: Floats, borders: np.ndarray) -> list[Floats]:
    return [values[low:high] for low, high in zip(borders[:-1], borders[1:], strict=True)]
