"""A trained transformer that completes and scores text."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from ..core import UsageError
from .base import Reading
from .checkpoint import Parts
from .choice import Choice
from .gpt import GPT, GPTConfig
from .language_model import LanguageModel
from .sampling import generate
from .scoring import last_hidden, next_token_logprobs, sequence_logprobs, sequence_readings
from .text_base import TOKENIZER, BaseTextCheckpoint

__all__ = ["TOKENIZER", "TextCheckpoint"]


class TextCheckpoint(BaseTextCheckpoint):
    """See :class:`models.base.Checkpoint`, whose methods these are."""

    capabilities = BaseTextCheckpoint.capabilities | {"embed"}

    def __init__(self, folder: Path, parts: Parts) -> None:
        super().__init__(folder, parts)
        network = GPT(GPTConfig(**parts.run["network"]))
        network.load_state_dict(dict(parts.weights))
        self.network: LanguageModel = network.eval()

    @cached_property
    def _exact(self) -> LanguageModel:
        return self.network.exact()

    def _logprobs(self, sequences: Sequence[Sequence[int]], exact: bool) -> list[np.ndarray]:
        return sequence_logprobs(self._exact if exact else self.network, sequences, self.begin)

    def over_vocabulary(self, sequences: Sequence[Sequence[int]], read: Reading) -> list[np.ndarray]:
        """See :class:`models.base.ShowsVocabulary`."""
        return sequence_readings(self.network, sequences, self.begin, read, self.window)

    @property
    def window(self) -> int:
        """Tokens in the windows that it scores by itself: the network's context."""
        return self.network.config.context

    @property
    def longest_window(self) -> int:
        """The network's context."""
        return self.network.config.context

    def rolling_logprobs(self, texts: Sequence[str], window: int, stride: int) -> list[np.ndarray]:
        """See :class:`models.base.ScoresWindows`."""
        if not 1 <= window <= self.longest_window:
            raise UsageError(f"window {window}: must be from 1 to {self.longest_window}, the context of this model")
        return sequence_logprobs(self.network, self.tokenizer.encode_all(texts), self.begin, window, stride)

    def next_logprobs(self, prompts: Sequence[str]) -> np.ndarray:
        """See :meth:`BaseTextCheckpoint.next_logprobs`; of a prompt longer than the context the end is used."""
        return next_token_logprobs(self._exact, self.tokenizer.encode_all(prompts), self.begin)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """The last hidden state after the last token of each text, of its end where it is longer than the context.

        float64 (texts, width); texts of any batch agree to 1e-5.
        """
        return last_hidden(self.network, self.tokenizer.encode_all(texts), self.begin)

    def _generate(
        self, prompts: Sequence[Sequence[int]], max_new_tokens: int, choice: Choice, seed: int, samples: int,
        stopped: Callable[[Sequence[int]], bool] | None,
    ) -> list[list[int]]:  # fmt: skip
        return generate(self.network, prompts, self.begin, max_new_tokens, choice, seed, samples, stopped)
