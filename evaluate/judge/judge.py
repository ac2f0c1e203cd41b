"""A language model that scores outputs by a rubric, with how often it says nothing, contradicts itself, and people."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any

import numpy as np

from ...core import (
    Exhibit,
    External,
    IncompleteError,
    InputError,
    Measurement,
    NotMeasured,
    Score,
    Table,
    UsageError,
    generator,
)
from ...curate import excerpt, redact
from ...models import ExternalModel, open_external
from ..answer_file import number_of
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..outputs import OutputText, outputs_of
from ..statistics import Estimate, clustered_rate, mean_interval, paired_difference
from .human_agreement import agreement
from .rubric import HELPFUL, LONGEST, ORDERS, Order, Rubric, question, verdict_of

METRIC = "judge"
TOKENS, LISTED = 60, 50


@dataclass(frozen=True, slots=True)
class Judged:
    """One output with its verdicts by order of the question; None where the judge gave none."""

    output: OutputText
    verdicts: Mapping[Order, tuple[int | None, ...]]
    label: int | None

    @property
    def given(self) -> list[int]:
        """The verdicts that there are."""
        return [one for part in self.verdicts.values() for one in part if one is not None]

    def mean(self, order: Order) -> float | None:
        """Mean verdict in one order; None without any."""
        own = [one for one in self.verdicts[order] if one is not None]
        return float(np.mean(own)) if own else None


@METRICS.register(
    METRIC,
    source="judges: Zheng et al. 2023 (arXiv 2306.05685); Cohen 1960; Krippendorff 2011",
    unit="points of the rubric",
    range="that of the rubric",
    needs="sample|file",
    protocol=(
        "verdicts of the named model on each output by the rubric of this hash, several times in both orders of rubric "
        "and output; the output is fenced as data; a reply that is no plain verdict is none and counted"
    ),
    pitfalls=(
        "A judge is a model with tastes of its own: it prefers long answers and those of its kind. Never take it as "
        "the only signal: it makes no finding here, and without labels of people nobody knows what it measures. "
        "Outputs are sent to the server of the judge."
    ),
)
def measure_judge(
    subject: Subject,
    judge: Mapping[str, Any] | None = None,
    rubric: str = HELPFUL,
    scale: Sequence[int] = (1, 5),
    outputs_file: str | None = None,
    repeats: int = 2,
    swap: bool = True,
    limit: int | None = 100,
    most_missing: float = 0.1,
    temperature: float = 1.0,
) -> Outcome:
    """Mean verdict of a judge, its spread over repeats and orders, missing verdicts, and agreement with people.

    ``judge`` are the options of the adapter ``openai`` (url, model, key, ...; endpoint chat where none is given).
    Outputs are the samples, or those of ``outputs_file`` (.jsonl or .csv) in ``output``, with ``prompt``, ``id`` and a
    ``label`` on the scale by people where there are. Each of ``limit`` outputs, drawn by the seed, is judged
    ``repeats`` times, with ``swap`` in both orders. Where more than ``most_missing`` of the verdicts are missing
    there is no score.
    """
    asked = Rubric(rubric, *_scale(scale))
    _check(repeats, most_missing, limit)
    model = _opened(subject, judge)
    outputs = _chosen(outputs_of(subject, outputs_file), limit, subject.seed)
    orders = ORDERS if swap else ORDERS[:1]
    found = _judged(subject, model, outputs, asked, orders, repeats, temperature)
    told = f"{redact(model.name[:80])}, rubric {asked.hash}, {repeats} times in {len(orders)} order(s), temperature "
    return _outcome(found, asked, orders, most_missing, subject.seed, f"{told}{temperature:g}")


def _scale(scale: Sequence[int]) -> tuple[int, int]:
    if isinstance(scale, str) or len(scale) != 2 or any(not isinstance(one, int) for one in scale):
        raise UsageError(f"judge: scale needs two whole numbers, such as [1, 5], not {scale!r}")
    return scale[0], scale[1]


def _check(repeats: int, most_missing: float, limit: int | None) -> None:
    if not 1 <= repeats <= 20 or not 0 <= most_missing < 1 or (limit is not None and limit < 1):
        raise UsageError("judge: repeats is from 1 to 20, most_missing from 0 to below 1, limit at least 1 or null")


def _opened(subject: Subject, judge: Mapping[str, Any] | None) -> ExternalModel:
    """The judge, whose answers are kept beside those of other models elsewhere."""
    if not judge:
        raise IncompleteError("there is no judge: give judge: {url: ..., model: ...}, an OpenAI-compatible server")
    model = open_external(External("openai", {"endpoint": "chat", **judge}), "evaluate.metrics: judge")
    model.stored_in(subject.folder / "judge")
    return model


def _chosen(outputs: Sequence[OutputText], limit: int | None, seed: int) -> list[OutputText]:
    if limit is None or limit >= len(outputs):
        return list(outputs)
    return [outputs[place] for place in sorted(generator(seed, METRIC).permutation(len(outputs))[:limit].tolist())]


def _judged(
    subject: Subject, model: ExternalModel, outputs: Sequence[OutputText], rubric: Rubric, orders: Sequence[Order],
    repeats: int, temperature: float,
) -> list[Judged]:  # fmt: skip
    labels = [_label(one, rubric) for one in outputs]
    verdicts: list[dict[Order, tuple[int | None, ...]]] = [{} for _ in outputs]
    for order in orders:
        questions = [question(rubric, one.prompt, one.text, order) for one in outputs]
        replies = model.complete(
            questions, samples=repeats, max_new_tokens=TOKENS, temperature=temperature, seed=subject.seed
        )
        for place in range(len(outputs)):
            own = replies[place * repeats : (place + 1) * repeats]
            verdicts[place][order] = tuple(verdict_of(reply, rubric) for reply in own)
    return [Judged(one, said, label) for one, said, label in zip(outputs, verdicts, labels, strict=True)]


def _label(one: OutputText, rubric: Rubric) -> int | None:
    value = number_of(one.row, "label") if one.row is not None else None
    if value is None:
        return None
    if not value.is_integer() or not rubric.least <= value <= rubric.most:
        place = one.row.place if one.row is not None else one.id
        raise InputError(f"{place}: the label {value:g} is no whole number from {rubric.least} to {rubric.most}")
    return int(value)


def _outcome(
    found: Sequence[Judged], rubric: Rubric, orders: Sequence[Order], most_missing: float, seed: int, method: str
) -> Outcome:
    all_of = [one for part in found for own in part.verdicts.values() for one in own]
    missing = sum(one is None for one in all_of)
    lost = _lost(found)
    scores: list[Measurement] = [
        Score(f"{METRIC}-missing", lost.value, lost.n, "share of verdicts",
              f"{METRIC}-missing/1 replies that are no plain verdict, {method}", lost.low, lost.high,
              interval="Clopper-Pearson at the effective number of prompts", direction="lower")
    ]  # fmt: skip
    told = [one for one in found if one.given]
    exhibits = tuple(_exhibits(found, rubric))
    if missing > most_missing * len(all_of) or not told:
        reason = (
            f"{missing} of {len(all_of)} replies are no verdict, more than {most_missing:.0%}; a missing verdict is "
            "no pass: see the replies that the server gives"
        )
        return Outcome((NotMeasured(METRIC, reason), *scores), exhibits=exhibits)
    means = [float(np.mean(one.given)) for one in told]
    mean = mean_interval(means, _clusters(told))
    score = Score(
        METRIC, mean.value, mean.n, "points of the rubric", f"{METRIC}/1 mean verdict of outputs with one, {method}",
        direction="higher", **mean.bounds(rubric.least, rubric.most),
    )  # fmt: skip
    scores = [score, *scores, _spread(told, rubric, method), *_order_effect(told, orders, method)]
    labelled = [(median_low(one.given), one.label) for one in told if one.label is not None]
    clusters = _clusters([one for one in told if one.label is not None])
    scores += agreement([one for one, _ in labelled], [label for _, label in labelled], clusters, seed, METRIC, method)
    items = (ItemValues.of_means(METRIC, score.method, score.slice, [one.output.id for one in told], means),)
    return Outcome(tuple(scores), exhibits=exhibits, items=items)


def _clusters(told: Sequence[Judged]) -> list[str]:
    """Outputs to one prompt may depend on each other."""
    return [one.output.cluster for one in told]


def _lost(found: Sequence[Judged]) -> Estimate:
    """The share of verdicts that are missing."""
    total, lost = Counter[str](), Counter[str]()
    for one in found:
        total[one.output.cluster] += sum(len(part) for part in one.verdicts.values())
        lost[one.output.cluster] += sum(verdict is None for part in one.verdicts.values() for verdict in part)
    return clustered_rate([lost[name] for name in total], list(total.values()))


def _spread(told: Sequence[Judged], rubric: Rubric, method: str) -> Measurement:
    """The standard deviation of repeated verdicts on one output in one order."""
    metric = f"{METRIC}-repeat-sd"
    variances, clusters = list[float](), list[str]()
    for one in told:
        parts = [[verdict for verdict in part if verdict is not None] for part in one.verdicts.values()]
        own = [float(np.var(part, ddof=1)) for part in parts if len(part) > 1]
        variances += [float(np.mean(own))] if own else []
        clusters += [one.output.cluster] if own else []
    if not variances:
        return NotMeasured(metric, "no output has two verdicts in one order; set repeats above 1")
    mean = mean_interval(variances, clusters)
    most = (rubric.most - rubric.least) ** 2 / 2  # two verdicts at both ends of the scale
    found = mean.bounds(0.0, most)
    bounds: dict[str, Any] = {name: value if isinstance(value, str) else value**0.5 for name, value in found.items()}
    return Score(metric, mean.value**0.5, mean.n, "points of the rubric",
                 f"{metric}/1 root of the mean variance within an output, {method}",
                 direction="lower", **bounds)  # fmt: skip


def _order_effect(told: Sequence[Judged], orders: Sequence[Order], method: str) -> Iterator[Measurement]:
    metric = f"{METRIC}-order-effect"
    if len(orders) < 2:
        yield NotMeasured(metric, "asked in one order only; set swap: true")
        return
    pairs = [
        (a, b, one.output.cluster) for one in told
        if (a := one.mean(orders[0])) is not None and (b := one.mean(orders[1])) is not None
    ]  # fmt: skip
    if len(pairs) < 2:
        yield NotMeasured(metric, f"{len(pairs)} outputs have a verdict in both orders; 2 are needed")
        return
    first, second, clusters = zip(*pairs, strict=True)
    gap = paired_difference(first, second, clusters)
    yield Score(metric, gap.value, gap.n, "points of the rubric",
                f"{metric}/1 rubric first minus output first, {method}", **gap.bounds())  # fmt: skip


def _exhibits(found: Sequence[Judged], rubric: Rubric) -> Iterator[Exhibit]:
    rows = []
    order = sorted(found, key=lambda one: (float(np.mean(one.given)) if one.given else rubric.least - 1, one.output.id))
    for one in order[:LISTED]:
        said = "; ".join(" ".join("none" if v is None else str(v) for v in part) for part in one.verdicts.values())
        mean = float(np.mean(one.given)) if one.given else None
        rows.append((one.output.id, excerpt(one.output.text, width=160)[0], mean, said, one.label))
    cut = sum(len(one.output.text) > LONGEST for one in found)
    note = f"Rubric: {redact(rubric.text[:500])} Verdicts by order of the question; none is no verdict, and no pass."
    note += f" {cut} outputs were cut to {LONGEST:,} characters." if cut else ""
    columns = ("Output", "Text", "Mean verdict", "Verdicts", "Label by people")
    yield Table(METRIC, "Verdicts of the judge: one signal of several", columns, tuple(rows), note)
