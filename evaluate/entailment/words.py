"""The baseline without a model: words in common. It cannot tell a contradiction from anything else new."""

import re
from collections.abc import Sequence

import numpy as np

from ..statistics import Floats
from .base import ENTAILMENTS

_WORD = re.compile(r"\w+")


class WordEntailment:
    """Entailment is the share of the hypothesis's different words that the premise holds; the rest is neutral."""

    protocol = "words/1"

    def probabilities(self, premises: Sequence[str], hypotheses: Sequence[str]) -> Floats:
        """Probabilities of entailment, neutral, contradiction: float64 (pairs, 3)."""
        found = np.zeros((len(premises), 3))
        for row, (premise, hypothesis) in enumerate(zip(premises, hypotheses, strict=True)):
            wanted, known = (set(_WORD.findall(text.casefold())) for text in (hypothesis, premise))
            found[row, 0] = len(wanted & known) / len(wanted) if wanted else 0.0
        found[:, 1] = 1 - found[:, 0]
        return found


@ENTAILMENTS.register("words", source="share of words in common, as in ROUGE-1 recall (Lin 2004)")
def words() -> WordEntailment:
    """Share of the claim's words that stand in the source; no model, and a baseline to beat."""
    return WordEntailment()
