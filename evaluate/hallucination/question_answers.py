"""Questions with known answers, your own: right, wrong and abstained apart, and whether confidence means anything."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np

from ...core import Example, Exhibit, Finding, IncompleteError, Measurement, NotMeasured, Score, Table, UsageError
from ...curate import example, excerpt, redact
from ..answer_file import questions_hash, read_answers
from ..base import METRICS, Outcome, Subject
from ..completions import completions
from ..items import ItemValues
from ..refusals import protocol
from ..statistics import Estimate, clopper_pearson, mean_interval
from ..text_likelihood import ending_logs
from .answer_choices import single_true
from .calibration_error import LEAST
from .judged_answers import Answers, Named, confidence_scores, coverage_scores, judged_exhibits, judged_items
from .known_answers import Judged, KnownQuestion, Match, counts, drawn, judge, known_questions
from .truthfulqa_answers import first_answer

METRIC = "question-answers"
PROMPT = "Q: {question}\nA:"
How = Literal["auto", "answers", "choices"]
LEAST_CATEGORY, LISTED, SHOWN, MOST_CATEGORIES = 5, 30, 10, 100
ORDER = ("wrong", "abstained", "empty", "correct")
OVER = 0.05
"""Confidence above accuracy by more than this, interval and all, is a finding."""


@METRICS.register(
    METRIC,
    source="normalisation and F1 of Rajpurkar et al. 2016; El-Yaniv & Wiener 2010; Kumar et al. 2019",
    unit="share of answers; probability",
    range="[0, 1]; accuracy higher is better",
    needs="sample|file",
    protocol=(
        "greedy answer to Q: ... A:, or the likeliest of given choices, or a finished prediction, against known "
        "answers without case, punctuation and articles; refusals and empty answers are neither right nor wrong"
    ),
    pitfalls=(
        "A right answer in other words counts as wrong, and with match contains a long answer that names everything is "
        "right. Refusals are told by English phrases. The probability of a sequence falls with its length: compare "
        "confidences of answers of one kind."
    ),
)
def measure_question_answers(
    subject: Subject,
    questions_file: str | None = None,
    how: How = "auto",
    match: Match = "contains",
    prompt: str = PROMPT,
    limit: int | None = None,
    max_new_tokens: int = 32,
    bins: int = 10,
) -> Outcome:
    """Accuracy, abstention and calibration on questions of your own with known answers.

    ``questions_file`` (.jsonl or .csv) has ``question`` and ``answer`` or ``answers`` (a list, or with ; between), and
    where there are ``choices``, ``id``, ``category``. Rows with ``prediction`` (and ``confidence``) are finished: no
    model is asked. ``how`` is answers (greedy), choices (by likelihood), or auto: choices where every row has them.
    ``match`` contains takes an answer that holds a known one as right, exact does not. ``limit`` questions are drawn by
    the seed. Findings HW-H031 and HW-H032.
    """
    _check(how, match, prompt, max_new_tokens, bins)
    if not questions_file:
        raise IncompleteError(f"{METRIC}: there are no questions here; give questions_file, a .jsonl or .csv of yours")
    rows = read_answers(questions_file, ("question",), subject.progress).rows
    everything = known_questions(rows)
    questions = drawn(everything, limit, subject.seed)
    found, told = _judged(subject, questions, how, match, prompt, max_new_tokens)
    shown = "" if len(questions) == len(everything) else f", {len(questions)} of {len(everything)} by the seed"
    method = f"{told}, questions {questions_hash(one.id for one in questions)}{shown}"
    return _outcome(found, method, bins)


def _judged(
    subject: Subject, questions: Sequence[KnownQuestion], how: How, match: Match, prompt: str, tokens: int
) -> tuple[list[Judged], str]:
    finished = [one for one in questions if one.prediction is not None]
    if finished:
        judged = [judge(one, one.prediction or "", match, one.confidence) for one in questions]
        return judged, f"finished predictions, match {match}"
    asked = [prompt.replace("{question}", one.text) for one in questions]
    own = "" if prompt == PROMPT else f", prompt {questions_hash([prompt])}"
    if how == "choices" or (how == "auto" and all(one.choices for one in questions)):
        return _chosen(subject, questions, asked), f"likeliest choice{own}"
    texts = [
        first_answer(text) for text in completions(subject, asked, max_new_tokens=tokens, use=METRIC, temperature=0.0)
    ]
    sure = _confidences(subject, asked, texts)
    judged = [judge(one, text, match, p) for one, text, p in zip(questions, texts, sure, strict=True)]
    return judged, f"greedy, {tokens} tokens at most, match {match}{own}"


def _confidences(subject: Subject, asked: Sequence[str], texts: Sequence[str]) -> list[float | None]:
    """The probability of each answer as a whole; None where the model gives none."""
    model = subject.checkpoint
    if model is None or "prompt_logprob" not in model.capabilities:
        return [None] * len(texts)
    logs = ending_logs(subject, asked, [" " + text for text in texts], METRIC)
    pairs = zip(logs, texts, strict=True)
    return [None if log is None or not text else float(np.exp(log.sum())) for log, text in pairs]


def _chosen(subject: Subject, questions: Sequence[KnownQuestion], asked: Sequence[str]) -> list[Judged]:
    if missing := [one for one in questions if not one.choices]:
        raise UsageError(f"{METRIC}: how: choices needs choices in every row; {redact(missing[0].id)} has none")
    cells = [(place, choice) for place, one in enumerate(questions) for choice in one.choices]
    logs = ending_logs(subject, [asked[place] for place, _ in cells], [" " + choice for _, choice in cells], METRIC)
    sums: dict[int, dict[str, float]] = {}
    for (place, choice), log in zip(cells, logs, strict=True):
        if log is not None:
            sums.setdefault(place, {})[choice] = float(log.sum())
    return [_one(one, sums.get(place, {})) for place, one in enumerate(questions)]


def _one(question: KnownQuestion, logs: Mapping[str, float]) -> Judged:
    """The likeliest choice; a tie with a wrong one is wrong, and a choice without tokens of its own is no answer."""
    if len(logs) < len(question.choices):
        return Judged(question, "", "empty", 0.0, False, False, None)
    best = max(logs[one] for one in question.right)
    wrong = [log for one, log in logs.items() if one not in question.right]
    single = single_true(best, wrong)
    text = max(logs, key=lambda one: (logs[one], one not in question.right, one))
    p = float(np.exp(logs[text] - np.logaddexp.reduce(list(logs.values()))))
    verdict: Literal["correct", "wrong"] = "correct" if single.correct else "wrong"
    return Judged(question, text, verdict, float(single.correct), single.correct, single.correct, p)


def _outcome(found: Sequence[Judged], method: str, bins: int) -> Outcome:
    given = [one for one in found if one.verdict in ("correct", "wrong")]
    answers = Answers(
        [one.question.id for one in given], [], [float(one.verdict == "correct") for one in given],
        [one.question.id for one in found if one.verdict not in ("correct", "wrong")],
    )  # fmt: skip
    named = Named(METRIC, method)
    scores: list[Measurement] = [*_accuracy(found, {}, method), *coverage_scores(answers, named)]
    scores += _shares(found, method)
    for name, part in _by_category(found).items():
        if len(part) >= LEAST_CATEGORY:
            scores += _accuracy(part, {"category": redact(name)}, method)
    sure = [one for one in given if one.confidence is not None]
    exhibits = list(_exhibits(found))
    items = list(_items(found, scores))
    findings = list(_wrong(given, scores))
    if len(sure) < LEAST:
        reason = f"{len(sure)} of {len(given)} answers have a confidence; at least {LEAST} are needed"
        scores.append(NotMeasured(f"{METRIC}-calibration", reason))
        return Outcome(tuple(scores), tuple(findings), tuple(exhibits), tuple(items))
    p = np.array([one.confidence for one in sure], np.float64)
    y = np.array([float(one.verdict == "correct") for one in sure])
    scores += confidence_scores(p, y, bins, named, "calibration")
    gap = mean_interval(p - y).within(-1.0, 1.0)
    what = f"{METRIC}-overconfidence/1 mean confidence minus accuracy"
    scores.append(named.score("overconfidence", gap, what, -1.0, "none"))
    findings += _overconfident(sure, scores, gap)
    exhibits += judged_exhibits(p, y, bins, METRIC)
    judged = Answers([one.question.id for one in sure], p.tolist(), y.tolist())
    items += [one for one in judged_items(judged, scores, p, y, named) if one.metric.endswith("brier")]
    return Outcome(tuple(scores), tuple(findings), tuple(exhibits), tuple(items))


def _accuracy(found: Sequence[Judged], place: Mapping[str, str], method: str) -> Iterator[Measurement]:
    number = counts(found)
    given = number["correct"] + number["wrong"]
    if not given:
        yield NotMeasured(METRIC, f"none of {len(found)} rows gives an answer: refusals and empty ones", place)
        return
    low, high = clopper_pearson(number["correct"], given)
    yield Score(
        METRIC, number["correct"] / given, given, "share of answers",
        f"{METRIC}/1 right of the answers given, {method}", low, high, interval="Clopper-Pearson",
        direction="higher", slice=place,
    )  # fmt: skip


def _shares(found: Sequence[Judged], method: str) -> Iterator[Measurement]:
    number, n = counts(found), len(found)
    kinds = (("abstained", f"refusals of all rows, by {protocol()}"), ("empty", "rows without a word"))
    for name, what in kinds:
        events = number[name]  # type: ignore[index]
        low, high = clopper_pearson(events, n)
        yield Score(f"{METRIC}-{name}", events / n, n, "share", f"{METRIC}-{name}/1 {what}, {method}", low, high,
                    interval="Clopper-Pearson")  # fmt: skip
    given = [one for one in found if one.verdict in ("correct", "wrong")]
    for name, hits in (("exact", [one.exact for one in given]), ("contains", [one.held for one in given])):
        if given:
            low, high = clopper_pearson(sum(hits), len(given))
            yield Score(f"{METRIC}-{name}", sum(hits) / len(given), len(given), "share of answers",
                        f"{METRIC}-{name}/1 of the answers given, {method}", low, high, interval="Clopper-Pearson",
                        direction="higher")  # fmt: skip
    if given:
        mean = mean_interval([one.f1 for one in given])
        yield Score(f"{METRIC}-f1", mean.value, mean.n, "F1 of words", f"{METRIC}-f1/1 nearest known answer, {method}",
                    direction="higher", **mean.bounds(0.0, 1.0))  # fmt: skip


def _by_category(found: Sequence[Judged]) -> dict[str, list[Judged]]:
    names = sorted({one.question.category for one in found if one.question.category})
    if len(names) > MOST_CATEGORIES:
        raise UsageError(f"{METRIC}: 'category' has {len(names):,} different values; {MOST_CATEGORIES} at most")
    return {name: [one for one in found if one.question.category == name] for name in names}


def _items(found: Sequence[Judged], scores: Sequence[Measurement]) -> Iterator[ItemValues]:
    """Accuracy by question; a refusal has no weight."""
    for score in scores:
        if isinstance(score, Score) and score.metric == METRIC and not score.slice:
            weights = np.array([float(one.verdict in ("correct", "wrong")) for one in found])
            right = np.array([float(one.verdict == "correct") for one in found])
            ids = [one.question.id for one in found]
            yield ItemValues(METRIC, score.method, score.slice, ids, right, weights)


def _wrong(given: Sequence[Judged], scores: Sequence[Measurement]) -> Iterator[Finding]:
    risk = next((one for one in scores if one.metric == f"{METRIC}-selective-risk"), None)
    if not isinstance(risk, Score) or risk.low is None or risk.low <= 0.5:
        return
    yield Finding(
        "HW-H031",
        "medium",
        "Most of the answers that the model gives are wrong",
        f"{risk.value:.0%} of {risk.n} answers are wrong ({risk.low:.0%} to {risk.high:.0%}), refusals and empty ones "
        "not counted. A right answer in other words than the known ones counts as wrong: read the answers below first.",
        "Give the model sources to answer from, or let it refuse where it is not sure: the chart of risk by coverage "
        "says what that would leave.",
        (risk,),
        _surest_wrong(given),
    )


def _overconfident(sure: Sequence[Judged], scores: Sequence[Measurement], gap: Estimate) -> Iterator[Finding]:
    if gap.low is None or gap.low <= OVER:
        return
    score = next(one for one in scores if one.metric == f"{METRIC}-overconfidence")
    yield Finding(
        "HW-H032",
        "medium",
        "The model is surer of its answers than they are right",
        f"Its mean confidence lies {gap.value:.2f} above its accuracy ({gap.low:.2f} to {gap.high:.2f}) over {gap.n} "
        "answers.",
        "Do not show its confidence to people, nor decide by it, before it is recalibrated on answers of this kind. "
        "The answers below are wrong and the surest.",
        (score,),
        _surest_wrong(sure),
    )


def _surest_wrong(found: Sequence[Judged]) -> tuple[Example, ...]:
    wrong = [one for one in found if one.verdict == "wrong"]
    wrong.sort(key=lambda one: (-(one.confidence or 0.0), one.question.id))
    return tuple(_example(one) for one in wrong[:SHOWN])


def _example(one: Judged) -> Example:
    head = f"Q: {one.question.text[:1000]}\nA: "
    text = one.text[:1000]
    sure = "" if one.confidence is None else f", confidence {one.confidence:.3f}"
    return example(
        one.question.id, head + text, [(len(head), len(head) + len(text))],
        redact(f"known: {'; '.join(one.question.answers)[:200]}{sure}"),
    )  # fmt: skip


def _exhibits(found: Sequence[Judged]) -> Iterator[Exhibit]:
    rows = []
    for name, part in [("all", list(found)), *_by_category(found).items()]:
        number = counts(part)
        given = number["correct"] + number["wrong"]
        low, high = clopper_pearson(number["correct"], given) if given else (None, None)
        rows.append(
            (redact(name), len(part), number["correct"], number["wrong"], number["abstained"], number["empty"],
             number["correct"] / given if given else None, low, high)
        )  # fmt: skip
    columns = ("Category", "Questions", "Right", "Wrong", "Refused", "Empty", "Right of those answered", "Low", "High")
    note = "Refusals and empty answers are neither right nor wrong. Intervals: Clopper-Pearson."
    yield Table(METRIC, "Questions with known answers", columns, tuple(rows), note)
    order = sorted(found, key=lambda one: (ORDER.index(one.verdict), -(one.confidence or 0.0), one.question.id))
    texts = [
        (excerpt(one.question.text, width=150)[0], excerpt(one.text, width=150)[0],
         excerpt("; ".join(one.question.answers), width=100)[0], one.verdict, one.f1, one.confidence)
        for one in order[:LISTED]
    ]  # fmt: skip
    names = ("Question", "Answer", "Known", "Verdict", "F1", "Confidence")
    yield Table(f"{METRIC}-answers", "Answers, the surest wrong ones first", names, tuple(texts))


def _check(how: str, match: str, prompt: str, max_new_tokens: int, bins: int) -> None:
    if how not in ("auto", "answers", "choices"):
        raise UsageError(f"{METRIC}: how is auto, answers or choices, not {how!r}")
    if match not in ("exact", "contains"):
        raise UsageError(f"{METRIC}: match is exact or contains, not {match!r}")
    if "{question}" not in prompt:
        raise UsageError(f"{METRIC}: prompt needs {{question}} where the question stands")
    if not 1 <= max_new_tokens <= 1_000 or not 1 <= bins <= 1_000:
        raise UsageError(f"{METRIC}: max_new_tokens and bins are from 1 to 1,000")
