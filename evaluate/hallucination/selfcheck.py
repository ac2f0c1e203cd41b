"""Which sentences of an answer its repetitions do not bear out: SelfCheckGPT by n-grams, vectors and entailment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import Cell, Exhibit, InputError, Measurement, NotMeasured, Score, Table, sha256
from ...curate import excerpt, redact
from ..answer_file import Row, empty, nested_of, questions_hash, read_answers, truth_of
from ..base import METRICS, Outcome, Subject
from ..entailment import Entailment, Spec, build_entailment
from ..items import ItemValues
from ..quality.encoders import Encoder, encode_texts
from ..statistics import Estimate, Floats, benjamini_hochberg, clustered_auc, mean_interval, paired_auc
from .passage_search import words
from .passages import LONGEST, sentence_spans
from .repeated_answers import MOST_ANSWERS, repeated_answers
from .selfcheck_scores import VARIANTS, Pair, embedding_scores, entailment_scores, ngram_scores

METRIC = "selfcheck"
Bools = NDArray[np.bool_]
LISTED, LEAST_LABELLED, FEWEST_WORDS = 50, 5, 3
UNITS = {"ngram": "nats per word", "ngram-largest": "nats", "embedding": "1 - cosine"}


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence, the other answers, and what they come from. ``invented``: what a file says of the sentence."""

    id: str
    text: str
    others: tuple[str, ...]
    cluster: str
    invented: bool | None = None


@METRICS.register(
    METRIC,
    source="SelfCheckGPT: Manakul et al. 2023 (arXiv 2303.08896), section 5",
    unit="by variant: nats, 1 - cosine, probability",
    range="ngram [0, inf), embedding [0, 2], nli and unsupported [0, 1]; lower is more consistent",
    needs="sample|file",
    protocol=(
        "each sentence of the first answer against the other answers to the same question, mean over the answers; "
        "t interval over sentences, clustered by question"
    ),
    pitfalls=(
        "Consistent is not true: a model can repeat one error every time. The scores depend on length, temperature and "
        "number of answers: compare at the same. What a score is worth says its AUC on labelled sentences."
    ),
)
def measure_selfcheck(
    subject: Subject,
    answers_file: str | None = None,
    entailment: Spec = "words",
    encoder: Encoder = "words",
    minimum: int = 5,
) -> Outcome:
    """How little repeated answers bear out each sentence of the first: by n-grams, by vectors and by entailment.

    Of the repeated samples, or of ``answers_file``: rows of ``question`` and ``answer``, or of ``sentence`` and
    ``samples`` (a list), with ``correct`` where it is known: then each variant has its area under the ROC curve.
    """
    model = build_entailment(entailment, f"{METRIC}.entailment")
    rows, label, why = _checked(subject, answers_file)
    if len({one.cluster for one in rows}) < max(2, minimum):
        return Outcome((NotMeasured(METRIC, f"{why}, {max(2, minimum)} are needed"),))
    values, names = _scores_of(subject, rows, model, encoder)
    method = {name: f"{METRIC}-{name}/1 {label}, {names[name]}" for name in VARIANTS}
    scores: list[Measurement] = [_mean(rows, name, values[name], method[name]) for name in values]
    if "nli" not in values:
        reason = f"{model.protocol} gives no pair any probability of contradiction; choose another model of entailment"
        scores.append(NotMeasured(f"{METRIC}-nli", reason))
    scores += _validity(rows, values, method)
    items = tuple(
        ItemValues.of_means(f"{METRIC}-{name}", method[name], {}, [one.id for one in rows], found)
        for name, found in values.items()
    )
    return Outcome(tuple(scores), exhibits=tuple(_exhibits(rows, values)), items=items)


def _checked(subject: Subject, file: str | None) -> tuple[list[Checked], str, str]:
    """The sentences, a label of them, and how many questions there are, in words."""
    if file is not None:
        rows = read_answers(file, (), subject.progress).rows
        if any("sentence" in row.values for row in rows):
            found = _of_rows(rows)
            count = len({one.cluster for one in found})
            label = f"sentences {questions_hash(one.id for one in found)}"
            return found, label, f"sentences of {count} sources are given"
    questions = repeated_answers(subject, file, 3)
    found = [
        Checked(f"{one.id}:{start}", one.answers[0][start:end], one.answers[1:], one.id)
        for one in questions.rows
        for start, end in _told(one.answers[0])
    ]
    return found, f"{questions.label}, {questions.sizes}", (
        f"{len(questions.rows)} questions have 3 answers or more that say something ({questions.without} have fewer)"
    )  # fmt: skip


def _told(answer: str) -> list[tuple[int, int]]:
    """The sentences of three words or more; where there are none, those with a word: an answer can be one word."""
    spans = [(start, end, len(words(answer[start:end]))) for start, end in sentence_spans(answer)]
    fewest = FEWEST_WORDS if any(n >= FEWEST_WORDS for _, _, n in spans) else 1
    return [(start, end) for start, end, n in spans if n >= fewest]


def _of_rows(rows: Sequence[Row]) -> list[Checked]:
    found: dict[str, Checked] = {}
    for row in rows:
        text, samples = row.values.get("sentence"), nested_of(row, "samples")
        if empty(text) or not words(str(text)):
            raise InputError(f"{row.place}: no sentence; remove the row or give it")
        if not isinstance(samples, list) or not 1 <= len(samples) <= MOST_ANSWERS:
            raise InputError(f"{row.place}: 'samples' is a list of 1 to {MOST_ANSWERS} other answers")
        others = tuple(str(one)[: 4 * LONGEST] for one in samples if words(str(one)))
        if not others:
            raise InputError(f"{row.place}: none of the 'samples' holds a word")
        own, source = row.values.get("id"), row.values.get("source")
        name = sha256(f"{text}\n{others}".encode("utf-8", "replace"))[:16] if empty(own) else str(own)
        if name in found:
            raise InputError(f"{row.place}: the id {redact(name[:60])!r} stands in another row already")
        truth = truth_of(row, "correct")
        cluster = name if empty(source) else str(source)
        found[name] = Checked(name, str(text)[:LONGEST], others, cluster, None if truth is None else not truth)
    return list(found.values())


def _scores_of(
    subject: Subject, rows: Sequence[Checked], model: Entailment, encoder: Encoder
) -> tuple[dict[str, Floats], dict[str, str]]:
    """The scores of each variant that can be measured, and what each rests on."""
    pairs: list[Pair] = [(one.text, one.others) for one in rows]
    names = dict.fromkeys(VARIANTS, "interpolated bigram") | dict.fromkeys(("nli", "unsupported"), model.protocol)

    def encode(texts: Sequence[str]) -> Floats:
        vectors, names["embedding"] = encode_texts(subject, texts, encoder)
        return vectors

    mean, largest = ngram_scores(pairs)
    unsupported, nli = entailment_scores(pairs, model)
    found: dict[str, Floats | None] = {
        "ngram": mean,
        "ngram-largest": largest,
        "embedding": embedding_scores(pairs, encode),
        "nli": nli,
        "unsupported": unsupported,
    }
    return {name: values for name, values in found.items() if values is not None}, names


def _mean(rows: Sequence[Checked], name: str, values: Floats, method: str) -> Score:
    estimate = mean_interval(values, [one.cluster for one in rows])
    most = 1.0 if name in ("nli", "unsupported") else 2.0 if name == "embedding" else np.inf
    return Score(
        f"{METRIC}-{name}", estimate.value, estimate.n, UNITS.get(name, "probability"), method,
        direction="lower", **estimate.bounds(0.0, most),
    )  # fmt: skip


def _validity(
    rows: Sequence[Checked], values: Mapping[str, Floats], method: Mapping[str, str]
) -> Iterator[Measurement]:
    """Where a file says which sentences are right: the area of each variant, and its gain over n-grams."""
    wrong, right = _sides(rows)
    if not (wrong | right).any():
        return
    if min(wrong.sum(), right.sum()) < LEAST_LABELLED:
        reason = f"{wrong.sum()} sentences are labelled as wrong and {right.sum()} as correct; 5 of each are needed"
        yield NotMeasured(f"{METRIC}-auc", reason)
        return
    clusters = _clusters(rows)
    for name, found in values.items():
        area = clustered_auc(found[wrong], found[right], *clusters)
        yield _area(f"{METRIC}-auc", name, area, f"{method[name]}, wrong above correct, clustered by source")
    for name, (gap, _) in _gains(values, wrong, right, clusters).items():
        yield _area(f"{METRIC}-auc-gain", name, gap, f"{method[name]}, minus the area of ngram, paired DeLong")


def _sides(rows: Sequence[Checked]) -> tuple[Bools, Bools]:
    """The sentences that a file calls wrong, and those that it calls correct."""
    return np.array([one.invented is True for one in rows]), np.array([one.invented is False for one in rows])


def _clusters(rows: Sequence[Checked]) -> tuple[list[str], list[str]]:
    """What wrong and what correct sentences come from."""
    wrong, right = ([one.cluster for one in rows if one.invented is side] for side in (True, False))
    return wrong, right


def _gains(
    values: Mapping[str, Floats], wrong: Bools, right: Bools, clusters: tuple[Sequence[str], Sequence[str]]
) -> dict[str, tuple[Estimate, float]]:
    """How far the area of each other variant lies above that of n-grams; p adjusted over the variants."""
    base, others = values["ngram"], [name for name in values if name != "ngram"]
    gaps = [paired_auc((values[x][wrong], values[x][right]), (base[wrong], base[right]), clusters) for x in others]
    adjusted = benjamini_hochberg([p for _, p in gaps]).tolist()
    return {name: (gap, p) for name, (gap, _), p in zip(others, gaps, adjusted, strict=True)}


def _area(metric: str, name: str, found: Estimate, method: str) -> Score:
    least = -1.0 if metric.endswith("gain") else 0.0
    return Score(
        metric, found.value, found.n, "area under ROC", method, slice={"variant": name}, direction="higher",
        **found.bounds(least, 1.0),
    )  # fmt: skip


def _exhibits(rows: Sequence[Checked], values: Mapping[str, Floats]) -> Iterator[Exhibit]:
    """The sentences that the other answers bear out least; with labels, what each variant is worth."""
    wrong, right = _sides(rows)
    if min(wrong.sum(), right.sum()) >= LEAST_LABELLED:
        clusters = _clusters(rows)
        gains = _gains(values, wrong, right, clusters)
        areas = ((name, clustered_auc(found[wrong], found[right], *clusters)) for name, found in values.items())
        shown: tuple[tuple[Cell, ...], ...] = tuple(
            (name, area.value, area.low, area.high, gains[name][0].value, gains[name][1])
            if name in gains
            else (name, area.value, area.low, area.high, None, None)
            for name, area in areas
        )
        title = ("Variant", "AUC", "Low", "High", "Above n-grams", "Adjusted p")
        note = "Area under the ROC curve, wrong above correct sentences. Benjamini-Hochberg over the variants."
        yield Table(f"{METRIC}-validity", "What each variant is worth on the labels", title, shown, note)
    key = "nli" if "nli" in values else "unsupported"
    order = sorted(range(len(rows)), key=lambda place: (-values[key][place], -values["ngram"][place], rows[place].id))
    table: list[tuple[Cell, ...]] = [
        (
            excerpt(rows[place].text, width=200)[0],
            excerpt(rows[place].others[0], width=200)[0],
            *(float(values[name][place]) for name in values),
        )
        for place in order[:LISTED]
    ]
    columns = ("Sentence", "Another answer begins", *(name.capitalize() for name in values))
    note = "Least supported first; every score is higher where the other answers bear the sentence out less."
    yield Table(METRIC, "Sentences beside the other answers", columns, tuple(table), note)
