"""A trained transformer that completes and scores text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..core import IntegrityError
from .checkpoint import RUN, BaseCheckpoint, Parts
from .gpt import GPT, GPTConfig
from .language_model import LanguageModel
from .sampling import Choice, generate
from .scoring import sequence_logprobs
from .tokenizer import Tokenizer

TOKENIZER = "tokenizer.json"


class TextCheckpoint(BaseCheckpoint):
    """See :class:`models.base.Checkpoint`, whose methods these are."""

    modality = "text"
    capabilities = frozenset({"sample", "logprob"})

    def __init__(self, folder: Path, parts: Parts) -> None:
        super().__init__(folder, parts)
        self.tokenizer = Tokenizer.load(folder / TOKENIZER)
        network = GPT(GPTConfig(**parts.run["network"]))
        if self.tokenizer.vocabulary != network.config.vocabulary:
            raise IntegrityError(
                f"{folder / TOKENIZER}: has {self.tokenizer.vocabulary} tokens, but {RUN} says "
                f"{network.config.vocabulary}; restore it or train again"
            )
        network.load_state_dict(dict(parts.weights))
        self.network: LanguageModel = network.eval()

    def encode(self, text: str) -> list[int]:
        """Token ids of a text (no special tokens)."""
        return self.tokenizer.encode(text)

    def decode(self, tokens: Sequence[int]) -> str:
        """Text of token ids; begin tokens vanish."""
        return self.tokenizer.decode(tokens)

    def token_logprobs(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Natural-log probability of each token of each text after a begin token: float64 arrays (tokens,).

        Texts longer than the context are scored in disjoint windows, each conditioned on the one token before it.
        """
        return sequence_logprobs(self.network, self.tokenizer.encode_all(texts), self.tokenizer.begin)

    def complete_tokens(
        self,
        prompts: Sequence[Sequence[int]],
        *,
        max_new_tokens: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int = 0,
    ) -> list[list[int]]:
        """New tokens after each prompt; see :func:`models.sampling.generate`."""
        choice = Choice(temperature, top_k, top_p)
        return generate(self.network, prompts, self.tokenizer.begin, max_new_tokens, choice, seed)

    def complete(self, prompts: Sequence[str], **options: Any) -> list[str]:
        """:meth:`complete_tokens` on text."""
        tokens = self.complete_tokens(self.tokenizer.encode_all(prompts), **options)
        return [self.tokenizer.decode(row) for row in tokens]
