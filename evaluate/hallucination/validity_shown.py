"""What detector-validity shows: findings, a chart of areas, the slices and a curve."""

from collections.abc import Iterator, Sequence

import numpy as np

from ...core import Chart, Example, Exhibit, Finding, Measurement, Score, Series, Table
from ...curate import example, redact
from ..statistics import Floats
from .validity_slices import SliceAuc

EXAMPLES, LONG, POINTS = 6, 300, 50


def findings_of(
    detector: str, scores: Sequence[Measurement], slices: Sequence[SliceAuc], texts: Sequence[str], values: Floats,
    positive: np.ndarray,
) -> Iterator[Finding]:  # fmt: skip
    """HW-H050: no better than chance; HW-H051: worse on some slices; HW-H052: no better than words without a source."""
    by_name = {one.metric: one for one in scores if isinstance(one, Score) and len(one.slice) == 1}
    area, gain = by_name["detector-validity-auc"], by_name.get("detector-validity-gain")
    shown = _mistakes(texts, values, positive)
    if area.low is not None and area.low <= 0.5:
        against = (area.high or 0.0) < 0.5
        yield Finding(
            "HW-H050", "high",
            f"The detector {detector} " + ("ranks the labels the wrong way round" if against else
                                         "is not shown to find what the labels say"),
            f"Its AUC is {area.value:.2f}, and its interval ({area.low:.2f} to {area.high:.2f}) "
            + ("lies below 0.5." if against else f"includes 0.5: {area.n} sources cannot tell it from chance."),
            "Label more rows where there are few. Until then do not let a number or a gate rest on this detector for "
            "texts like these; another one, or a model of entailment that was made for them, may do.",
            (area,), shown,
        )  # fmt: skip
    failing = sorted((one for one in slices if one.fails), key=lambda one: one.gap or 0.0)
    if failing:
        named = "; ".join(f"{redact(one.kind)} {redact(one.value)} ({_value(one):.2f})" for one in failing[:8])
        yield Finding(
            "HW-H051", "medium", f"The detector {detector} is worse on some slices than on all others",
            f"AUC {area.value:.2f} in all, but: {named}. Adjusted for all slices that were tested.",
            "Read a score on these slices apart, set a threshold of its own for them, or leave them to people.",
            (area,),
        )  # fmt: skip
    if gain is not None and gain.high is not None and gain.high < 0:
        yield Finding(
            "HW-H052", "medium", f"Words alone tell the labels better than the detector {detector}",
            f"A bag of words that sees no source is {-gain.value:.2f} above it in AUC: the labels of this file "
            f"go with the "
            "style or the subject of the texts.",
            "Do not take a model trained on this file for a detector of hallucination; look for a set in which "
            "both labels "
            "have the same subjects and the same author.",
            (area, gain),
        )  # fmt: skip


def _value(one: SliceAuc) -> float:
    return one.area.value if one.area else float("nan")


def _mistakes(texts: Sequence[str], values: Floats, positive: np.ndarray) -> tuple[Example, ...]:
    """The positives with the lowest and the negatives with the highest score."""
    order = np.argsort(values, kind="stable")
    missed = [i for i in order.tolist() if positive[i]][: EXAMPLES // 2]
    false = [i for i in order[::-1].tolist() if not positive[i]][: EXAMPLES // 2]
    return tuple(
        example(
            f"row {i + 1}",
            texts[i][:LONG],
            (),
            f"labelled {'positive' if positive[i] else 'negative'}, score {values[i]:.3f}",
        )
        for i in (*missed, *false)
    )


def exhibits_of(
    detector: str, scores: Sequence[Measurement], slices: Sequence[SliceAuc], values: Floats, positive: np.ndarray
) -> Iterator[Exhibit]:
    """The ROC curve, the area in each slice with its interval, and the table of all slices."""
    yield _curve(detector, values, positive)
    drawn = [one for one in slices if one.area is not None and one.area.low is not None]
    whole = next(one for one in scores if isinstance(one, Score))
    if drawn:
        bounds = [(one.area.low or 0.0, one.area.high or 1.0) for one in drawn if one.area]
        series = Series(
            "AUC", ("all rows", *(redact(f"{one.kind}: {one.value}") for one in drawn)),
            (whole.value, *(_value(one) for one in drawn)),
            (whole.low or 0.0, *(low for low, _ in bounds)), (whole.high or 1.0, *(high for _, high in bounds)),
        )  # fmt: skip
        yield Chart(
            f"validity-slices-{detector}", f"Detector {detector}: AUC by slice", "interval", "slice", "AUC", (series,),
            "0.5 is chance.",
        )  # fmt: skip
    rows = tuple(
        (
            redact(one.kind), redact(one.value), one.positives, one.negatives,
            None if one.area is None else one.area.value, None if one.area is None else one.area.low,
            None if one.area is None else one.area.high, one.gap, None if one.gap is None else one.q,
            "worse" if one.fails else "" if one.gap is not None else "too few",
        )
        for one in slices
    )  # fmt: skip
    columns = ("Slice", "Value", "Positives", "Negatives", "AUC", "low", "high", "against all others", "q", "Verdict")
    note = "q: Benjamini and Hochberg over all slices that were tested. Slices overlap."
    yield Table(f"validity-{detector}", f"Detector {detector}: where it fails", columns, rows, note)


def _curve(detector: str, values: Floats, positive: np.ndarray) -> Chart:
    cuts = np.quantile(values, np.linspace(1, 0, POINTS))
    rates = [[float((values[side] >= cut).mean()) for cut in cuts] for side in (~positive, positive)]
    return Chart(
        f"validity-curve-{detector}", f"Detector {detector}: true against false alarms", "line", "false positive rate",
        "true positive rate",
        (Series(detector, (0.0, *rates[0]), (0.0, *rates[1])), Series("chance", (0.0, 1.0), (0.0, 1.0))),
    )  # fmt: skip
