"""Run the attacks of a membership test: one score a text and attack."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...core import HeadwaterError, IncompleteError, TemporaryError, UsageError, generator
from ...models import Checkpoint, KneserNeyModel, ShowsVocabulary, kneser_ney, load
from ..base import Subject
from ..statistics import Floats
from .membership_scores import (
    ZLIB_LEVEL,
    loss_score,
    min_k_score,
    neighbour_score,
    reference_score,
    standardised,
    zlib_score,
)
from .membership_texts import Candidates, rest_texts
from .neighbours import WordLaw, neighbours

BATCH = 256
ATTACKS = ("loss", "zlib", "min-k", "min-k++", "reference", "neighbourhood")


@dataclass(frozen=True, slots=True)
class Settings:
    """The parameters of the attacks; see :func:`measure_membership`."""

    k: float = 0.2
    reference: str | None = None
    order: int = 5
    neighbours: int = 5
    exchanged: float = 0.1

    def __post_init__(self) -> None:
        if not 0 < self.k <= 1:
            raise UsageError(f"k {self.k}: must be above 0 and at most 1")
        if self.neighbours < 1 or not 0 < self.exchanged <= 1:
            raise UsageError("neighbours must be 1 or more, and exchanged above 0 and at most 1")
        if not 1 <= self.order <= 16:
            raise UsageError(f"order {self.order}: must be from 1 to 16")


@dataclass(frozen=True)
class Attacker:
    """The attacks on one model. Each gives a score for every candidate, or raises why it cannot."""

    subject: Subject
    found: Candidates
    settings: Settings
    checkpoint: Checkpoint
    wants_vocabulary: bool = field(default=True)

    def attacks(self) -> Mapping[str, Callable[[], Floats]]:
        """By name, those of ``ATTACKS``."""
        calls = (self.loss, self.zlib, self.min_k, self.min_k_plus, self.reference, self.neighbourhood)
        return dict(zip(ATTACKS, calls, strict=True))

    def methods(self) -> Mapping[str, str]:
        """How each is computed, for the protocol."""
        use = self.settings
        named = f"checkpoint {self.reference_hash}" if use.reference else f"{use.order}-gram of other documents"
        return {
            "loss": "loss, mean log-likelihood a token",
            "zlib": f"zlib, mean log-likelihood over bytes at level {ZLIB_LEVEL} with header",
            "min-k": f"min-k, mean of the lowest {use.k:g} of the tokens",
            "min-k++": f"min-k++, mean of the lowest {use.k:g} of the standardised tokens",
            "reference": f"reference, log-likelihood a byte minus that of a {named}",
            "neighbourhood": (
                f"neighbourhood, minus the mean of {use.neighbours} texts with {use.exchanged:g} of the words drawn "
                "from the unigram law of other documents"
            ),
        }

    @cached_property
    def tokens(self) -> list[list[int]]:
        """Token ids of each text."""
        found = [list(self.checkpoint.encode(text)) for text in self.found.texts]
        if not all(found):
            raise IncompleteError("a document has no token that the model could score")
        return found

    @cached_property
    def values(self) -> tuple[list[Floats], list[Floats]]:
        """Log-probabilities of each text's tokens, and the standardised ones (none where they are not wanted)."""
        model = self.checkpoint
        if not (self.wants_vocabulary and isinstance(model, ShowsVocabulary)):
            return self.checked(self.scored(self.found.texts, "membership")), []
        logs: list[Floats] = []
        with self.subject.progress.task("membership", len(self.tokens)) as task:
            for low in range(0, len(self.tokens), BATCH):
                chunk = self.tokens[low : low + BATCH]
                logs += model.over_vocabulary(chunk, _both)
                task.advance(len(chunk))
        return self.checked([row[:, 0] for row in logs]), [row[:, 1] for row in logs]

    def scored(self, texts: Sequence[str], name: str, model: Checkpoint | None = None) -> list[Floats]:
        """Log-probabilities of the tokens of texts."""
        logs: list[Floats] = []
        with self.subject.progress.task(name, len(texts)) as task:
            for low in range(0, len(texts), BATCH):
                logs += (model or self.checkpoint).token_logprobs(texts[low : low + BATCH])
                task.advance(len(texts[low : low + BATCH]))
        return logs

    def checked(self, logs: list[Floats]) -> list[Floats]:
        """Those log-probabilities, if all are numbers."""
        wrong = [name for name, row in zip(self.found.ids, logs, strict=True) if not np.isfinite(row).all()]
        if wrong:
            raise IncompleteError(
                f"the model gave {len(wrong):,} of {len(logs):,} documents a log-probability that is no finite number "
                f"(first: {wrong[0]})"
            )
        if not all(len(row) for row in logs):
            raise IncompleteError("a document has no token that the model could score")
        return logs

    def loss(self) -> Floats:
        """Mean log-likelihood."""
        return np.array([loss_score(row) for row in self.values[0]])

    def zlib(self) -> Floats:
        """Over the compressed size."""
        pairs = zip(self.values[0], self.found.texts, strict=True)
        return np.array([zlib_score(row, text) for row, text in pairs])

    def min_k(self) -> Floats:
        """Of the least likely tokens."""
        return np.array([min_k_score(row, self.settings.k) for row in self.values[0]])

    def min_k_plus(self) -> Floats:
        """Of the least likely tokens, standardised over the vocabulary."""
        if not isinstance(self.checkpoint, ShowsVocabulary):
            raise IncompleteError("Min-K%++ needs the probability of every token, and this model gives those of a text")
        return np.array([min_k_score(row, self.settings.k) for row in self.checked(self.values[1])])

    def reference(self) -> Floats:
        """Beside a model that saw none of these texts more than others."""
        own = [float(row.sum()) for row in self.values[0]]
        if self.settings.reference:
            others = self.scored(self.found.texts, "reference model", self.opened)
        else:
            others = list(self.ngram.logprobs(self.tokens))
        sizes = [len(text.encode("utf-8", "replace")) for text in self.found.texts]
        rows = zip(own, self.checked(others), sizes, strict=True)
        return np.array([reference_score(log, float(row.sum()), size) for log, row, size in rows])

    @property
    def reference_hash(self) -> str:
        """Of the reference model that the settings name; only a measured attack has a protocol."""
        return self.opened.hash[:12] if "opened" in self.__dict__ else "unread"

    @cached_property
    def opened(self) -> Checkpoint:
        """The reference model that the settings name."""
        return opened_reference(self.settings.reference or "")

    @cached_property
    def rest(self) -> list[str]:
        """Texts of documents that are not attacked."""
        return rest_texts(self.subject, self.found)

    @cached_property
    def ngram(self) -> KneserNeyModel:
        """Learnt from the other documents, on the model's own tokens."""
        texts = [list(self.checkpoint.encode(text)) for text in self.rest]
        largest = max(max(row) for row in (*texts, *self.tokens) if row)
        return kneser_ney(texts, self.settings.order, largest + 2)

    def neighbourhood(self) -> Floats:
        """Beside texts that differ in a few words; 0 for a text without words, whose only neighbour is itself."""
        use, law = self.settings, WordLaw(self.rest)
        near = [
            neighbours(text, law, generator(self.subject.seed, "neighbours", name), use.neighbours, use.exchanged)
            for name, text in zip(self.found.ids, self.found.texts, strict=True)
        ]
        logs = iter(self.scored([text for row in near for text in row], "neighbours"))
        means = [[loss_score(next(logs)) for _ in row] for row in near]
        pairs = zip(self.values[0], means, strict=True)
        return np.array([neighbour_score(row, others) if others else 0.0 for row, others in pairs])


def run_attacks(attacker: Attacker, wanted: Sequence[str]) -> dict[str, Floats | str]:
    """The scores of each attack, or the reason why there are none.

    Raises :class:`IncompleteError` where the model's own probabilities cannot be used: then no attack can.
    """
    _ = attacker.values
    results: dict[str, Floats | str] = {}
    for name in wanted:
        try:
            results[name] = attacker.attacks()[name]()
        except TemporaryError:
            raise
        except HeadwaterError as error:
            results[name] = str(error)
    return results


def opened_reference(path: str) -> Checkpoint:
    """A checkpoint to compare with. Raises what :func:`headwater.models.load` raises, and where it scores no text."""
    model = load(Path(path))
    if "prompt_logprob" not in model.capabilities:
        raise UsageError(f"reference: {path} gives no token probabilities; name a model of text")
    return model


def _both(logs: Tensor, targets: Tensor) -> Tensor:
    return torch.stack([logs.gather(1, targets[:, None])[:, 0], standardised(logs, targets)], 1)
