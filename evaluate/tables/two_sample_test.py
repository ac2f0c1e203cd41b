"""Whether a classifier tells synthetic rows from real ones, and by which columns."""

from collections.abc import Iterator

import numpy as np

from ...core import Chart, Exhibit, Finding, Measurement, Score, Series, Table
from ...curate import redact
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from .classifier_test import FOLDS, Model, ToldApart, tell_apart
from .features import as_features
from .table_items import area_items, distinct
from .two_tables import TwoTables, made_examples, not_compared, two_tables

METRIC, UNIT = "two-sample-test", "area under the ROC curve"
MOST_SHUFFLED, SHOWN, NAMED, EXAMPLES, DOCUMENTS = 60, 15, 5, 5, 20
STRONG = 0.9
MODELS: dict[Model, str] = {
    "trees": "gradient-boosted trees (100 of 31 leaves)",
    "linear": "logistic regression",
}


@METRICS.register(
    METRIC,
    source="Lopez-Paz & Oquab 2017 (arXiv 1610.06545); DeLong et al. 1988 for the interval",
    unit=UNIT,
    range="[0, 1], 0.5 is not told apart",
    neutral="0.5",
    needs="rows",
    protocol="area under the ROC curve of a classifier of scikit-learn that scores each row without having seen it or "
    "its equals (3 folds); all rows of both sides, all columns that can be compared",
    pitfalls="A stronger classifier or more rows tell more apart: compare equal protocols only. It finds any "
    "difference, also one that matters to nobody, such as another rounding of one column: look at which columns tell.",
)
def measure_two_sample_test(subject: Subject, limit: float = 0.6) -> Outcome:
    """How well a classifier tells synthetic rows from real ones: 0.5 not at all, 1 always; and the columns that tell.

    Finding HW-Q063 where the interval of the trees lies above ``limit``.
    """
    tables = two_tables(subject)
    (real, made), kinds = as_features(tables.columns, (tables.real, tables.made))
    shuffled = len(tables.columns) <= MOST_SHUFFLED
    found: dict[Model, ToldApart] = {
        model: tell_apart(real, made, kinds, model=model, seed=subject.seed, hashes=tables.hashes,
                          importance=shuffled and model == "trees")
        for model in MODELS
    }  # fmt: skip
    scores: list[Measurement] = [_score(tables, model, one) for model, one in found.items()]
    findings = tuple(_findings(subject, tables, found["trees"], scores[0], limit))
    items = tuple(
        _items(tables, score, one)
        for score, one in zip(scores, found.values(), strict=True)
        if isinstance(score, Score)
    )
    return Outcome((*scores, *not_compared(METRIC, tables)), findings, tuple(_exhibits(tables, found)), items)


def _items(tables: TwoTables, score: Score, found: ToldApart) -> ItemValues:
    """The rows behind the area: their placements, whose variances on both sides add up to DeLong's."""
    real = [f"real {name}" for name in distinct([tables.ids[row] for row in tables.rows])]
    return area_items(
        score, found.second, found.first, [f"synthetic {name}" for name in distinct(tables.made_ids)], real
    )


def _score(tables: TwoTables, model: Model, found: ToldApart) -> Score:
    method = (
        f"two-sample-test/1 float64, {tables.protocol}; {MODELS[model]}, {len(tables.columns)} columns, {FOLDS} folds "
        "by content, ranks within a fold, DeLong"
    )
    where = {} if model == "trees" else {"classifier": MODELS[model]}
    return Score(METRIC, found.area.value, min(tables.n, tables.m), UNIT, method, direction="lower", slice=where,
                 **found.area.bounds())  # fmt: skip


def _ranked(tables: TwoTables, found: ToldApart) -> list[tuple[str, float]]:
    """Columns by what shuffling them costs, those that cost most first."""
    pairs = [(column.name, float(lost)) for column, lost in zip(tables.columns, found.importance, strict=False)]
    return sorted(pairs, key=lambda pair: -round(pair[1], 6))


def _findings(
    subject: Subject, tables: TwoTables, found: ToldApart, score: Measurement, limit: float
) -> Iterator[Finding]:
    area = found.area
    if area.low is None or area.low <= limit:
        return
    told = [(name, lost) for name, lost in _ranked(tables, found) if lost > 0.005][:NAMED]
    listed = "; ".join(f"{redact(name)} ({lost:.3f})" for name, lost in told)
    by = f" What the area loses when a column is shuffled: {listed}." if listed else ""
    unread = "".join(
        f" Not looked at: {', '.join(map(redact, list(tables.left_out)[:NAMED]))}." if tables.left_out else ""
    )
    most = np.argsort(-found.second, kind="stable")[:EXAMPLES]
    least = np.argsort(found.first, kind="stable")[:DOCUMENTS]
    yield Finding(
        "HW-Q063",
        "medium" if area.value >= STRONG else "low",
        f"A classifier tells synthetic rows from real ones (area {area.value:.3f})",
        f"Of a real and a synthetic row it names the synthetic one in {area.value:.1%} of the cases ({area.low:.1%} to "
        f"{area.high:.1%}); 50 % would be chance.{by} Nobody will take these rows for real who looks at those columns, "
        f"and a model that learns from them can learn what gives them away.{unread}",
        "Begin with the columns that tell. Rows that break a rule of the real ones (a sum, a unit, a rounding, values "
        "that exclude each other) are found in the examples, which are those that look most synthetic.",
        (score,),
        made_examples(subject, most.tolist(), "looks most synthetic"),
        tuple(tables.ids[tables.rows[place]] for place in least),
    )


def _exhibits(tables: TwoTables, found: dict[Model, ToldApart]) -> Iterator[Exhibit]:
    yield _curves(found)
    ranked = _ranked(tables, found["trees"])
    if not ranked:
        return
    shown = [(redact(name), max(0.0, lost)) for name, lost in ranked[:SHOWN] if lost > 0]
    if shown:
        series = Series("area lost", tuple(name for name, _ in shown), tuple(lost for _, lost in shown))
        note = "What the area under the curve loses when the values of one column are shuffled among the rows."
        title = "The columns by which synthetic rows are told from real ones"
        yield Chart("two-sample-columns", title, "bar", "column", "area lost", (series,), note)
    rows = tuple((redact(name), lost) for name, lost in ranked)
    yield Table("two-sample-importance", "Columns by what they tell", ("Column", "Area lost when shuffled"), rows)


def _curves(found: dict[Model, ToldApart]) -> Chart:
    """ROC curves at 50 rates of false alarms."""
    rates = np.linspace(0, 1, 51)
    series = []
    for model, one in found.items():
        cuts = np.quantile(one.first, 1 - rates)
        hits = [float((one.second > cut).mean()) for cut in cuts[:-1]] + [1.0]
        series.append(Series(MODELS[model].split(" (")[0], tuple(rates.tolist()), tuple(hits)))
    series.append(Series("chance", (0.0, 1.0), (0.0, 1.0)))
    note = "The share of synthetic rows that are found, against that of real rows taken for synthetic."
    title = "Telling synthetic rows from real ones"
    return Chart("two-sample-test", title, "line", "real rows taken for synthetic", "synthetic rows found",
                 tuple(series), note)  # fmt: skip
