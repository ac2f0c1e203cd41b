"""What checkpoints of all text models share: tokens, completions, log-probabilities."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..core import IntegrityError
from .checkpoint import RUN, BaseCheckpoint, Parts
from .choice import Choice
from .decoding import stopping
from .tokenizer import load_tokenizer

TOKENIZER = "tokenizer.json"


class BaseTextCheckpoint(BaseCheckpoint):
    """See :class:`models.base.Checkpoint`, whose methods these are. A kind of model adds how it scores and draws."""

    modality = "text"
    capabilities = frozenset({"sample", "logprob", "prompt_logprob", "seedable"})

    def __init__(self, folder: Path, parts: Parts) -> None:
        super().__init__(folder, parts)
        self.tokenizer = load_tokenizer(folder / TOKENIZER)
        self.begin = self.tokenizer.begin
        vocabulary = parts.run["network"]["vocabulary"]
        if self.tokenizer.vocabulary != vocabulary:
            raise IntegrityError(
                f"{folder / TOKENIZER}: has {self.tokenizer.vocabulary} tokens, but {RUN} says "
                f"{vocabulary}; restore it or train again"
            )

    @abstractmethod
    def _generate(
        self, prompts: Sequence[Sequence[int]], max_new_tokens: int, choice: Choice, seed: int, samples: int,
        stopped: Callable[[Sequence[int]], bool] | None,
    ) -> list[list[int]]:  # fmt: skip
        """New tokens after each prompt, the samples of one prompt together."""

    @abstractmethod
    def _logprobs(self, sequences: Sequence[Sequence[int]], exact: bool) -> list[np.ndarray]:
        """Log-probability of each token after a begin token; ``exact``: agreeing in any batch to 1e-9."""

    @abstractmethod
    def next_logprobs(self, prompts: Sequence[str]) -> np.ndarray:
        """Natural-log probability of every token after each prompt: float64 (prompts, vocabulary), rows sum to 1.

        The last token is the begin token: here it means that the text ends.
        """

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
        return self._logprobs(self.tokenizer.encode_all(texts), exact=False)

    def logprobs_of(self, sequences: Sequence[Sequence[int]]) -> list[np.ndarray]:
        """:meth:`token_logprobs` of token ids."""
        return self._logprobs(sequences, exact=False)

    def logprob(self, texts: Sequence[str], given: Sequence[str] | None = None) -> np.ndarray:
        """Exact natural-log probability of each text, after the text of ``given`` where there is one: float64 (texts,).

        Computed in float64: the same to 1e-9 in any batch. Texts are encoded apart from what is given, so
        ``logprob([a]) + logprob([b], [a])`` is the probability of the tokens of a and then of b; with the tokenizers
        ``characters`` and ``residues`` these are the tokens of a + b, with ``bpe`` they need not be. The end of the
        text is not part of it.
        """
        before = self.tokenizer.encode_all(given) if given is not None else [[] for _ in texts]
        pairs = list(zip(before, self.tokenizer.encode_all(texts), strict=True))
        values = self._logprobs([[*first, *then] for first, then in pairs], exact=True)
        return np.array([row[len(first) :].sum() for row, (first, _) in zip(values, pairs, strict=True)])

    def complete_tokens(
        self,
        prompts: Sequence[Sequence[int]],
        *,
        max_new_tokens: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        repetition_penalty: float = 1.0,
        stop: Sequence[str] = (),
        samples: int = 1,
        seed: int = 0,
    ) -> list[list[int]]:
        """New tokens after each prompt; see :class:`models.choice.Choice`.

        With ``samples`` the rows of one prompt stand together. A row ends with the token that completes one of the
        ``stop`` strings.
        """
        choice = Choice(temperature, top_k, top_p, min_p, repetition_penalty)
        stops = stopping(stop, self.decode)
        return self._generate(prompts, max_new_tokens, choice, seed, samples, stops.stopped if stops else None)

    def complete(self, prompts: Sequence[str], **options: Any) -> list[str]:
        """:meth:`complete_tokens` on text; a text ends before a stop string."""
        texts = [self.decode(row) for row in self.complete_tokens(self.tokenizer.encode_all(prompts), **options)]
        stops = stopping(options.get("stop", ()), self.decode)
        return [stops.cut(text) for text in texts] if stops else texts
