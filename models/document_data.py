"""From a corpus to tokenised documents, one example each: what models of counts learn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ..core import Corpus, EmptyCorpus, Progress, Recipe
from .base import Canary
from .canaries import plan_canaries
from .ledger import ledger_table
from .order import StepPlan, Weights, examples_at
from .selection import select_documents
from .text_data import sample_of, sequences_in, tokenise
from .tokenizer import TextTokenizer, make_tokenizer
from .validation import HeldOutText, held_out_text
from .weighting import document_weights


@dataclass(frozen=True)
class DocumentData:
    """``pieces``: tokens of each document, then of each planted canary as often as it is planted."""

    pieces: list[np.ndarray]
    ids: list[str]
    tokenizer: TextTokenizer
    ledger: pa.Table
    canaries: tuple[Canary, ...]
    held_out: int
    text_bytes: int
    planted: int
    weights: Weights | None
    weighting: Mapping[str, Any] | None
    validation: HeldOutText | None

    def __len__(self) -> int:
        return len(self.pieces) - self.planted

    @property
    def text_tokens(self) -> int:
        """Tokens of the documents."""
        return sum(len(piece) for piece in self.pieces[: len(self)])

    def batch(self, indices: np.ndarray) -> list[np.ndarray]:
        """The tokens of these examples."""
        return [self.pieces[index] for index in indices]

    def names(self, indices: np.ndarray) -> tuple[str, ...]:
        """Ids of these examples."""
        return tuple(self.ids[index] for index in indices)

    def times(self, plan: StepPlan) -> np.ndarray:
        """How often the plan shows each example: int64 of shape (examples,)."""
        steps = [examples_at(plan, step) for step in range(plan.steps)]
        return np.bincount(np.concatenate(steps), minlength=len(self.pieces))

    def facts(self) -> dict[str, Any]:
        """What run.json says of the data."""
        text = self.validation
        return {
            "begin_token": self.tokenizer.begin,
            "tokenizer": self.tokenizer.hash,
            "documents": {"trained": len(self), "held_out": self.held_out, "planted": self.planted},
            "tokens": {"stream": self.text_tokens, "bytes": self.text_bytes},
            "validation": None if text is None else text.facts(),
        }


def prepare_documents(corpus: Corpus, recipe: Recipe, progress: Progress, kind: str) -> DocumentData:
    """Choose and tokenise the documents of a text corpus; empty ones and those of weight 0 are left out."""
    chosen = select_documents(corpus, recipe)
    with progress.task("tokenizer"):
        tokenizer = make_tokenizer(kind, sample_of(corpus, chosen.rows), recipe.vocabulary)
    sequences = sequences_in(sample_of(corpus, chosen.rows)) if kind == "residues" else ""
    canaries = plan_canaries(recipe.canaries, recipe.seed, sequences)
    pieces, text_bytes = tokenise(corpus, chosen.rows, tokenizer, progress)
    sizes = np.array([len(piece) for piece in pieces])
    weighing = document_weights(corpus, chosen, recipe)
    final = np.ones(len(pieces)) if weighing is None else weighing.for_sizes(sizes)
    kept = np.flatnonzero((sizes > 0) & (final > 0)).tolist()
    if not kept:
        raise EmptyCorpus(f"{corpus.folder}: none of the {len(pieces)} training documents holds any text")
    secrets = [canary for canary in canaries for _ in range(canary.repetitions)]
    named = [(chosen.ids[row], "trained") for row in kept] + [(canary.id, "canary") for canary in secrets]
    place = np.arange(len(named))
    return DocumentData(
        pieces=[pieces[row] for row in kept] + [np.array(tokenizer.encode(one.text), np.int32) for one in secrets],
        ids=[name for name, _ in named],
        tokenizer=tokenizer,
        ledger=ledger_table(named, place, place, chosen.held_out),
        canaries=canaries,
        held_out=len(chosen.held_out),
        text_bytes=text_bytes,
        planted=len(secrets),
        weights=None if weighing is None else Weights.of(final[kept]),
        weighting=None if weighing is None else weighing.facts(sizes, final),
        validation=held_out_text(corpus, chosen.held_out, tokenizer, recipe),
    )
