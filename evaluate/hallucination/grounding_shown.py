"""What grounding shows: findings with the sentence and the fact that no source holds, tables and a chart."""

from collections.abc import Iterator, Sequence

from ...core import Chart, Example, Exhibit, Finding, Measurement, Score, Series, Severity, Table
from ...curate import example, redact
from .grounded_detector import GroundedSentence, Grounding
from .grounded_pairs import Pair

EXAMPLES, LISTED, LONG = 8, 30, 300
CONTRADICTED = -0.5
"""A contrast below this: the best source sentence contradicts by half more than it supports."""
Shown = tuple[Pair, Grounding]
Place = tuple[Pair, GroundedSentence]


def findings_of(
    shown: Sequence[Shown], scores: Sequence[Measurement], tolerance: float, asked: bool
) -> Iterator[Finding]:
    """HW-H010 names, HW-H011 numbers and dates, HW-H012 contradicted sentences, HW-H013 a detector that cannot tell."""
    by_name = {score.metric: score for score in scores if isinstance(score, Score) and not score.slice}
    for code, kinds, what in (("HW-H010", ("name",), "Names"), ("HW-H011", ("number", "date"), "Numbers and dates")):
        own = [by_name[f"grounding-{kind}-precision"] for kind in kinds if f"grounding-{kind}-precision" in by_name]
        if any(1 - (score.high or 0.0) > tolerance for score in own):
            yield _facts_finding(code, kinds, what, shown, own, tolerance)
    if asked:
        yield from _contradictions(shown, by_name)
    yield from _blind(scores)


def _facts_finding(
    code: str, kinds: tuple[str, ...], what: str, shown: Sequence[Shown], own: Sequence[Score], tolerance: float
) -> Finding:
    places = [
        (pair, sentence)
        for pair, grounding in shown
        for sentence in grounding.sentences
        if any(fact.kind in kinds and not fact.supported for fact in sentence.facts)
    ]
    worst = min(score.value for score in own)
    severity: Severity = "high" if worst < 0.8 else "medium"
    return Finding(
        code, severity, f"{what} in outputs that their sources do not hold",
        f"{len(places):,} sentences of outputs state {what.lower()} that stand in no form in their source "
        f"(formats, units, "
        f"genitives and initials are normalised). The interval leaves no doubt that it is more than {tolerance:.0%}.",
        "Read the sentences below beside their sources. What is true but from elsewhere is no error of the "
        "model, but an "
        "answer that its source does not carry; ask for answers from the source alone, or give the source that has it.",
        tuple(own), tuple(_fact_example(*place, kinds) for place in _ranked(places)[:EXAMPLES]),
    )  # fmt: skip


def _ranked(places: Sequence[Place]) -> list[Place]:
    return sorted(places, key=lambda place: (-place[1].risk, place[0].id, place[1].start))


def _fact_example(pair: Pair, sentence: GroundedSentence, kinds: tuple[str, ...]) -> Example:
    wrong = [fact for fact in sentence.facts if fact.kind in kinds and not fact.supported]
    spans = [(fact.start - sentence.start, fact.end - sentence.start) for fact in wrong]
    named = "; ".join(redact(fact.text[:80]) for fact in wrong[:5])
    return example(pair.id, sentence.text[:LONG], _inside(spans), f"{redact(pair.place)}: not in the source: {named}")


def _inside(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(low, min(high, LONG)) for low, high in spans if low < LONG]


def _contradictions(shown: Sequence[Shown], by_name: dict[str, Score]) -> Iterator[Finding]:
    places = [
        (pair, sentence)
        for pair, grounding in shown
        for sentence in grounding.sentences
        if sentence.contrast is not None and sentence.contrast < CONTRADICTED
    ]
    score = by_name.get("grounding-contrast")
    if not places or score is None or score.high is None or score.high >= 0.5:
        return
    ranked = sorted(places, key=lambda place: (place[1].contrast or 0.0, place[0].id))
    examples = tuple(
        example(pair.id, sentence.text[:LONG], (), f"{redact(pair.place)}: contrast {sentence.contrast:.2f}")
        for pair, sentence in ranked[:EXAMPLES]
    )
    yield Finding(
        "HW-H012", "medium", "Sentences that the sources seem to contradict",
        f"Of {len(places):,} sentences even the best sentence of the source is judged a contradiction rather "
        f"than a support. "
        "The judge is a model of entailment with errors of its own (docs/concepts/hallucination.md).",
        "Read the sentences beside their sources, the first ones first; where they are right, try another model of "
        "entailment (entailment: {huggingface: {folder: ...}}).",
        (score,), examples,
    )  # fmt: skip


def _blind(scores: Sequence[Measurement]) -> Iterator[Finding]:
    for score in scores:
        if not isinstance(score, Score) or score.metric != "grounding-auc" or score.slice != {"detector": "combined"}:
            continue
        if score.low is not None and score.low <= 0.5 <= (score.high or 1.0):
            yield Finding(
                "HW-H013", "medium", "The combined detector cannot tell the hallucinated outputs of this file "
                "from others",
                f"Its AUC is {score.value:.2f} and its interval includes 0.5, so its risks say nothing here.",
                "Do not act on the risks of this file. Read the AUC of the single detectors, give a stronger model of "
                "entailment, or label more outputs.",
                (score,),
            )  # fmt: skip


def exhibits_of(shown: Sequence[Shown], scores: Sequence[Measurement], empty: int) -> Iterator[Exhibit]:
    """A chart of all shares, a table of the riskiest sentences, and of outputs by kind."""
    if not shown:
        return
    yield from _charts(scores)
    yield _sentences(shown)
    copied = sum(grounding.extractive for _, grounding in shown)
    yield Table(
        "grounding-kinds", "Grounding: outputs", ("Outputs", "Number"),
        (("extractive: four fifths of the pairs of words are copied", copied),
         ("abstractive", len(shown) - copied), ("without a sentence, left out", empty)),
    )  # fmt: skip


def _charts(scores: Sequence[Measurement]) -> Iterator[Chart]:
    wanted = {
        "extractive": [one for one in scores if isinstance(one, Score) and one.slice == {"outputs": "extractive"}],
        "abstractive": [one for one in scores if isinstance(one, Score) and one.slice == {"outputs": "abstractive"}],
    }
    series = [_series(name, part) for name, part in wanted.items() if part]
    if series:
        yield Chart(
            "grounding-shares",
            "Grounding of extractive and abstractive outputs",
            "interval",
            "",
            "share",
            tuple(series),
        )
    areas = [one for one in scores if isinstance(one, Score) and one.metric == "grounding-auc" and len(one.slice) == 1]
    if areas:
        labels = [one.slice["detector"] for one in areas]
        yield Chart(
            "grounding-auc", "How well each detector tells the hallucinated outputs", "interval", "detector", "AUC",
            (_series("all outputs", areas, labels),), "0.5 is chance.",
        )  # fmt: skip


def _series(name: str, scores: Sequence[Score], labels: Sequence[str] = ()) -> Series:
    bounded = [(i, one) for i, one in enumerate(scores) if one.low is not None and one.high is not None]
    return Series(
        name,
        tuple(labels[i] if labels else one.metric.removeprefix("grounding-") for i, one in bounded),
        tuple(one.value for _, one in bounded),
        tuple(one.low or 0.0 for _, one in bounded),
        tuple(one.high or 0.0 for _, one in bounded),
    )


def _sentences(shown: Sequence[Shown]) -> Table:
    places = _ranked([(pair, sentence) for pair, grounding in shown for sentence in grounding.sentences])[:LISTED]
    rows = tuple(
        (
            redact(pair.place), redact(sentence.text[:LONG]),
            "; ".join(redact(fact.text[:60]) for fact in sentence.facts if not fact.supported)[:LONG],
            round(sentence.support.shares[1], 3) if sentence.support else None,
            None if sentence.contrast is None else round(sentence.contrast, 3), round(sentence.risk, 3),
        )
        for pair, sentence in places
    )  # fmt: skip
    columns = ("Row", "Sentence", "Facts not in the source", "Pairs of words in the source", "Contrast", "Risk")
    return Table("grounding-sentences", f"Grounding: the {len(rows)} sentences with the least support", columns, rows)
