"""What a calibration shows, as data."""

from collections.abc import Iterator

import numpy as np

from ..core import Cell, Chart, Series, Table, wilson
from .calibration_view import StepView
from .filters.thresholds import Rule
from .privacy import redact

QUANTILES = (0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995)
TOP = 20
EXCERPT = 160
_LOWER = ("at least", "above")


def rules_table(view: StepView) -> Table:
    """One row a rule: what the published limit and the one in use remove, each rule by itself."""
    used, published = view.broken(view.limits), view.broken(view.published())
    rows = [
        (rule.name, rule.sense, *_pair(rule.prose, published[number]), *_pair(limit, used[number]))
        for number, (rule, limit) in enumerate(zip(view.rules, view.limits, strict=True))
    ]
    rows.append(("any rule", "", *_pair(None, _any(published)), *_pair(None, _any(used))))
    columns = (
        "rule",
        "sense",
        "published limit",
        "removes",
        "low",
        "high",
        "limit in use",
        "it removes",
        "low ",
        "high ",
    )
    note = (
        f"Shares of the {view.rows.size:,} documents that the step judges, before anything is removed; rules overlap. "
    )
    note += f"Low and high: Wilson's interval at 95 %. The limits in use are those for {view.text_type} text."
    return Table(f"calibration-{view.name}", f"{view.name}: what each rule would remove", columns, tuple(rows), note)


def removal_chart(view: StepView) -> Chart:
    """The shares of :func:`rules_table` side by side."""
    names = (*(rule.name for rule in view.rules), "any rule")
    series = tuple(
        Series(label, names, (*(_share(row) for row in broken), _share(_any(broken))))
        for label, broken in (
            ("published limit", view.broken(view.published())),
            ("limit in use", view.broken(view.limits)),
        )
    )
    title = f"{view.name}: share of documents that each rule would remove"
    return Chart(f"calibration-chart-{view.name}", title, "bar", "rule", "share of documents", series)


def groups_table(view: StepView, column: str) -> Table:
    """What any rule of the step removes, by language, source or likely type of text."""
    labels = view.column(column)
    values, counts = np.unique(labels.astype(str), return_counts=True) if labels.size else (np.array([]), np.array([]))
    order = sorted(range(len(values)), key=lambda place: (-int(counts[place]), str(values[place])))[:TOP]
    used, published = view.any_broken(view.limits), view.any_broken(view.published())
    rows: list[tuple[Cell, ...]] = []
    for place in order:
        inside = labels == values[place]
        rows.append((str(values[place])[:EXCERPT], int(counts[place]), *_rate(published[inside]), *_rate(used[inside])))
    columns = (
        column.replace("_", " "),
        "documents",
        "published removes",
        "low",
        "high",
        "in use removes",
        "low ",
        "high ",
    )
    shown = column.replace("_", " ")
    note = "Any rule of the step; Wilson's interval at 95 %."
    if column == "text_type":
        note += " The type is a guess, line by line; a threshold belongs to the type that it was measured on."
    return Table(f"calibration-{column}-{view.name}", f"{view.name}: removals by {shown}", columns, tuple(rows), note)


def grid_table(view: StepView) -> Table:
    """For each rule, limits at quantiles of the measured values and what they remove."""
    rows = [row for rule in view.rules for row in _grid(view, rule)]
    columns = ("rule", "sense", "quantile", "limit", "removes")
    note = "The limit is the value that this share of the documents keeps to; equal values make it remove less."
    return Table(f"calibration-grid-{view.name}", f"{view.name}: other limits", columns, tuple(rows), note)


def _grid(view: StepView, rule: Rule) -> Iterator[tuple[Cell, ...]]:
    values = view.measures[:, rule.column]
    if not values.size:
        return
    seen: set[float] = set()
    for quantile in QUANTILES:
        share = 1 - quantile if rule.sense in _LOWER else quantile
        limit = float(np.quantile(values, share, method="nearest"))
        if np.isfinite(limit) and limit not in seen:
            seen.add(limit)
            yield rule.name, rule.sense, quantile, _digits(limit), _share(rule.broken(view.measures, limit))


def examples_table(view: StepView, wanted: int) -> Table:
    """The documents nearest to each limit in use, on both sides: what would just stay and just go."""
    rows = [row for number in range(len(view.rules)) for row in _nearest(view, number, wanted)]
    columns = ("rule", "limit in use", "would be", "measured", "id", "beginning of the text")
    note = "Those nearest to the limit on each side, equal ones in a random order. Personal data is redacted."
    return Table(f"calibration-examples-{view.name}", f"{view.name}: examples", columns, tuple(rows), note)


def _nearest(view: StepView, number: int, wanted: int) -> Iterator[tuple[Cell, ...]]:
    rule, limit = view.rules[number], view.limits[number]
    if not np.isfinite(limit):
        return
    values = view.measures[:, rule.column]
    broken = rule.broken(view.measures, limit)
    ids, excerpts = view.column("id"), view.column("excerpt")
    for side, chosen in (("removed", np.flatnonzero(broken)), ("kept", np.flatnonzero(~broken))):
        near = chosen[np.argsort(np.abs(values[chosen] - limit), kind="stable")[:wanted]]
        for row in near.tolist():
            yield rule.name, _digits(limit), side, _digits(values[row]), str(ids[row]), _excerpt(excerpts[row])


def _any(broken: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.any(broken, axis=0)
    return found


def _excerpt(text: str) -> str:
    return " ".join(redact(text).split())[:EXCERPT]


def _digits(value: float) -> float:
    return float(f"{float(value):.6g}")


def _pair(limit: float | None, hits: np.ndarray) -> tuple[Cell, ...]:
    return (None if limit is None or not np.isfinite(limit) else float(limit), *_rate(hits))


def _rate(hits: np.ndarray) -> tuple[float | None, float | None, float | None]:
    if not hits.size:
        return None, None, None
    low, high = wilson(int(hits.sum()), hits.size)
    return _share(hits), low, high


def _share(hits: np.ndarray) -> float:
    return float(hits.mean()) if hits.size else 0.0
