"""The report of a calibration: what each rule would remove, where, and which type of text its limits belong to."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from ..core import Cell, Exhibit, Finding, Measurement, NotMeasured, Score, Severity, StageReport, wilson
from .base import Step
from .calibration_sample import CalibrationSample
from .calibration_tables import examples_table, grid_table, groups_table, removal_chart, rules_table
from .calibration_view import StepView
from .filters.text_types import TYPES
from .filters.thresholds import MeasuredStep

STAGE = "calibration"
MUCH, CLEAR = 0.5, 0.6
_METRIC = "calibration-removal"
_METHOD = "calibration/1 documents that break any rule of the step, each measured before anything was removed; Wilson"


def calibration_report(sample: CalibrationSample, steps: Sequence[Step], rejected: int, examples: int) -> StageReport:
    """Facts, scores, findings and exhibits of a calibration. It holds no unredacted text."""
    table, measures = sample.finish()
    names = Counter(step.name for _, step in sample.steps)
    views = [
        _view(place, step, step.name if names[step.name] == 1 else f"{step.name}-{place + 1}", table, values)
        for (place, step), values in zip(sample.steps, measures, strict=True)
    ]
    types = table.column("text_type").to_pylist()
    shares = {name: types.count(name) / len(types) for name in TYPES}
    calibrated = {view.number for view in views}
    others = [step.name for place, step in enumerate(steps) if place not in calibrated]
    exhibits = tuple(exhibit for view in views for exhibit in _exhibits(view, examples))
    return StageReport(
        stage=STAGE,
        title="Calibration",
        facts=_facts(sample, table.num_rows, rejected, shares),
        scores=tuple(score for view in views for score in _scores(view)),
        findings=tuple(finding for view in views for finding in _findings(view, shares)),
        exhibits=exhibits,
        detail={
            "steps": [_detail(view) for view in views],
            "not calibrated": others,
            "text types": {name: round(share, 4) for name, share in shares.items()},
            "suggested text_type": suggested(shares),
        },
    )


def suggested(shares: dict[str, float]) -> str | None:
    """The type of at least 60 % of the documents, or None for a mixture."""
    name = max(TYPES, key=lambda name: shares[name])
    return name if shares[name] >= CLEAR else None


def _view(place: int, step: MeasuredStep, name: str, table: pa.Table, values: np.ndarray) -> StepView:
    rows = np.flatnonzero(~np.isnan(values).all(axis=1)) if values.shape[1] else np.zeros(0, np.int64)
    kind = str(getattr(step, "text_type", "any"))
    has_types = not hasattr(type(step), "made_for")
    return StepView(name, place, kind, has_types, step.rules, step.limits, rows, values[rows], table)


def _facts(sample: CalibrationSample, documents: int, rejected: int, shares: dict[str, float]) -> dict[str, Cell]:
    return {
        "documents measured": documents,
        "documents in the source": sample.seen,
        "rows that could not be read": rejected,
        "likely text type": suggested(shares) or "a mixture",
        **{f"share of {name} text": round(share, 4) for name, share in shares.items()},
    }


def _exhibits(view: StepView, examples: int) -> Iterator[Exhibit]:
    yield rules_table(view)
    yield removal_chart(view)
    for column in ("text_type", "language", "source"):
        yield groups_table(view, column)
    yield grid_table(view)
    if examples:
        yield examples_table(view, examples)


def _scores(view: StepView) -> Iterator[Measurement]:
    for name, limits in (("published", view.published()), ("in use", view.limits)):
        place = {"step": view.name, "limits": name}
        if not view.rows.size:
            yield NotMeasured(_METRIC, "the step judges none of the documents of the sample", place)
            continue
        hits = int(view.broken(limits).any(axis=0).sum())
        low, high = wilson(hits, view.rows.size)
        yield Score(
            metric=_METRIC,
            value=hits / view.rows.size,
            n=int(view.rows.size),
            unit="share of documents",
            method=_METHOD,
            low=low,
            high=high,
            interval="Wilson",
            slice=place,
        )


def _findings(view: StepView, shares: dict[str, float]) -> Iterator[Finding]:
    if not view.rows.size:
        return
    hits = view.broken(view.limits).any(axis=0)
    share = float(hits.mean())
    if share > MUCH:
        counts = {rule.name: int(row.sum()) for rule, row in zip(view.rules, view.broken(view.limits), strict=True)}
        worst = max(counts, key=lambda name: counts[name])
        severity: Severity = "high" if share > 0.9 else "medium"
        yield Finding(
            "HW-C030",
            severity,
            f"Step {view.name} would remove {share:.0%} of the documents",
            f"More than half of what the step judges breaks a rule, most of it {worst} ({counts[worst]:,} of "
            f"{view.rows.size:,}). Limits that hit most of a corpus were made for another kind of text.",
            "Read the examples on both sides of the limit, then choose limits from the grid or another text_type.",
            document_ids=tuple(view.column("id")[hits][:20].tolist()),
        )
    likely = suggested(shares)
    if view.text_type in TYPES and likely is not None and likely != view.text_type:
        yield Finding(
            "HW-C031",
            "medium",
            f"Step {view.name} has the limits for {view.text_type} text, but most documents look like {likely} text",
            f"{shares[likely]:.0%} of the documents look like {likely} text, judged line by line. A threshold belongs "
            "to the type of text that it was measured on.",
            f"{_way_out(view, likely)}, or confirm that these limits are meant.",
        )


def _way_out(view: StepView, likely: str) -> str:
    if view.has_types:
        return f"Set  {view.name}: {{text_type: {likely}}}  and calibrate again"
    return "Take the step out, or set limits of your own from the grid"


def _detail(view: StepView) -> dict[str, Any]:
    used, published = view.broken(view.limits), view.broken(view.published())
    rules = [
        {
            "rule": rule.name,
            "sense": rule.sense,
            "published": _number(rule.prose),
            "limit": _number(limit),
            "removed by the published limit": int(published[number].sum()),
            "removed by the limit in use": int(used[number].sum()),
            "suggested": {kind: _number(rule.limit(kind)) for kind in TYPES},
        }
        for number, (rule, limit) in enumerate(zip(view.rules, view.limits, strict=True))
    ]
    return {"step": view.name, "text_type": view.text_type, "judged": int(view.rows.size), "rules": rules}


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
