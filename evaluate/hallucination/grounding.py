"""Whether outputs say what their sources say: facts one by one, words, vectors, entailment, and all of it combined.

| score | definition | source |
|---|---|---|
| name, number, date precision | those that the source holds, of all in outputs | by definition, normalised |
| n-gram support | share of pairs of words that the source holds, mean over sentences | Lin 2004 (ROUGE) |
| longest run | words of the longest copied run / words of the sentence | Grusky et al. 2018 (fragments) |
| entailment, contrast | best source sentence for each output sentence, mean | Laban et al. 2022 (SummaC, zero-shot) |
| risk | logistic weights on all of these, half mean and half maximum over sentences | grounded_detector.py |
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...core import IncompleteError, Measurement, NotMeasured, Score, UsageError, sha256
from ..base import METRICS, Outcome, Subject
from ..entailment import Entailment, Spec, build_entailment
from ..entailment.minilm_encoder import open_minilm
from ..items import ItemValues
from ..statistics import clustered_auc, clustered_rate, mean_interval
from .grounded_detector import DETECTORS, Grounder, Grounding
from .grounded_pairs import Pair, pairs_in_file, pairs_of_samples
from .grounding_shown import exhibits_of, findings_of

METRIC = "grounding"
FACTS = ("name", "number", "date")
MEANS = {
    "ngram-support": ("ngrams", "share of pairs of words", "higher"),
    "longest-run": ("longest-run", "share of words", "higher"),
    "similarity": ("embedding", "cosine", "higher"),
    "entailment": ("entailment", "probability", "higher"),
    "contrast": ("contrast", "difference of probabilities", "higher"),
    "risk": ("combined", "risk", "lower"),
}
"""Scores that are means over outputs: the detector behind each, its unit and direction."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair and what was found on it."""

    pair: Pair
    grounding: Grounding


@METRICS.register(
    METRIC,
    source=(
        "Laban et al. 2022 (arXiv 2111.09525), section 3.2; Grusky et al. 2018 (arXiv 1804.11283); "
        "Nan et al. 2021 (arXiv 2102.09130)"
    ),
    unit="share; probability",
    range="[0, 1]; contrast [-1, 1]; risk is lower for supported outputs",
    needs="sample|file",
    protocol=(
        "each sentence of an output against the whole source: facts normalised and looked up, pairs of words, "
        "entailment "
        "by the best source sentence; means over outputs, clustered by source; extractive and abstractive outputs apart"
    ),
    pitfalls=(
        "A name or number that stands in the source may stand there in another role: precision sees what is "
        "new, not what "
        "is exchanged. A true statement that the source does not make is unsupported here. The offline "
        "entailment model "
        "is weak on long or technical sentences."
    ),
)
def measure_grounding(
    subject: Subject,
    pairs_file: str | None = None,
    source: str = "source",
    output: str = "output",
    label: str | None = None,
    positive: str | None = None,
    entailment: Spec | None = "minilm",
    embedding: bool = False,
    kinds: Sequence[str] = ("prefix",),
    tolerance: float = 0.05,
) -> Outcome:
    """Whether each sentence of an output is supported by its source: facts, words, vectors, entailment, combined.

    ``pairs_file`` (.jsonl or .csv) has a column of sources and one of outputs; without it samples of ``kinds`` are held
    against their prompts. ``label`` is a column that says whether an output is hallucinated (yes or no, or
    ``positive``): then each detector has its AUC. Findings come where more than ``tolerance`` is unsupported for
    certain.
    """
    if not 0 <= tolerance < 1:
        raise UsageError(f"grounding: tolerance is from 0 to below 1, not {tolerance}")
    if pairs_file is None:
        pairs = pairs_of_samples(subject, kinds)
    else:
        pairs = pairs_in_file(subject, pairs_file, source, output, label, positive)
    if not pairs:
        reason = f"no pairs_file is given, and no sample of kind {' or '.join(kinds)} has a prompt as its source"
        return Outcome((NotMeasured(METRIC, reason),))
    model, missing = _model(entailment)
    grounder = Grounder(model, open_minilm() if embedding else None)
    judged = []
    with subject.progress.task("holding outputs against their sources", len(pairs)) as task:
        for pair in pairs:
            judged.append(Judged(pair, grounder.judge(pair.source, pair.output)))
            task.advance(1)
    whole = [one for one in judged if one.grounding.sentences]
    scores: list[Measurement] = []
    items: list[ItemValues] = []
    for kind, part in _parts(whole):
        place = {"outputs": kind} if kind else {}
        found = list(_scores(part, place, grounder.protocol, missing))
        scores += found
        items += [] if kind else _items(part, found)
    if not whole:
        scores = [NotMeasured(METRIC, f"none of {len(judged)} outputs has a sentence: all are empty or signs")]
    scores += _areas(whole, grounder.protocol) if label else ()
    shown = [(one.pair, one.grounding) for one in whole]
    return Outcome(
        tuple(scores),
        tuple(findings_of(shown, scores, tolerance, model is not None)),
        tuple(exhibits_of(shown, scores, len(judged) - len(whole))),
        tuple(items),
    )


def _model(spec: Spec | None) -> tuple[Entailment | None, str]:
    """The model of entailment, or why there is none: everything else is measured without it."""
    if spec is None:
        return None, "no model of entailment is asked for"
    try:
        return build_entailment(spec, "grounding.entailment"), ""
    except IncompleteError as error:
        return None, str(error)


def _parts(whole: Sequence[Judged]) -> Iterator[tuple[str, Sequence[Judged]]]:
    """All outputs, then extractive and abstractive ones apart."""
    yield "", whole
    copied = [one for one in whole if one.grounding.extractive]
    fresh = [one for one in whole if not one.grounding.extractive]
    yield from (("extractive", copied), ("abstractive", fresh))


def _cluster(one: Judged) -> str:
    return sha256(one.pair.source.encode("utf-8", "replace"))[:16]


def _scores(part: Sequence[Judged], place: dict[str, str], protocol: str, missing: str) -> Iterator[Measurement]:
    for kind in FACTS:
        yield _precision(part, kind, place)
    for name, (detector, unit, direction) in MEANS.items():
        metric = f"{METRIC}-{name}"
        values = [(one, found) for one in part if (found := DETECTORS[detector](one.grounding)) is not None]
        if not values:
            yield NotMeasured(metric, _why(part, name, missing), place)
            continue
        mean = mean_interval(
            [value if name == "risk" else 1 - value for _, value in values], [_cluster(one) for one, _ in values]
        )
        method = f"{metric}/1 mean over outputs, {protocol}"
        least = -1.0 if name in ("contrast", "similarity") else 0.0
        yield Score(
            metric, mean.value, mean.n, unit, method, direction=direction, slice=place,  # type: ignore[arg-type]
            **mean.bounds(least, 1.0),
        )  # fmt: skip


def _why(part: Sequence[Judged], name: str, missing: str) -> str:
    if not part:
        return "no output is of this kind"
    if name in ("entailment", "contrast"):
        return missing
    return "similarity of vectors is not asked for (embedding: true)"


def _precision(part: Sequence[Judged], kind: str, place: dict[str, str]) -> Measurement:
    metric = f"{METRIC}-{kind}-precision"
    by_source: dict[str, list[int]] = {}
    for one in part:
        counts = by_source.setdefault(_cluster(one), [0, 0])
        facts = one.grounding.facts(kind)
        counts[0] += sum(fact.supported for fact in facts)
        counts[1] += len(facts)
    total = sum(count for _, count in by_source.values())
    if not total:
        return NotMeasured(
            metric, f"{len(part)} outputs hold no {kind}" if part else "no output is of this kind", place
        )
    found = clustered_rate([one for one, _ in by_source.values()], [n for _, n in by_source.values()])
    return Score(
        metric, found.value, found.n, f"share of {kind}s", f"{metric}/1 held by the source of all in outputs",
        found.low, found.high, interval="Clopper-Pearson at the effective number of sources", direction="higher",
        slice=place,
    )  # fmt: skip


def _items(part: Sequence[Judged], scores: Sequence[Measurement]) -> Iterator[ItemValues]:
    for score in scores:
        name = score.metric.removeprefix(f"{METRIC}-")
        if not isinstance(score, Score) or name not in MEANS:
            continue
        values = [
            (one.pair.id, found) for one in part if (found := DETECTORS[MEANS[name][0]](one.grounding)) is not None
        ]
        numbers = [value if name == "risk" else 1 - value for _, value in values]
        yield ItemValues.of_means(score.metric, score.method, score.slice, tuple(name for name, _ in values), numbers)


def _areas(whole: Sequence[Judged], protocol: str) -> Iterator[Measurement]:
    """AUC of each detector for the label, of all outputs and of extractive and abstractive ones."""
    for kind, part in _parts([one for one in whole if one.pair.hallucinated is not None]):
        for name, detector in DETECTORS.items():
            place = {"detector": name, **({"outputs": kind} if kind else {})}
            values = [(one, found) for one in part if (found := detector(one.grounding)) is not None]
            if values or not part:  # else nothing was asked of this detector; its mean says so already
                yield _area(values, place, protocol)


def _area(values: Sequence[tuple[Judged, float]], place: dict[str, str], protocol: str) -> Measurement:
    metric = f"{METRIC}-auc"
    positive, negative = (
        [(value, _cluster(one)) for one, value in values if one.pair.hallucinated is wrong] for wrong in (True, False)
    )
    if min(len(positive), len(negative)) < 2:
        reason = f"{len(positive)} outputs are labelled hallucinated and {len(negative)} not; two of each are needed"
        return NotMeasured(metric, reason, place)
    found = clustered_auc(
        [value for value, _ in positive], [value for value, _ in negative],
        [name for _, name in positive], [name for _, name in negative],
    )  # fmt: skip
    return Score(
        metric, found.value, found.n, "AUC", f"{metric}/1 hallucinated over others, {protocol}", direction="higher",
        slice=place, **found.bounds(0.0, 1.0),
    )  # fmt: skip
