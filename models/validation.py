"""How well a text model predicts documents that it never trains on, while it is trained."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ..core import Corpus, Recipe, generator
from .language_model import LanguageModel
from .scoring import HEAD_ROWS, batches_of, wanted, windows_of
from .tokenizer import TextTokenizer

SHARE = 0.0075
"""Tokens of one measurement beside those of the training: eight measurements, forward only, are 2 % of its work."""
LEAST, MOST = 512, 16_384
MOST_DOCUMENTS = 256
LONGEST = 20_000


@dataclass(frozen=True)
class HeldOutText:
    """Tokens of held-out documents, how many bytes of text they spell, and the windows they are scored in."""

    sequences: list[list[int]]
    begin: int
    text_bytes: int
    context: int

    @property
    def tokens(self) -> int:
        """How many tokens are predicted."""
        return sum(len(sequence) for sequence in self.sequences)

    def facts(self) -> dict[str, int]:
        """What run.json says of it."""
        return {"documents": len(self.sequences), "tokens": self.tokens, "bytes": self.text_bytes}

    def per_byte(self, nats: float) -> dict[str, float]:
        """Nats per token and bits per byte of a loss over all tokens."""
        return {"nats_per_token": nats / self.tokens, "bits_per_byte": nats / math.log(2) / self.text_bytes}

    def measure(self, network: Any) -> Mapping[str, float]:
        """Loss in nats per token, bits per byte, and the mean entropy of the predictions in bits per token.

        Entropy well below the loss says that the model is surer than it is right.
        """
        was_training = network.training
        network.eval()
        nats, entropy = _sums(network, self)
        network.train(was_training)
        return self.per_byte(nats) | {"entropy_bits_per_token": entropy / math.log(2) / self.tokens}


def held_out_text(
    corpus: Corpus, held_out: Sequence[str], tokenizer: TextTokenizer, recipe: Recipe
) -> HeldOutText | None:
    """Held-out documents drawn by the seed, as much text as a measurement may cost; None where nothing is held out."""
    wanted = MOST // 4 if recipe.steps is None or recipe.batch is None else recipe.steps * recipe.batch * recipe.context
    budget = min(MOST, max(LEAST, round(SHARE * wanted)))
    places = generator(recipe.seed, "validation").permutation(len(held_out))[:MOST_DOCUMENTS]
    names = [held_out[place] for place in places]
    documents = corpus.documents(names)
    sequences: list[list[int]] = []
    text_bytes = 0
    for name in names:
        left = budget - sum(len(sequence) for sequence in sequences)
        text = documents[name]["text"][: min(LONGEST, 8 * left)]
        if left <= 0:
            break
        if text:
            sequences.append(tokenizer.encode(text))
            text_bytes += len(text.encode("utf-8", "replace"))
    return HeldOutText(sequences, tokenizer.begin, text_bytes, recipe.context) if sequences else None


@torch.inference_mode()
def _sums(network: LanguageModel, text: HeldOutText) -> tuple[float, float]:
    nats = entropy = 0.0
    for group, batch in batches_of(windows_of(text.sequences, text.begin, text.context), text.begin):
        real = wanted(group, batch.shape[1] - 1)
        hidden, targets = network.hidden(batch[:, :-1])[real], batch[:, 1:][real]
        for low in range(0, len(hidden), HEAD_ROWS):
            logs: Tensor = network.logits(hidden[low : low + HEAD_ROWS]).double().log_softmax(-1)
            nats -= float(logs.gather(1, targets[low : low + HEAD_ROWS, None]).sum())
            entropy -= float((logs.exp() * logs).sum())
    return nats, entropy
