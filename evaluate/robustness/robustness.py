"""Whether typos, case, white space and forms of asking change what a model answers, and how likely it finds it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...core import Cell, Chart, Exhibit, IncompleteError, Measurement, NotMeasured, Score, Series, Table, UsageError
from ...curate import excerpt
from ..base import METRICS, Outcome, Subject
from ..benchmark_sets import Data
from ..items import ItemValues
from ..statistics import benjamini_hochberg, clopper_pearson, clustered_rate, mcnemar, mean_interval
from ..text_likelihood import ending_logs
from .asking import PROMPT, TOKENS, Asked, Frame, greedy_answers, is_known, questions, same_answer, says
from .wordings import SLIPS, TEMPLATES, worded

METRIC = "robustness"
KINDS = (*SLIPS, *TEMPLATES)
LISTED = 50


@dataclass(frozen=True, slots=True)
class Trial:
    """A question under one change: the text that was asked, the answer, and the answer without the change."""

    question: Asked
    kind: str
    text: str
    answer: str
    plain: str

    @property
    def same(self) -> bool:
        """Whether the answer stayed."""
        return same_answer(self.answer, self.plain)


@METRICS.register(
    METRIC,
    source="Belinkov & Bisk 2018 (arXiv 1711.02173), section 3, for the slips",
    unit="share of changed questions; accuracy; nats a token",
    range="share [0, 1], higher is more robust; drops: 0 is none, higher is worse",
    needs="sample",
    protocol=(
        "greedy first lines of answers to a question and to the same with seeded slips, other case, white space or a "
        "template; equal but for case and marks; clustered by question"
    ),
    pitfalls=(
        "An answer can change in words and not in meaning: paraphrase-consistency has both. A model that answers "
        "everything alike is robust: read the share beside that of different questions. A slip may turn a word into "
        "another."
    ),
)
def measure_robustness(
    subject: Subject,
    questions_file: str | None = None,
    data: Data = None,
    kinds: Sequence[str] = KINDS,
    questions_drawn: int = 100,
    prompt: str = PROMPT,
    tokens: int = TOKENS,
    stop: Sequence[str] = (),
    minimum: int = 5,
) -> Outcome:
    """Share of questions whose answer stays the same under typos, case, white space and templates, by kind.

    ``questions_file`` (.jsonl or .csv): ``question``, and ``known``, a right answer or a list of them, for the drop of
    accuracy; without a file the questions are TruthfulQA's, below ``sets`` or in ``data``. A model that scores texts
    also gives the drop of the log-probability of its own answer.
    """
    frame = Frame(prompt, tokens, tuple(stop))
    frame.check(METRIC)
    if wrong := [kind for kind in kinds if kind not in KINDS] or ([] if kinds else ["none"]):
        raise UsageError(f"{METRIC}: no kind {wrong[0]!r}; kinds: {', '.join(KINDS)}")
    asked, label = questions(subject, questions_file, questions_drawn, METRIC, data)
    asked = list({one.text: one for one in reversed(asked)}.values())[::-1]
    if len(asked) < max(2, minimum):
        reason = f"{len(asked)} different questions are given, {max(2, minimum)} are needed"
        return Outcome((NotMeasured(METRIC, reason),))
    plain, trials = _trials(subject, asked, kinds, frame)
    if not trials:
        return Outcome((NotMeasured(METRIC, f"none of {len(asked)} questions is changed by {', '.join(kinds)}"),))
    answered = sum(says(answer) for answer in plain.values())
    if answered < max(2, minimum):
        reason = f"{answered} of {len(asked)} questions get an answer that holds a word, {max(2, minimum)} are needed"
        return Outcome((NotMeasured(METRIC, reason),))
    said = [one for one in trials if says(one.plain)]
    blank = len(asked) - answered
    method = f"{METRIC}/1 {label}, {frame.protocol}"
    drops = list(_accuracy(asked, plain, trials, method))
    losses, likelihood = _likelihood(subject, said, frame, method)
    held = f"{method}, questions without an answer left out"
    scores = [*_shares(said, held), _chance(plain, method), *drops, *likelihood]
    return Outcome(
        tuple(scores), exhibits=tuple(_exhibits(trials, blank, losses, scores)), items=tuple(_items(said, scores))
    )


def _trials(
    subject: Subject, asked: Sequence[Asked], kinds: Sequence[str], frame: Frame
) -> tuple[dict[str, str], list[Trial]]:
    """The answer to each question, by its text, and the trials, question by question."""
    changed = [
        (one, kind, text)
        for one in asked
        for kind, text in worded(one.text, SLIPS, subject.seed).items() if kind in kinds
    ]  # fmt: skip
    texts = [*(one.text for one in asked), *(text for _, _, text in changed)]
    given = greedy_answers(subject, texts, frame, METRIC)
    plain = {one.text: answer for one, answer in zip(asked, given, strict=False)}
    rows = zip(changed, given[len(asked) :], strict=True)
    return plain, [Trial(one, kind, text, answer, plain[one.text]) for (one, kind, text), answer in rows]


def _kinds(trials: Sequence[Trial]) -> dict[str, list[Trial]]:
    found: dict[str, list[Trial]] = {}
    for one in trials:
        found.setdefault(one.kind, []).append(one)
    return {kind: found[kind] for kind in KINDS if kind in found}


def _shares(trials: Sequence[Trial], method: str) -> Iterator[Score]:
    """Over all kinds, clustered by question; and by kind."""
    _, own = np.unique([one.question.text for one in trials], return_inverse=True)
    same = np.array([one.same for one in trials], np.float64)
    whole = clustered_rate(np.bincount(own.reshape(-1), same), np.bincount(own.reshape(-1)))
    yield Score(
        METRIC, whole.value, whole.n, "share of changed questions", method, whole.low, whole.high,
        interval="Clopper-Pearson at the effective number of questions", direction="higher",
    )  # fmt: skip
    for kind, part in _kinds(trials).items():
        events = sum(one.same for one in part)
        low, high = clopper_pearson(events, len(part))
        yield Score(
            METRIC, events / len(part), len(part), "share of changed questions", method, low, high,
            interval="Clopper-Pearson", slice={"change": kind}, direction="higher",
        )  # fmt: skip


def _chance(plain: Mapping[str, str], method: str) -> Score:
    """How often two different questions get the same answer: what agreement is worth."""
    answers = list(plain.values())
    events = sum(same_answer(a, b) for a, b in zip(answers, [*answers[1:], answers[0]], strict=True))
    low, high = clopper_pearson(events, len(answers))
    return Score(
        f"{METRIC}-chance", events / len(answers), len(answers), "share of questions",
        f"{method}, answers to different questions", low, high, interval="Clopper-Pearson",
    )  # fmt: skip


def _accuracy(
    asked: Sequence[Asked], plain: Mapping[str, str], trials: Sequence[Trial], method: str
) -> Iterator[Measurement]:
    """Where right answers are known: the accuracy, and what each change takes from it."""
    known = [one for one in asked if one.known]
    if not known:
        return
    right = sum(is_known(plain[one.text], one.known) for one in known)
    low, high = clopper_pearson(right, len(known))
    held = f"{method}, a right answer stands in it"
    yield Score(
        f"{METRIC}-accuracy", right / len(known), len(known), "accuracy", f"{held}, unchanged", low, high,
        interval="Clopper-Pearson", direction="higher",
    )  # fmt: skip
    for kind, part in _kinds([one for one in trials if one.question.known]).items():
        before, after = _right(part)
        drop = mcnemar(before, after).difference
        yield Score(
            f"{METRIC}-accuracy-drop", drop.value, drop.n, "accuracy", held, drop.low, drop.high,
            interval="Bonett-Price", slice={"change": kind}, direction="lower",
        )  # fmt: skip


def _right(trials: Sequence[Trial]) -> tuple[list[float], list[float]]:
    """Whether each is right without the change, and with it."""
    before = [float(is_known(one.plain, one.question.known)) for one in trials]
    return before, [float(is_known(one.answer, one.question.known)) for one in trials]


def _likelihood(
    subject: Subject, trials: Sequence[Trial], frame: Frame, method: str
) -> tuple[dict[str, float], list[Measurement]]:
    """How much less likely, a token, the answer to the plain question is after the changed one; by kind and in all."""
    name = f"{METRIC}-likelihood-drop"
    pairs = [(frame.around(text), f" {one.plain}") for one in trials for text in (one.question.text, one.text)]
    try:
        logs = ending_logs(subject, [a for a, _ in pairs], [b for _, b in pairs], METRIC) if pairs else []
    except IncompleteError as error:
        return {}, [NotMeasured(name, str(error))]
    means = [None if x is None else float(np.mean(x)) for x in logs]
    rows = zip(trials, zip(means[::2], means[1::2], strict=True), strict=True)
    read = [(one, a - b) for one, (a, b) in rows if a is not None and b is not None]
    if not read:
        reason = f"none of {len(trials)} answers has a clean reading after its prompts"
        return {}, [NotMeasured(name, reason)]
    held = f"{method}, mean log-probability of the plain answer, those with a clean reading"
    scores: list[Measurement] = []
    for kind in ("", *_kinds([one for one, _ in read])):
        part = [(one, drop) for one, drop in read if not kind or one.kind == kind]
        found = mean_interval([drop for _, drop in part], [one.question.text for one, _ in part])
        place = {"change": kind} if kind else {}
        scores.append(
            Score(name, found.value, found.n, "nats a token", held, slice=place, direction="lower", **found.bounds())
        )
    by_kind = {one.slice["change"]: one.value for one in scores if isinstance(one, Score) and one.slice}
    return by_kind, scores


def _items(trials: Sequence[Trial], scores: Sequence[Measurement]) -> Iterator[ItemValues]:
    score = scores[0]
    assert isinstance(score, Score)
    ids = [f"{one.question.id} {one.kind}" for one in trials]
    yield ItemValues.of_means(METRIC, score.method, {}, ids, [float(one.same) for one in trials])


def _exhibits(
    trials: Sequence[Trial], blank: int, losses: Mapping[str, float], scores: Sequence[Measurement]
) -> Iterator[Exhibit]:
    sliced = [one for one in scores if isinstance(one, Score) and one.metric == METRIC and one.slice]
    shares = {one.slice["change"]: one for one in sliced}
    known = {kind: _right(own) for kind, own in _kinds([one for one in trials if one.question.known]).items()}
    p = dict(zip(known, benjamini_hochberg([mcnemar(*known[kind]).p for kind in known]).tolist(), strict=True))
    rows: list[tuple[Cell, ...]] = []
    for kind, one in shares.items():
        drop = float(np.mean(known[kind][0]) - np.mean(known[kind][1])) if kind in known else None
        rows.append((kind, one.n, one.value, one.low, one.high, drop, p.get(kind), losses.get(kind)))
    columns = ("Change", "Questions", "Same answer", "Low", "High", "Accuracy lost", "Adjusted p", "Nats a token lost")
    note = "p of no loss of accuracy by McNemar's test, Benjamini-Hochberg over the changes. "
    note += f"{blank} questions without an answer are left out of the shares."
    yield Table(METRIC, "What each change of a question does", columns, tuple(rows), note)
    y, low, high = (tuple(float(getattr(one, part) or 0) for one in sliced) for part in ("value", "low", "high"))
    series = (Series("same answer", tuple(shares), y, low, high),)
    yield Chart(f"{METRIC}-chart", "The same answer, by change", "interval", "change", "share of questions", series)
    changed = [one for one in trials if says(one.plain) and not one.same][:LISTED]
    table = tuple(
        (one.kind, *(excerpt(text or "(nothing)", width=120)[0] for text in (one.text, one.plain, one.answer)))
        for one in changed
    )
    names = ("Change", "Asked", "Answer to the plain question", "Answer")
    yield Table(f"{METRIC}-answers", "Answers that changed", names, table)
