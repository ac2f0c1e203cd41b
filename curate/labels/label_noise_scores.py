"""The numbers of the audit label-noise."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ...core import Score, wilson
from ..fairness.decision_findings import Compared
from ..privacy import redact
from .held_out_models import MODELS
from .suspects import Suspects

METRIC, FLAGGED, ACCURACY = "label-noise", "label-in-doubt", "label-noise-model-accuracy"


def noise_scores(
    found: Suspects, interval: tuple[tuple[float, float], NDArray[np.float64]], modality: str, folds: int,
    resamples: int,
) -> Iterator[Score]:  # fmt: skip
    """The estimate in total and by label, the flagged share, and how well the model tells the labels."""
    label, n = {"label": redact(found.label)}, len(found.given)
    method = (
        f"label-noise/1 confident joint of {folds} folds; {MODELS[modality]}; 95 % bootstrap over rows, "
        f"{resamples} resamples, model held fixed"
    )
    (low, high), bounds = interval
    noise = found.joint.noise
    # A percentile interval can miss its own estimate: the resampled thresholds move.
    yield Score(
        METRIC, noise, n, "share of rows", method, min(low, noise), max(high, noise), direction="lower", slice=label
    )
    sizes = np.bincount(found.given)
    for index, name in enumerate(found.classes):
        value = float(found.joint.noise_by_class[index])
        yield Score(
            f"{METRIC}-by-label", value, int(sizes[index]), "share of the rows with the label", method,
            min(float(bounds[0, index]), value), max(float(bounds[1, index]), value), direction="lower",
            slice={**label, "value": redact(name)},
        )  # fmt: skip
    hits = int(found.flagged.sum())
    yield Score(
        FLAGGED, hits / n, n, "share of rows", "label-in-doubt/1 off the diagonal of the confident joint; Wilson",
        *wilson(hits, n), direction="lower", slice=label,
    )  # fmt: skip
    accuracy = found.accuracy
    yield Score(
        ACCURACY, accuracy.value, n, "adjusted balanced accuracy",
        f"label-noise-model-accuracy/1 {MODELS[modality]}; {folds} folds; 0: guessing, 1: every label; normal",
        accuracy.low, accuracy.high, direction="none", slice=label,
    )  # fmt: skip


def gap_score(one: Compared) -> Score:
    """The gap of the flagged share between the groups of one column."""
    return Score(
        f"{FLAGGED}-difference", one.gap.value, one.gap.rows, "difference of shares",
        "group-gap/1 largest minus smallest share of rows whose label is in doubt; Newcombe's interval of the two "
        "groups", one.gap.low, one.gap.high, direction="lower", slice=_slice(one),
    )  # fmt: skip


def gap_scores(compared: Sequence[Compared]) -> Iterator[Score]:
    """Each gap, the one of chance, and the shares of the groups."""
    for one in compared:
        yield gap_score(one)
        yield Score(
            f"{FLAGGED}-difference-by-chance", one.gap.chance, one.gap.rows, "difference of shares",
            "chance-gap/1 95 % quantile of the gap over shuffles of the flags over the rows",
            interval="a quantile of shuffles, not an estimate", slice=_slice(one),
        )  # fmt: skip
        for rate in one.gap.rates:
            yield Score(
                FLAGGED, rate.rate, rate.rows, "share of rows", "label-in-doubt/1 share by group; Wilson", rate.low,
                rate.high, direction="lower", slice={**_slice(one), "group": redact(rate.group)},
            )  # fmt: skip


def _slice(one: Compared) -> dict[str, str]:
    return {"dimension": redact(one.dimension.name), "label": one.measure.of}
