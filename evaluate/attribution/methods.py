"""How much training on a document moves a target, to first order: dot products of gradients, plain and projected.

With g(x) the gradient of the log-probability of x, a step of gradient descent with rate r on document d changes the
log-probability of a target t by r <g(d), g(t)>, to first order.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ...core import Progress, canonical_json, sha256
from ...models import Checkpoint, KeptWeights, Passage, Projection, kept_weights
from ..statistics import Floats
from .store import Store
from .target import Target

METHODS: Mapping[str, str] = {
    "tracin": "learning rate x dot product of the gradients of document and target, mean over kept steps",
    "last": "dot product of the gradients at the finished model",
    "cosine": "cosine of the gradients, mean over kept steps",
    "projected": "as tracin, of gradients projected to few dimensions by random signs",
    "preconditioned": "projected gradients of the target over the damped covariance of those of all documents",
    "similarity": "BM25 of the words of document and target: the baseline",
}
"""TracIn: Pruthi et al. 2020, arXiv 2002.08484, equation 1 over checkpoints; preconditioned projections: after Park et
al. 2023 (TRAK), arXiv 2303.14186; cosine: normalised against documents that are near everything."""
HELD = 1 << 28
"""Bytes of gradients held at a time, of documents and of targets each."""
DAMPING = 0.1
"""Of the mean diagonal of the covariance (Grosse et al. 2023, arXiv 2308.03296, damp by 0.1 x the mean eigenvalue)."""


@dataclass(frozen=True, slots=True)
class Options:
    """``dimensions`` of each of ``projections`` random projections; ``damping`` as a share of the mean variance."""

    dimensions: int = 512
    projections: int = 2
    damping: float = DAMPING
    seed: int = 0

    def of(self, method: str) -> list[float]:
        """Those that a method depends on."""
        drawn: list[float] = [self.dimensions, self.projections, self.seed]
        known = {"projected": drawn, "preconditioned": [*drawn, self.damping]}
        return known.get(method, [])


def contributions(
    checkpoint: Checkpoint, documents: Sequence[Passage], targets: Sequence[Target], methods: Sequence[str],
    options: Options, store: Store, progress: Progress,
) -> dict[str, Floats]:  # fmt: skip
    """For each method by gradients (replicas, documents, targets); replicas are kept steps, and projections of each.

    Where no step was kept the finished model stands for them. Each step is kept in ``store`` once it is done.
    """
    found: dict[str, list[Floats]] = {method: [] for method in methods}
    has_kept = bool(checkpoint.run.get("kept"))
    with progress.task("gradients", total=len(checkpoint.run.get("kept", ())) + 1) as task:
        for weights in kept_weights(checkpoint):
            asked = [m for m in methods if _looks_at(m, weights, has_kept)]
            for method, values in _stored(weights, documents, targets, asked, options, store).items():
                found[method].append(values)
            task.advance(1)
    return {method: np.concatenate(parts) for method, parts in found.items()}


def _looks_at(method: str, weights: KeptWeights, has_kept: bool) -> bool:
    if method == "last":
        return weights.last
    return weights.last != has_kept


def _stored(
    weights: KeptWeights, documents: Sequence[Passage], targets: Sequence[Target], methods: Sequence[str],
    options: Options, store: Store,
) -> dict[str, Floats]:  # fmt: skip
    place = [weights.step, weights.last, *_digests(documents, targets)]
    asked = {method: ["scores/1", method, options.of(method), *place] for method in methods}
    known = {method: store.read(question) for method, question in asked.items()}
    missing = [method for method, held in known.items() if held is None]
    made = _at_step(weights, documents, targets, missing, options) if missing else {}
    for method, values in made.items():
        store.write(asked[method], values)
    return {method: values for method, values in {**known, **made}.items() if values is not None}


def _at_step(
    weights: KeptWeights, documents: Sequence[Passage], targets: Sequence[Target], methods: Sequence[str],
    options: Options,
) -> dict[str, Floats]:  # fmt: skip
    """(replicas of this step, documents, targets) for each method."""
    parts = []
    room = max(1, HELD // (4 * weights.gradients.size))
    for low in range(0, len(targets), room):
        aims = torch.stack([weights.gradients.of(one.passages) for one in targets[low : low + room]])
        parts.append(_against(weights, documents, aims, methods, options))
    return {method: np.concatenate([part[method] for part in parts], axis=2) for method in methods}


def _against(
    weights: KeptWeights, documents: Sequence[Passage], aims: Tensor, methods: Sequence[str], options: Options
) -> dict[str, Floats]:
    """The same for the gradients ``aims`` (targets, size)."""
    size = weights.gradients.size
    wanted = options.projections if {"projected", "preconditioned"} & set(methods) else 0
    spaces = [Projection(size, options.dimensions, options.seed + number) for number in range(wanted)]
    dots, norms, features = [], [], [[] for _ in spaces]  # type: tuple[list[Tensor], list[Tensor], list[list[Tensor]]]
    for rows in _gradients(weights, documents):
        dots.append(rows @ aims.T)
        norms.append(rows.norm(dim=1))
        for space, held in zip(spaces, features, strict=True):
            held.append(space.project(rows))
    plain, length = _floats(torch.cat(dots)), _floats(torch.cat(norms))
    pairs = [
        (_floats(torch.cat(held)), _floats(space.project(aims))) for space, held in zip(spaces, features, strict=True)
    ]
    found = {
        "tracin": lambda: [weights.rate * plain],
        "last": lambda: [plain],
        "cosine": lambda: [plain / np.maximum(np.outer(length, _floats(aims.norm(dim=1))), 1e-30)],
        "projected": lambda: [weights.rate * (mine @ theirs.T) for mine, theirs in pairs],
        "preconditioned": lambda: [preconditioned(mine, theirs, options.damping) for mine, theirs in pairs],
    }
    return {method: np.stack(found[method]()) for method in methods}


def preconditioned(documents: Floats, targets: Floats, damping: float) -> Floats:
    """(documents, targets): features (n, k) against (m, k) in the metric of the documents' damped covariance."""
    covariance = documents.T @ documents / len(documents)
    covariance[np.diag_indices_from(covariance)] += max(damping * float(np.trace(covariance)) / len(covariance), 1e-30)
    result: Floats = documents @ np.linalg.solve(covariance, targets.T)
    return result


def _gradients(weights: KeptWeights, documents: Sequence[Passage]) -> Iterator[Tensor]:
    """Gradients of the documents, (some, size): as many as may be held."""
    room = max(1, HELD // (4 * weights.gradients.size))
    for low in range(0, len(documents), room):
        yield torch.stack([weights.gradients.of([one]) for one in documents[low : low + room]])


def _digests(documents: Sequence[Passage], targets: Sequence[Target]) -> list[str]:
    """What scores depend on beside the model: every token and weight of both sides, in their order."""
    sides = ([one] for one in documents), (target.passages for target in targets)
    return [sha256(canonical_json([_digest(one) for one in side])) for side in sides]


def _digest(passages: Sequence[Passage]) -> list[str]:
    arrays = (np.asarray(part, "<f8") for one in passages for part in (one.tokens, one.weights))
    return [sha256(part.tobytes()) for part in arrays]


def _floats(tensor: Tensor) -> Floats:
    return tensor.double().numpy()
