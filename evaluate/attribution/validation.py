"""Is a ranking worth anything? Train again without half of the documents, many times, and see what it foretold.

Linear datamodelling score (Park et al. 2023, arXiv 2303.14186, definition 2.3): for random halves of the training
documents, the rank correlation of the summed influence of the half with the target's value after training on it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import rankdata

from ...core import IncompleteError, InputError, IntegrityError, UsageError, generator, read_json, write_json
from ...models import check_retrainable, retrain
from ..base import Subject
from ..statistics import Estimate, Floats, crossed_jackknife, jackknife
from .methods import METHODS, Options
from .rank import Influence, influences, protocol_of
from .store import Store
from .target import Target, checkpoint_of, document_targets, held_out_sample

LEAST_SUBSETS, LEAST_DOCUMENTS, LEAST_TARGETS = 4, 8, 2


@dataclass(frozen=True)
class Validation:
    """``correlations``: Spearman's rho of each target over the halves; ``estimate``: their mean with its interval.

    ``each``: the same of single targets, with an interval over the halves alone.
    """

    method: str
    protocol: str
    subsets: int
    targets: tuple[str, ...]
    correlations: Floats
    estimate: Estimate
    each: tuple[Estimate, ...]

    @property
    def holds(self) -> bool:
        """Whether the ranking foretells what retraining does: the whole interval lies above 0."""
        return above_zero(self.estimate)

    @property
    def sentence(self) -> str:
        """For people: the correlation, its interval, and what follows."""
        low, high = self.estimate.low, self.estimate.high
        between = f" ({low:.2f} to {high:.2f})" if low is not None and high is not None else " (no interval)"
        found = (
            f"rank correlation with retraining {self.estimate.value:.2f}{between} over {self.subsets} random halves of "
            f"the documents and {len(self.targets)} held-out documents"
        )
        return found if self.holds else f"not validated: {found}; no document can be named as a cause"

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "method": self.method,
            "protocol": self.protocol,
            "subsets": self.subsets,
            "targets": list(self.targets),
            "correlations": self.correlations.tolist(),
            "correlation": self.estimate.value,
            "low": self.estimate.low,
            "high": self.estimate.high,
            "validated": self.holds,
        }


def above_zero(found: Estimate) -> bool:
    """Whether the whole interval lies above 0."""
    return found.low is not None and found.low > 0


def spearman(first: Floats, second: Floats) -> Floats:
    """Rank correlation of columns (n, m) with columns (n, m), (m,): 0 where a side is constant and so tells nothing."""
    x, y = (rankdata(side, axis=0) for side in (first, second))
    x, y = x - x.mean(0), y - y.mean(0)
    length = np.sqrt((x * x).sum(0) * (y * y).sum(0))
    result: Floats = np.divide((x * y).sum(0), length, out=np.zeros(x.shape[1]), where=length > 1e-12)
    return result


def correlate(predicted: Floats, measured: Floats) -> tuple[Floats, Estimate, tuple[Estimate, ...]]:
    """Spearman's rho of each target, (subsets, targets) twice, their mean, and each by itself with an interval.

    Targets share the retrained models, and halves share the targets: each side is left out in turn, and the variances
    of both are added, which errs towards wide.
    """
    rho = spearman(predicted, measured)
    keep = [np.arange(len(predicted)) != row for row in range(len(predicted))]
    without = np.stack([spearman(predicted[rows], measured[rows]) for rows in keep])  # (subsets, targets)
    others = (rho.sum() - rho) / (len(rho) - 1) if len(rho) > 1 else np.zeros(0)
    mean = crossed_jackknife(float(rho.mean()), without.mean(1), others)
    each = tuple(jackknife(float(value), column) for value, column in zip(rho, without.T, strict=True))
    return rho, mean, each


def halves(count: int, subsets: int, seed: int) -> np.ndarray:
    """Which of ``count`` documents are in each random half: bool (subsets, count)."""
    chosen = np.zeros((subsets, count), bool)
    for number in range(subsets):
        chosen[number, generator(seed, "influence halves", number).permutation(count)[: count // 2]] = True
    return chosen


def validate_influence(
    subject: Subject,
    targets: Sequence[Target],
    methods: Sequence[str] = tuple(METHODS),
    subsets: int = 20,
    options: Options | None = None,
) -> dict[str, Validation]:
    """Retrain the run's model on random halves of its documents and correlate what each method foretold.

    Trained models stay in ``RUN/influence/``, a model's size each: further targets cost no training, a killed call
    goes on. Raises :class:`IncompleteError` for models that cannot be trained again from nothing.
    """
    if subsets < LEAST_SUBSETS or not targets:
        raise UsageError(f"influence is validated on {LEAST_SUBSETS} subsets or more and at least one target")
    checkpoint, chosen = checkpoint_of(subject), options or Options(seed=subject.seed)
    check_retrainable(checkpoint)
    ranked = influences(subject, targets, None, methods, chosen)
    ids = next(iter(ranked.values()))[0].ids
    if len(ids) < LEAST_DOCUMENTS:
        raise IncompleteError(
            f"{len(ids)} documents were trained on: {LEAST_DOCUMENTS} are needed for different halves"
        )
    members, measured = retrained_values(subject, ids, targets, subsets)
    return {
        method: _validation(rows, members, measured, targets, checkpoint.run, chosen) for method, rows in ranked.items()
    }


def validate_on_held_out(
    subject: Subject, methods: Sequence[str] = tuple(METHODS), subsets: int = 20, targets: int = 20,
    options: Options | None = None,
) -> dict[str, Validation]:  # fmt: skip
    """:func:`validate_influence` on held-out documents drawn by the seed; what it says is kept for later rankings."""
    held = document_targets(subject, held_out_sample(subject, targets))
    if len(held) < LEAST_TARGETS:
        raise IncompleteError(f"{len(held)} held-out documents: {LEAST_TARGETS} are needed; raise model.held_out")
    told = validate_influence(subject, held, methods, subsets, options)
    path = _told_path(subject)
    kept = _told(path) | {one.protocol: {**one.to_json(), "sentence": one.sentence} for one in told.values()}
    write_json(path, kept)
    return told


def known_validation(subject: Subject, protocol: str) -> Mapping[str, Any] | None:
    """What :func:`validate_on_held_out` last found for a protocol of ranking with this model; None: never asked."""
    found: Mapping[str, Any] | None = _told(_told_path(subject)).get(protocol)
    return found


def _told_path(subject: Subject) -> Path:
    return Store(subject.folder, checkpoint_of(subject).hash).folder / "validation.json"


def _told(path: Path) -> dict[str, Any]:
    try:
        found = read_json(path) if path.is_file() else {}
    except (InputError, IntegrityError):
        return {}
    return found if isinstance(found, dict) else {}


def _validation(
    ranked: Sequence[Influence], members: np.ndarray, measured: Floats, targets: Sequence[Target],
    run: Mapping[str, Any], options: Options,
) -> Validation:  # fmt: skip
    predicted = members.astype(np.float64) @ np.stack([one.scores for one in ranked], axis=1)
    rho, mean, each = correlate(predicted, measured)
    method = ranked[0].method
    return Validation(
        method, protocol_of(method, run, options), len(members), tuple(one.name for one in targets), rho, mean, each
    )


def retrained_values(
    subject: Subject, ids: Sequence[str], targets: Sequence[Target], subsets: int
) -> tuple[np.ndarray, Floats]:
    """Which documents are in each random half, (subsets, documents), and the targets' values, (subsets, targets)."""
    checkpoint, members = checkpoint_of(subject), halves(len(ids), subsets, subject.seed)
    parts = [[ids[row] for row in np.flatnonzero(part).tolist()] for part in members]
    folder = Store(subject.folder, checkpoint.hash).folder / f"halves-{subject.seed}"
    rows = []
    with subject.progress.task("retrain on halves", total=len(parts)) as task:
        for number, part in enumerate(parts):
            model = retrain(checkpoint, subject.corpus, part, folder, f"half-{number:03d}")
            rows.append([model.value(one.passages) for one in targets])
            task.advance(1)
    values = np.array(rows)
    if not all(math.isfinite(value) for value in values.flat):
        raise IncompleteError("a retrained model gives a target no finite probability")
    return members, values
