"""What a fine-tuning does to documents: the held-out loss before and after, and the corpus against its parent's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..core import Corpus, Recipe, generator
from .scoring import sequence_logprobs
from .start import Start
from .tokenizer import TextTokenizer
from .training import reproducible

DOCUMENTS, CHARACTERS = 24, 1_000
"""Of the held-out documents so many are measured, each by its beginning: half a minute on one core for a model of 135 M
parameters."""


@dataclass(frozen=True)
class Measured:
    """Held-out documents on which the model is measured.

    Of all held-out ones the parent was trained on those in ``known``, and not, as far as is known, on ``fresh``.
    """

    ids: list[str]
    texts: list[str]
    known: list[str]
    fresh: list[str]

    def nats(self, network: Any, tokenizer: TextTokenizer, recipe: Recipe) -> list[float]:
        """Minus the log-likelihood of each text."""
        training = network.training
        network.eval()
        with reproducible(recipe.threads):
            tokens = tokenizer.encode_all(self.texts)
            found = sequence_logprobs(network, tokens, tokenizer.begin, recipe.context)
        network.train(training)
        return [float(-values.sum()) for values in found]

    def to_json(self) -> dict[str, Any]:
        """What run.json keeps: no text."""
        sizes = [len(text.encode("utf-8", "replace")) for text in self.texts]
        return {"ids": self.ids, "bytes": sizes, "known": len(self.known), "known_ids": self.known[:20]}


def measured_documents(corpus: Corpus, ledger: pa.Table, recipe: Recipe, start: Start) -> Measured:
    """Held-out documents drawn by the seed, without those that the parent was trained on, and never empty ones."""
    held = ledger.filter(pc.equal(ledger["role"], "held-out"))["id"].to_pylist()
    trained = {_content(name) for name in start.trained}
    known = [name for name in held if _content(name) in trained]
    fresh = [name for name in held if _content(name) not in trained]
    order = generator(recipe.seed, "measured").permutation(len(fresh))[:DOCUMENTS]
    ids = [fresh[row] for row in np.sort(order)]
    rows = corpus.documents(ids) if ids else {}
    texts = [str(rows[name]["text"])[:CHARACTERS] for name in ids]
    kept = [(name, text) for name, text in zip(ids, texts, strict=True) if text]
    return Measured([name for name, _ in kept], [text for _, text in kept], known, fresh)


def compare_corpora(start: Start, ledger: pa.Table, weights: Mapping[str, float] | None) -> dict[str, Any] | None:
    """Documents of the parent's training and of this one: kept, removed, added; None where the parent's are unknown.

    Documents are the same where their content is, wherever it stands in the source. ``reweighted`` are kept ones that
    count otherwise than there: documents of one content, each times its weight (``weights`` by id; 1 in a parent, whose
    weights are not kept).
    """
    if start.ledger is None:
        return None
    before, after = _places(start.ledger.table), _places(ledger)  # type: ignore[attr-defined]
    return {
        "parent": start.hash,
        "parent_corpus": start.corpus,
        "kept": sum(content in after for content in before),
        "reweighted": {
            ids[0]: [len(ids), amount]
            for content, ids in before.items()
            if content in after and (amount := _amount(after[content], weights)) != len(ids)
        },
        "removed": [ids[0] for content, ids in before.items() if content not in after],
        "added": [ids[0] for content, ids in after.items() if content not in before],
    }


def counts_of(changes: dict[str, Any]) -> dict[str, Any]:
    """What run.json and the report say of :func:`compare_corpora`."""
    counts = {name: len(changes[name]) for name in ("reweighted", "removed", "added")}
    return {"kept": changes["kept"], **counts, "removed_ids": changes["removed"][:20]}


def _places(table: pa.Table) -> dict[str, list[str]]:
    """The ids of the documents trained on, by their content; windows of a document, even repeated ones, count once."""
    places: dict[str, list[str]] = {}
    for name in pc.unique(table.filter(pc.equal(table["role"], "trained"))["id"]).to_pylist():
        places.setdefault(_content(name), []).append(name)
    return places


def _amount(ids: Sequence[str], weights: Mapping[str, float] | None) -> float:
    return len(ids) if weights is None else round(sum(weights[name] for name in ids), 6)


def _content(document_id: str) -> str:
    """The half of an id that tells the content, whatever its place in the source."""
    return document_id.split("-")[0]
