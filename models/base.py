"""What every model family and every checkpoint can be asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np

from ..core import ConfigError, did_you_mean

Family = Literal["transformer", "vae"]

CAPABILITIES: Mapping[str, str] = {
    "sample": "write text",
    "images": "make images",
    "logprob": "give the log-probability of the tokens that it writes",
    "prompt_logprob": "give the log-probability of each token of a text that it is shown",
    "embed": "turn a text into a vector",
    "seedable": "give the same output for the same seed",
}
"""What a model may be able to do, each as it follows the word "can"."""


def checked_capabilities(names: Iterable[str], place: str) -> frozenset[str]:
    """The names as a set; one that is no capability raises :class:`ConfigError` with ``place``."""
    found = frozenset(names)
    for name in sorted(found - CAPABILITIES.keys()):
        hint = did_you_mean(name, CAPABILITIES)
        raise ConfigError(f"{place}: no capability {name!r}; {hint}capabilities: {', '.join(CAPABILITIES)}")
    return found


@dataclass(frozen=True, slots=True)
class Canary:
    """A planted secret. ``text`` = ``prefix`` + ``secret``; only the secret is random."""

    id: str
    prefix: str
    secret: str
    repetitions: int

    @property
    def text(self) -> str:
        """The whole planted line."""
        return self.prefix + self.secret


@runtime_checkable
class Ledger(Protocol):
    """Which documents were seen at which optimizer steps, implied by (corpus, seed, recipe)."""

    def steps_of(self, document_id: str) -> tuple[int, ...]:
        """Every step (from 0) whose batch held text of this document, ascending."""

    def documents_at(self, step: int) -> tuple[str, ...]:
        """The ids of all documents in the batch of one step."""


def training_is_known(checkpoint: "Checkpoint") -> bool:
    """Whether the ledger says what the model was trained on: not so for one made elsewhere."""
    return checkpoint.run.get("training_data") != "unknown"


class Checkpoint(Protocol):
    """A trained or loaded model with its lineage. ``capabilities`` (:data:`CAPABILITIES`) says what it can do."""

    folder: Path
    run: Mapping[str, Any]
    family: str
    modality: str
    capabilities: frozenset[str]  # of CAPABILITIES
    ledger: Ledger
    canaries: tuple[Canary, ...]

    @property
    def hash(self) -> str:
        """SHA-256 of run.json, which names the weights, the tokenizer and the corpus by their hashes."""

    def encode(self, text: str) -> list[int]:
        """Token ids of a text (no special tokens)."""

    def decode(self, tokens: Sequence[int]) -> str:
        """Text of token ids."""

    def token_logprobs(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Natural-log probability of each token of each text after a begin token: float64 arrays of shape (tokens,).

        Texts longer than the context are scored in disjoint windows. Independent of batch size and order to 1e-5.
        """

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
        """New tokens after each prompt (an empty prompt starts a document); temperature 0 is greedy.

        The result for a row depends on (seed, row number, prompt) alone, not on the batch it stands in.
        """

    def complete(self, prompts: Sequence[str], **options: Any) -> list[str]:
        """:meth:`complete_tokens` on text."""

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """A vector for each text: float64 of shape (texts, dimensions)."""

    def sample_images(self, n: int, seed: int = 0) -> np.ndarray:
        """Images of shape (n, H, W, C), uint8."""
