"""Pairs of texts as the tensors that the head reads; each text is encoded once."""

from collections.abc import Sequence

import torch
from torch.nn.utils.rnn import pad_sequence

from ..facts import SourceFacts
from .entailment_head import LAYERS
from .minilm_encoder import MiniLm
from .pair_cues import pair_cues

MOST_KEPT = 60_000
Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]


class HeadInputs:
    """Encodes pairs and remembers the texts: their states (tokens, layers * 384) in half precision, vector and
    facts."""

    def __init__(self, encoder: MiniLm) -> None:
        self._encoder = encoder
        self._states: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}
        self._facts: dict[str, SourceFacts] = {}
        self._cues: dict[tuple[str, str], list[float]] = {}

    def batch(self, pairs: Sequence[tuple[str, str]]) -> Batch:
        """Premises (pairs, m, d) and hypotheses (pairs, n, d) padded with zeros, vectors (pairs, 2, 384), cues."""
        found = [[self._text(text) for text in pair] for pair in pairs]
        sides = [pad_sequence([row[side][0] for row in found], batch_first=True).float() for side in (0, 1)]
        vectors = torch.stack([torch.stack([row[0][1], row[1][1]]) for row in found])
        return sides[0], sides[1], vectors, torch.tensor([self._counted(*pair) for pair in pairs])

    def _text(self, text: str) -> tuple[torch.Tensor, torch.Tensor]:
        if text not in self._states:
            if len(self._states) >= MOST_KEPT:
                self._states.clear()
            found = self._encoder.states(text, LAYERS)
            states = found.states.permute(1, 0, 2).flatten(1).half()
            if not len(states):  # an empty text has one token that is all but zero, so that every pair has two sides
                states = torch.full((1, states.shape[1]), 1e-4, dtype=torch.float16)
            self._states[text] = (states, found.vector)
        return self._states[text]

    def _counted(self, premise: str, hypothesis: str) -> list[float]:
        key = premise, hypothesis
        if key not in self._cues:
            if len(self._cues) >= MOST_KEPT:
                self._cues.clear()
                self._facts.clear()
            if premise not in self._facts:
                self._facts[premise] = SourceFacts(premise)
            self._cues[key] = pair_cues(premise, hypothesis, self._facts[premise])
        return self._cues[key]
