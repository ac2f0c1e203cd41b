"""What every model made elsewhere shares: a name, declared capabilities, and no knowledge of its training."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from ...core import (
    ConfigError,
    EnergyUse,
    External,
    InputError,
    Registry,
    UsageError,
    canonical_json,
    derive_seed,
    sha256,
)
from ...curate import call_checked
from ..base import Canary, Ledger, checked_capabilities
from ..no_rows import NoRows
from .words import Words

FORMAT = "headwater-external/1"
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Scored:
    """A text as a model reads it: where each scored token begins (characters), and its natural-log probability.

    A server that has no begin token gives none for the first token; scoring then starts at the second.
    """

    text: str
    offsets: tuple[int, ...]
    logs: np.ndarray

    @property
    def bytes(self) -> int:
        """UTF-8 bytes of the scored part."""
        return len(self.text[self.offsets[0] :].encode("utf-8", "replace")) if self.offsets else 0

    def after(self, characters: int) -> np.ndarray | None:
        """The values from there on; None where no token begins there."""
        return self.logs[self.offsets.index(characters) :] if characters in self.offsets else None

    @classmethod
    def of(cls, text: str, tokens: Sequence[str], logs: Sequence[float | None], name: str) -> "Scored":
        """From tokens that spell the text (what follows it is left out) and their values, None for the unscored."""
        offsets, place = [], 0
        for token in tokens:
            if place >= len(text):
                break
            offsets.append(place)
            place += len(token)
        if "".join(tokens[: len(offsets)]) != text:
            raise InputError(f"{name}: the tokens that came back do not spell the text that was sent")
        return cls.at(text, offsets, logs, name)

    @classmethod
    def at(cls, text: str, offsets: Sequence[int], logs: Sequence[float | None], name: str) -> "Scored":
        """From the places of tokens and their values; only the first may be unscored."""
        values = list(logs[: len(offsets)])
        skipped = 1 if values and values[0] is None else 0
        found = [value for value in values[skipped:] if isinstance(value, (int, float))]
        if len(values) != len(offsets) or len(found) != len(values) - skipped:
            raise InputError(f"{name}: a token of the text came back without its log-probability")
        array = np.array(found, np.float64)
        if not np.isfinite(array).all() or (array > 1e-6).any():
            raise InputError(f"{name}: a log-probability is no finite number of 0 or less")
        return cls(text, tuple(offsets[skipped:]), array)


@runtime_checkable
class ScoresText(Protocol):
    """A model that says where its tokens lie in a text."""

    def scored(self, texts: Sequence[str]) -> list[Scored]:
        """Each text with the log-probabilities of its tokens."""


class NoLedger:
    """The ledger of a model whose training nobody recorded."""

    def steps_of(self, document_id: str) -> tuple[int, ...]:
        """None is known."""
        return ()

    def documents_at(self, step: int) -> tuple[str, ...]:
        """None is known."""
        return ()


class ExternalModel(NoRows):
    """A :class:`models.base.Checkpoint` of a model made elsewhere. A subclass adds what its capabilities name.

    ``run`` describes it: kind, name, parameters; never a key, a path or the time. Which documents it was trained on is
    unknown. Its tokenizer is not ours: a token of a prompt is a word with the white space before it (:class:`Words`).
    """

    kind: ClassVar[str] = ""
    family = "external"

    def __init__(
        self, name: str, capabilities: Iterable[str], parameters: Mapping[str, Any], modality: str = "text"
    ) -> None:
        if not 1 <= len(name) <= LONGEST_NAME:
            raise ConfigError(f"name: a model has a name of 1 to {LONGEST_NAME} characters, not {len(name)}")
        self.name, self.modality = name, modality
        self.capabilities = checked_capabilities(capabilities, "capabilities")
        if "rows" in self.capabilities:
            raise ConfigError("capabilities: rows of a table are made by our own models only; take rows out")
        self.folder = Path("checkpoint")
        self.ledger: Ledger = NoLedger()
        self.canaries: tuple[Canary, ...] = ()
        self.run: Mapping[str, Any] = {
            "format": FORMAT,
            "family": self.family,
            "kind": self.kind,
            "name": name,
            "modality": modality,
            "capabilities": sorted(self.capabilities),
            "parameters": dict(parameters),
            "training_data": "unknown",
        }
        self._words = Words()

    @property
    def hash(self) -> str:
        """SHA-256 of what describes the model: it names a model, it cannot prove which weights answered."""
        return sha256(canonical_json(self.run))

    def stored_in(self, folder: Path) -> None:
        """Be told in which run folder's ``checkpoint/`` it is described."""
        self.folder = folder

    def spent(self) -> Mapping[str, float]:
        """What the answers have cost so far; empty where nothing is counted."""
        return {}

    def encode(self, text: str) -> list[int]:
        """Numbers of the words of a text."""
        return self._words.encode(text)

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of these words."""
        return self._words.decode(tokens)

    def scored(self, texts: Sequence[str]) -> list[Scored]:
        """Each text with the log-probabilities of its tokens."""
        raise self._cannot("score a text")

    def token_logprobs(self, texts: Sequence[str]) -> list[np.ndarray]:
        """The values of :meth:`scored` alone: float64 (scored tokens,) for each text."""
        return [one.logs for one in self.scored(texts)]

    def complete(self, prompts: Sequence[str], **options: Any) -> list[str]:
        """New text after each prompt; options as for :meth:`complete_tokens`."""
        raise self._cannot("write text")

    def complete_tokens(
        self, prompts: Sequence[Sequence[int]], *, max_new_tokens: int, temperature: float = 1.0, **options: Any
    ) -> list[list[int]]:
        """:meth:`complete` on words; ``max_new_tokens`` counts the tokens of the model itself."""
        texts = [self.decode(prompt) for prompt in prompts]
        outputs = self.complete(texts, max_new_tokens=max_new_tokens, temperature=temperature, **options)
        return [self.encode(output) for output in outputs]

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """A vector for each text."""
        raise self._cannot("turn a text into a vector")

    @property
    def energy(self) -> EnergyUse:
        """Nobody here knows what the training used."""
        return EnergyUse()

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
        """Images of shape (n, H, W, C), uint8; those from ``first`` on have a seed of their own."""
        if any(option is not None for option in (label, sampler, steps, guidance)):
            raise UsageError(f"{self.name}: set sampler, steps and guidance in model.external, not in sample")
        return self._images(n, derive_seed(seed, "first", first) if first else seed)

    def sample_labels(self, n: int, seed: int = 0, *, label: str | None = None, first: int = 0) -> list[str | None]:
        """None is known."""
        return [None] * n

    def _images(self, n: int, seed: int) -> np.ndarray:
        raise self._cannot("make images")

    def _cannot(self, what: str) -> UsageError:
        can = ", ".join(sorted(self.capabilities)) or "none"
        return UsageError(f"{self.name}: this model cannot {what}; its declared capabilities: {can}")


ADAPTERS: Registry[Callable[..., ExternalModel]] = Registry("adapter", "headwater.adapters")


def open_external(external: External, place: str = "model.external") -> ExternalModel:
    """The model that a config describes; wrong options raise :class:`ConfigError` with their place."""
    model: ExternalModel = call_checked(ADAPTERS.get(external.kind, f"{place}.kind"), external.options, place)
    return model
