"""The detector's own bias sheet: by how much the names of groups move its score, on the sentences of one corpus."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, fisher_exact

from ...core import wilson
from .bias_contexts import NOBODY, Context, ContextDraw
from .bias_measures import Auc, Shift, auc, identity_aucs, score_shift
from .swaps import NEUTRAL, Swaps
from .text_detector import Bools, Floats, TextDetector, checked_scores

MINIMUM = 10


@dataclass(frozen=True, slots=True)
class GroupShift:
    """How a name moves the score in the same sentences, against another name (``others``) or none (``neutral``)."""

    category: str
    group: str
    against: str
    shift: Shift
    contexts: int
    examples: tuple[tuple[str, str, float], ...] = ()
    q: float = 1.0


@dataclass(frozen=True, slots=True)
class GroupRate:
    """How many of ``n`` sentences that name a group are flagged, with Wilson's interval, and against no group."""

    category: str
    group: str
    n: int
    flagged: int
    low: float
    high: float
    p: float
    q: float = 1.0


@dataclass(frozen=True, slots=True)
class GroupAuc:
    """One of the three areas of Borkan et al. for a group."""

    category: str
    group: str
    metric: str
    auc: Auc


@dataclass(frozen=True, slots=True)
class BiasSheet:
    """``background`` are the flagged and all sentences that name nobody; ``overall`` the AUC of all documents."""

    shifts: tuple[GroupShift, ...]
    rates: tuple[GroupRate, ...]
    background: tuple[int, int]
    aucs: tuple[GroupAuc, ...] = ()
    overall: Auc | None = None
    skipped: tuple[str, ...] = field(default=())


def bias_sheet(detector: TextDetector, draw: ContextDraw, swaps: Swaps, threshold: float, minimum: int) -> BiasSheet:
    """Shifts and flagged rates for every group with ``minimum`` sentences; q over all tests of the sheet together."""
    shifts = [found for category in swaps.categories for found in _shifts(detector, draw, swaps, category, minimum)]
    nobody = draw.of(NOBODY)
    flagged = int((checked_scores(detector, [one.text for one in nobody]) >= threshold).sum())
    background = (flagged, len(nobody))
    rates, skipped = [], []
    for group in draw.counter.groups:
        contexts = draw.of(group)
        if len(contexts) >= minimum:
            rates.append(_rate(detector, group, contexts, background, threshold))
        else:
            skipped.append(f"{group[0]}: {group[1]} ({len(contexts)})")
    adjusted = _adjusted([one.shift.p for one in shifts] + [one.p for one in rates])
    shifts = [replace(one, q=q) for one, q in zip(shifts, adjusted, strict=False)]
    rates = [replace(one, q=q) for one, q in zip(rates, adjusted[len(shifts) :], strict=True)]
    return BiasSheet(tuple(shifts), tuple(rates), background, skipped=tuple(skipped))


def with_labels(
    sheet: BiasSheet, scores: Floats, labels: Bools, mentions: NDArray[np.bool_], groups: Sequence[tuple[str, str]]
) -> BiasSheet:
    """The sheet with AUCs on labelled documents: scores and labels (n,), mentions (n, groups)."""
    found = [
        GroupAuc(*group, metric, area)
        for column, group in enumerate(groups)
        for metric, area in identity_aucs(scores, labels, mentions[:, column]).items()
        if area is not None and min(area.positives, area.negatives) >= MINIMUM
    ]
    return replace(sheet, aucs=tuple(found), overall=auc(scores[labels], scores[~labels]))


def _shifts(
    detector: TextDetector, draw: ContextDraw, swaps: Swaps, category: str, minimum: int
) -> Iterator[GroupShift]:
    contexts = _distinct([one for group in draw.counter.groups if group[0] == category for one in draw.of(group)])
    variants = list(swaps.variants(category, [one.text for one in contexts]))
    names = (NEUTRAL, *swaps.groups(category))
    scores = np.full((len(variants), len(names)), np.nan)
    texts = [(row, names.index(group), text) for row, one in enumerate(variants) for group, text in one.texts.items()]
    for (row, column, _), score in zip(texts, checked_scores(detector, [text for *_, text in texts]), strict=True):
        scores[row, column] = score
    documents = np.array([contexts[one.sentence].id for one in variants], object)
    for column, group in enumerate(names[1:], 1):
        rest = [place for place in range(1, len(names)) if place != column]
        filled = ~np.isnan(scores[:, rest]).all(axis=1)
        others = np.full(len(variants), np.nan)
        others[filled] = np.nanmean(scores[filled][:, rest], axis=1)
        for against, reference in (("others", others), (NEUTRAL, scores[:, 0])):
            difference = scores[:, column] - reference
            usable = np.flatnonzero(~np.isnan(difference))
            shift = score_shift(difference[usable], documents[usable].astype(str)) if len(usable) >= minimum else None
            if shift is not None and shift.n >= minimum:
                shown = usable[np.argsort(-difference[usable], kind="stable")[:3]].tolist()
                examples = tuple((documents[row], variants[row].texts[group], float(difference[row])) for row in shown)
                yield GroupShift(category, group, against, shift, len(usable), examples)


def _rate(
    detector: TextDetector,
    group: tuple[str, str],
    contexts: Sequence[Context],
    background: tuple[int, int],
    threshold: float,
) -> GroupRate:
    flagged = int((checked_scores(detector, [one.text for one in contexts]) >= threshold).sum())
    n = len(contexts)
    table = [[flagged, n - flagged], [background[0], background[1] - background[0]]]
    p = float(fisher_exact(table).pvalue) if background[1] else 1.0
    return GroupRate(*group, n, flagged, *wilson(flagged, n), p)


def _distinct(contexts: Sequence[Context]) -> list[Context]:
    return sorted(set(contexts))


def _adjusted(p: Sequence[float]) -> list[float]:
    return false_discovery_control(np.clip(p, 0, 1)).tolist() if p else []
