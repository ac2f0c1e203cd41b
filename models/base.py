"""What every model family and every checkpoint can be asked for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa
from torch import Tensor

from ..core import ConfigError, EnergyUse, did_you_mean
from .noise import Noise

CAPABILITIES: Mapping[str, str] = {
    "sample": "write text",
    "images": "make images",
    "rows": "make rows of a table",
    "logprob": "give the log-probability of the tokens that it writes",
    "prompt_logprob": "give the log-probability of each token of a text that it is shown",
    "masked_logprob": "give the log-probability of a token of a text from the tokens on both sides of it",
    "likelihood": "give the log-likelihood of an image or a row, or a lower bound of it",
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


@runtime_checkable
class ScoresWindows(Protocol):
    """A model of text that looks back on a bounded number of tokens, and lets that number be chosen."""

    @property
    def window(self) -> int:
        """Tokens in the windows that it scores by itself."""

    @property
    def longest_window(self) -> int:
        """The most tokens that a window may have."""

    def rolling_logprobs(self, texts: Sequence[str], window: int, stride: int) -> list[np.ndarray]:
        """Natural-log probability of each token of each text, float64 (tokens,), by windows of ``window`` tokens.

        The first window predicts all of its tokens, each further one ``stride`` new tokens at its end, conditioned on
        ``window - stride`` tokens and the one before them at least.
        """


Reading = Callable[[Tensor, Tensor], Tensor]
"""Natural-log probabilities of the whole vocabulary (rows, vocabulary), float64, and the true tokens (rows,) to what is
wanted of each row: (rows,) or (rows, values)."""


@runtime_checkable
class ShowsVocabulary(Protocol):
    """A model of text that gives the probability of every token at each place of a text, not of the true one alone."""

    def over_vocabulary(self, sequences: Sequence[Sequence[int]], read: Reading) -> list[np.ndarray]:
        """What ``read`` makes of each place of each sequence of token ids: float64 (tokens, ...).

        The windows are those of :meth:`Checkpoint.token_logprobs`.
        """


@runtime_checkable
class ScoresMasked(Protocol):
    """A masked language model: it fills a gap from both sides and gives a text no probability of its own."""

    def marked(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, between one begin mark and one end mark."""

    def masked_logprobs(self, sequences: Sequence[Sequence[int]], places: Sequence[Sequence[int]]) -> list[np.ndarray]:
        """Natural-log probability of the token at each place of each sequence, with that place alone masked.

        float64 (places,) for each sequence.
        """


def training_is_known(checkpoint: "Checkpoint") -> bool:
    """Whether the ledger says what the model was trained on: not so for one made elsewhere."""
    return checkpoint.run.get("training_data") != "unknown"


class Generator(Protocol):
    """What the loop, the samplers and the checkpoints ask of the network of a family, whatever kind it is.

    ``likelihood`` declares what :meth:`logprob` gives: the ``exact`` value, a lower ``bound``, or ``none``.
    """

    likelihood: Literal["exact", "bound", "none"]

    def loss(self, batch: Any) -> Tensor:
        """The loss of each example of the batch, shape (rows,)."""

    def sample(self, noise: Noise, sampler: Any, classes: Tensor | None = None, guidance: float = 1.0) -> Tensor:
        """One sample for each row of the noise by a sampler of ``models/samplers.py``; pixels as uint8 (n, C, H, W)."""

    def logprob(self, batch: Any, noise: Noise) -> Tensor | None:
        """Natural-log probability of each example, float64 (rows,); None where ``likelihood`` is ``none``."""


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

    @property
    def energy(self) -> EnergyUse:
        """What the training used."""

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
        min_p: float | None = None,
        repetition_penalty: float = 1.0,
        stop: Sequence[str] = (),
        samples: int = 1,
        seed: int = 0,
    ) -> list[list[int]]:
        """New tokens after each prompt (an empty prompt starts a document); temperature 0 is greedy.

        With ``samples`` the rows of one prompt stand together; a row ends with the token that completes a ``stop``.
        The result for a row depends on (seed, row number, prompt) alone, not on the batch it stands in.
        """

    def complete(self, prompts: Sequence[str], **options: Any) -> list[str]:
        """:meth:`complete_tokens` on text."""

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """A vector for each text: float64 of shape (texts, dimensions)."""

    def sample_images(
        self,
        n: int,
        seed: int = 0,
        *,
        label: str | None = None,
        sampler: str | None = None,
        steps: int | None = None,
        guidance: float | None = None,
        first: int = 0,
    ) -> np.ndarray:
        """Images ``first`` to ``first`` + n - 1 of this seed: (n, H, W, C), uint8. Seed and number decide each.

        None stands for the model's own sampler, its number of steps, no guidance, and labels as often as in training.
        """

    def sample_labels(self, n: int, seed: int = 0, *, label: str | None = None, first: int = 0) -> list[str | None]:
        """The labels that :meth:`sample_images` gives those images; None where the model knows no labels."""

    def sample_records(
        self,
        n: int,
        seed: int = 0,
        *,
        where: Mapping[str, Any] | None = None,
        sampler: str | None = None,
        first: int = 0,
    ) -> list[dict[str, Any]]:
        """Rows ``first`` to ``first`` + n - 1 of this seed as mappings of column names to values.

        ``where``: the values that some columns are to have, where the model can be asked for them.
        """

    def sample_rows(
        self,
        n: int,
        seed: int = 0,
        *,
        where: Mapping[str, Any] | None = None,
        sampler: str | None = None,
        first: int = 0,
    ) -> pa.Table:
        """The same as a table with typed columns; missing values are null."""
