"""Documents ranked by their influence on a target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...core import IncompleteError, InputError, UsageError, did_you_mean
from ...models import Passage
from ..base import Subject
from ..statistics import Estimate, Floats, mean_interval
from .methods import METHODS, Options, contributions
from .similarity import similarity
from .store import Store
from .target import Target, checkpoint_of


@dataclass(frozen=True)
class Influence:
    """How much training on each document moved a target; above 0: it made the target's value larger.

    ``parts`` (replicas, documents) are the influences at each kept step and projection; the score is their mean. It is
    an estimate to first order: what its order is worth says :func:`~headwater.evaluate.validate_influence`.
    """

    target: str
    method: str
    protocol: str
    ids: tuple[str, ...]
    parts: Floats
    notes: tuple[str, ...] = ()

    @cached_property
    def scores(self) -> Floats:
        """The influence of each document, (documents,)."""
        mean: Floats = self.parts.mean(0)
        return mean

    def estimate(self, document: str) -> Estimate:
        """One document's influence with the interval over kept steps and projections; without bounds for one of them.

        Raises :class:`InputError` for a document that was not ranked.
        """
        if document not in self._places:
            raise InputError(f"document {document!r} was not ranked: it was not trained on, or not asked for")
        return mean_interval(self.parts[:, self._places[document]])

    def top(self, count: int = 10) -> list[str]:
        """Ids of the documents that made the value largest: influence above 0, the highest first."""
        order = np.argsort(-self.scores, kind="stable")[:count]
        return [self.ids[row] for row in order if self.scores[row] > 0]

    def bottom(self, count: int = 10) -> list[str]:
        """Ids of the documents that made the value smallest: influence below 0, the lowest first."""
        order = np.argsort(self.scores, kind="stable")[:count]
        return [self.ids[row] for row in order if self.scores[row] < 0]

    def to_json(self, count: int = 10) -> dict[str, Any]:
        """Plain JSON values, with both ends of the ranking."""
        return {
            "target": self.target,
            "method": self.method,
            "protocol": self.protocol,
            "documents": len(self.ids),
            "raised": [self._row(name) for name in self.top(count)],
            "lowered": [self._row(name) for name in self.bottom(count)],
            "notes": list(self.notes),
        }

    def _row(self, name: str) -> dict[str, Any]:
        found = self.estimate(name)
        return {"id": name, "influence": found.value, "low": found.low, "high": found.high}

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: row for row, name in enumerate(self.ids)}


def influence(
    subject: Subject,
    target: Target,
    documents: Sequence[str] | None = None,
    method: str = "preconditioned",
    options: Options | None = None,
) -> Influence:
    """Rank ``documents`` (ids; None: all that were trained on) by their influence on ``target`` by one of METHODS.

    Raises :class:`IncompleteError` for a model without gradients or without known training, :class:`UsageError` for a
    method that does not exist.
    """
    return influences(subject, [target], documents, [method], options)[method][0]


def influences(
    subject: Subject, targets: Sequence[Target], documents: Sequence[str] | None = None,
    methods: Sequence[str] = tuple(METHODS), options: Options | None = None,
) -> dict[str, list[Influence]]:  # fmt: skip
    """:func:`influence` on several targets by several methods, of one pass over the documents at each kept step."""
    for method in methods:
        if method not in METHODS:
            raise UsageError(f"no method {method!r}; {did_you_mean(method, METHODS)}methods: {', '.join(METHODS)}")
    checkpoint, chosen = checkpoint_of(subject), options or Options(seed=subject.seed)
    if chosen.dimensions < 1 or chosen.projections < 1 or chosen.damping < 0:
        raise UsageError("dimensions and projections must be 1 or more, and damping 0 or more")
    ids, texts = _trained(subject, documents)
    store = Store(subject.folder, checkpoint.hash)
    store.forget_others()
    passages = [Passage.whole(checkpoint.encode(text)) for text in texts]
    by_gradients = [method for method in methods if method != "similarity"]
    parts: dict[str, Floats] = {}
    if by_gradients:
        parts |= contributions(checkpoint, passages, targets, by_gradients, chosen, store, subject.progress)
    if "similarity" in methods:
        parts["similarity"] = similarity(texts, targets)[None]
    notes = _notes(checkpoint.run)
    return {
        method: [
            Influence(
                one.name, method, protocol_of(method, checkpoint.run, chosen), ids, parts[method][:, :, number],
                () if method in ("similarity", "last") else notes,
            )
            for number, one in enumerate(targets)
        ]
        for method in methods
    }  # fmt: skip


def protocol_of(method: str, run: Mapping[str, Any], options: Options) -> str:
    """What a score of this method depends on, for people and for comparisons."""
    kept = [str(fact["step"]) for fact in run.get("kept", ())]
    places = f"steps {' '.join(kept)}" if kept and method != "last" else "the finished model alone"
    parts = [f"influence-{method}/1 {METHODS[method]}"]
    if method != "similarity":
        parts.append(places)
    if options.of(method):
        parts.append(f"{options.projections} projections to {options.dimensions} dimensions")
    if method == "preconditioned":
        parts.append(f"damping {options.damping:g}")
    return ", ".join(parts)


def _trained(subject: Subject, documents: Sequence[str] | None) -> tuple[tuple[str, ...], list[str]]:
    known: list[str] = getattr(checkpoint_of(subject), "trained_ids", list)()
    if not known:
        raise IncompleteError("what the model was trained on is unknown, so no document can be ranked")
    wanted = None if documents is None else set(documents)
    if wanted is not None and wanted - set(known):
        raise InputError(
            f"document {sorted(wanted - set(known))[0]!r} was not trained on; only those that were have one"
        )
    chosen = set(known) if wanted is None else wanted
    rows = subject.corpus.documents(sorted(chosen))
    ids = tuple(name for name in dict.fromkeys(known) if name in chosen and rows.get(name, {}).get("text"))
    if not ids:
        raise IncompleteError("no document that was trained on holds any text")
    return ids, [rows[name]["text"] for name in ids]


def _notes(run: Mapping[str, Any]) -> tuple[str, ...]:
    if run.get("kept"):
        return ()
    return ("no earlier weights were kept (model.keep_checkpoints): the finished model alone stands for the training",)
