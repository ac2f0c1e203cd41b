"""The metric: how well influence foretells retraining, and only where it does, the documents behind a score."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...core import Chart, Exhibit, IncompleteError, Measurement, NotMeasured, Score, Series, Table, UsageError
from ...curate import redact
from ...models import check_retrainable
from ..base import METRICS, Outcome, Subject
from ..trace import document_cards
from .methods import METHODS, Options
from .rank import Influence, influences
from .target import Target, checkpoint_of, sample_target, slice_target
from .validation import Validation, above_zero, validate_influence, validate_on_held_out

METRIC = "influence"
SHOWN, WIDTH = 5, 120


@METRICS.register(
    METRIC,
    source=(
        "Pruthi et al. 2020 (TracIn, arXiv 2002.08484); Park et al. 2023 (TRAK and the linear datamodelling score, "
        "arXiv 2303.14186)"
    ),
    unit="Spearman's rho",
    range="[-1, 1], 0 foretells nothing",
    neutral="0",
    needs="prompt_logprob",
    protocol=(
        "rank correlation, over random halves of the training documents, of the summed influence of a half with the "
        "log-probability of a held-out document after training on that half; mean over held-out documents"
    ),
    pitfalls=(
        "It says how well a ranking foretells retraining on halves, not that one document of it is a cause. Retraining "
        "has noise of its own, which no method can foretell. Influence is to first order and leaves the optimizer out."
    ),
)
def measure_influence(
    subject: Subject,
    subsets: int = 20,
    targets: int = 20,
    method: str = "preconditioned",
    explain: Sequence[str] = ("held-out",),
    dimensions: int = 512,
    projections: int = 2,
) -> Outcome:
    """How well each method of attribution foretells retraining without documents, and the documents behind a score.

    Trains the run's model again on ``subsets`` random halves of its documents (that many times the training) and
    measures ``targets`` held-out documents. ``explain`` names slices, comparisons of groups or samples to explain by
    ``method``; documents are named only where its whole interval lies above 0, and so does that of the target alone.
    """
    if isinstance(explain, str) or method not in METHODS:
        raise UsageError(f"explain is a list of slices or samples, and method one of {', '.join(METHODS)}")
    checkpoint = checkpoint_of(subject)
    check_retrainable(checkpoint)
    options = Options(dimensions, projections, seed=subject.seed)
    asked, missing = _asked(subject, explain)
    told = validate_on_held_out(subject, subsets=subsets, targets=targets, options=options)
    alone = validate_influence(subject, asked, [method], subsets, options) if asked else {}
    scores: list[Measurement] = [_score(one) for one in told.values()]
    scores += [_own_score(one, number) for one in alone.values() for number in range(len(asked))]
    exhibits: list[Exhibit] = [_table(told, method), _chart(told)]
    sure = [one for one, found in zip(asked, alone[method].each, strict=True) if above_zero(found)] if asked else []
    if sure and told[method].holds:
        ranked = influences(subject, sure, None, [method], options)[method]
        exhibits += [_documents(subject, one, told[method], n) for n, one in enumerate(ranked)]
    return Outcome((*scores, *missing), (), tuple(exhibits))


def _asked(subject: Subject, names: Sequence[str]) -> tuple[list[Target], list[NotMeasured]]:
    """The targets to explain, and why some of them cannot be."""
    found: list[Target] = []
    missing = []
    for name in names:
        try:
            found.append(target_named(subject, name))
        except IncompleteError as error:
            missing.append(NotMeasured(METRIC, str(error), {"target": redact(name)}))
    return found, missing


def target_named(subject: Subject, name: str) -> Target:
    """A slice, a comparison (``gap=...``) or the sample of this id."""
    return slice_target(subject, name) if name == "held-out" or "=" in name else sample_target(subject, name)


def _score(one: Validation) -> Score:
    return Score(
        METRIC, one.estimate.value, len(one.targets), "Spearman's rho", _method(one), direction="higher",
        slice={"method": one.method}, **_bounds(one, "jackknife over held-out documents and over halves, added"),
    )  # fmt: skip


def _own_score(one: Validation, number: int) -> Score:
    found = one.each[number]
    return Score(
        METRIC, found.value, one.subsets, "Spearman's rho", f"{_method(one)}, this target alone", direction="higher",
        slice={"method": one.method, "target": one.targets[number]},
        **{"interval": "jackknife over halves", **found.bounds(-1.0, 1.0)},
    )  # fmt: skip


def _method(one: Validation) -> str:
    return f"{one.protocol}, {one.subsets} random halves retrained by the run's recipe"


def _bounds(one: Validation, interval: str) -> dict[str, Any]:
    return {"interval": interval, **one.estimate.bounds(-1.0, 1.0)}


def _table(told: Mapping[str, Validation], method: str) -> Table:
    rows = tuple(
        (name, one.estimate.value, *_ends(one), len(one.targets), one.subsets, _verdict(one), METHODS[name])
        for name, one in told.items()
    )
    note = (
        f"What each method foretold, against training again. Ranked by {method}. Where an interval includes 0 nothing "
        "is validated and no document is named. Similarity compares words alone."
    )
    columns = ("method", "rank correlation", "low", "high", "held-out documents", "halves", "verdict", "what it is")
    return Table("influence-validation", "Influence against retraining on halves of the documents", columns, rows, note)


def _ends(one: Validation) -> tuple[float | None, float | None]:
    bounds = one.estimate.bounds(-1.0, 1.0)
    return bounds.get("low"), bounds.get("high")


def _verdict(one: Validation) -> str:
    return "validated" if one.holds else "not validated"


def _chart(told: Mapping[str, Validation]) -> Chart:
    values = tuple(one.estimate.value for one in told.values())
    ends = [_ends(one) for one in told.values()]
    low = tuple(value if low is None else low for value, (low, _) in zip(values, ends, strict=True))
    high = tuple(value if high is None else high for value, (_, high) in zip(values, ends, strict=True))
    series = Series("held-out documents", tuple(told), values, low, high)
    return Chart(
        "influence-correlation", "How well influence foretells retraining", "interval", "method",
        "Spearman's rho, 0 is chance", (series,), "Dots are means over held-out documents.",
    )  # fmt: skip


def _documents(subject: Subject, ranked: Influence, told: Validation, number: int) -> Table:
    """Both ends of a ranking, with what is known of each document."""
    sides = (("raised it", ranked.top(SHOWN)), ("lowered it", ranked.bottom(SHOWN)))
    cards = document_cards(subject, [name for _, names in sides for name in names])
    rows = tuple(row for side, names in sides for row in _rows(ranked, side, names, cards))
    note = ". ".join([f"Validation: {told.sentence}", f"Protocol: {ranked.protocol}", *ranked.notes])
    columns = ("training on it", "document", "influence", "low", "high", "source", "licence", "beginning")
    return Table(f"influence-{number}", f"Documents that moved most: {ranked.target}", columns, rows, note)


def _rows(
    ranked: Influence, side: str, names: Sequence[str], cards: Mapping[str, Mapping[str, object]]
) -> Iterator[tuple[str | float | None, ...]]:
    for name in names:
        found, card = ranked.estimate(name), cards.get(name, {})
        told = [redact(str(card.get(key) or "unknown")) for key in ("source", "licence")]
        yield side, name, found.value, found.low, found.high, *told, str(card.get("excerpt", ""))[:WIDTH]
