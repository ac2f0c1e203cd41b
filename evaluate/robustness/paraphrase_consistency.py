"""Whether the same question in other words gets the same answer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from ...core import Cell, Chart, Exhibit, InputError, Measurement, NotMeasured, Score, Series, Table, UsageError
from ...curate import excerpt
from ..base import METRICS, Outcome, Subject
from ..benchmark_sets import Data
from ..entailment import Entailment, Spec, build_entailment
from ..hallucination.meaning_clusters import entailment_matrices
from ..items import ItemValues
from ..statistics import Floats, clopper_pearson, clustered_rate
from .asking import PROMPT, TOKENS, Asked, Frame, greedy_answers, questions, same_answer, says
from .wordings import FORMATS, worded

METRIC = "paraphrase-consistency"
LISTED, MOST_WORDINGS = 50, 20
ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class Group:
    """One question in several wordings, each with its name and its answer."""

    name: str
    wordings: tuple[tuple[str, Asked], ...]

    @property
    def answers(self) -> list[str]:
        """In the order of the wordings."""
        return [one.answer or "" for _, one in self.wordings]


def agreeing_pairs(answers: Sequence[str], entails: Floats | None = None, threshold: float = 0.5) -> int:
    """How many pairs of answers agree: equal but for case and marks, or entailing each other.

    >>> agreeing_pairs(["Paris", "paris.", "Rome"])
    1
    """
    return sum(_agree(answers, i, j, entails, threshold) for i, j in combinations(range(len(answers)), 2))


def _agree(answers: Sequence[str], i: int, j: int, entails: Floats | None, threshold: float) -> bool:
    if same_answer(answers[i], answers[j]):
        return True
    if entails is None or not (says(answers[i]) and says(answers[j])):
        return False
    return bool(min(entails[i, j], entails[j, i]) > threshold)


@METRICS.register(
    METRIC,
    source="agreement under paraphrase: Elazar et al. 2021 (arXiv 2102.01017), section 2",
    unit="share of pairs of wordings",
    range="[0, 1], higher is more consistent",
    needs="sample|file",
    protocol=(
        "greedy first lines of answers to the wordings of a question; share of pairs that are equal but for case and "
        "marks, or entail each other; clustered by question; beside pairs of different questions"
    ),
    pitfalls=(
        "Consistent is not true, and a model that answers everything alike is consistent: read the share beside that "
        "of different questions. Templates change the form and not the words; paraphrases of your own ask for more."
    ),
)
def measure_paraphrase_consistency(
    subject: Subject,
    questions_file: str | None = None,
    data: Data = None,
    entailment: Spec = "words",
    threshold: float = 0.5,
    questions_drawn: int = 100,
    prompt: str = PROMPT,
    tokens: int = TOKENS,
    stop: Sequence[str] = (),
    minimum: int = 5,
) -> Outcome:
    """Share of pairs of wordings of one question whose answers agree, by equality and by entailment.

    ``questions_file`` (.jsonl or .csv) has ``question``, and ``group`` for those that ask the same; ``answer`` where
    they are answered already, else the model is asked. Without groups the built-in wordings are asked. Without a file
    the questions are TruthfulQA's, below ``sets`` or in ``data``.
    """
    frame = Frame(prompt, tokens, tuple(stop))
    frame.check(METRIC)
    if not 0 <= threshold < 1:
        raise UsageError(f"{METRIC}: threshold is from 0 to below 1, not {threshold}")
    model = build_entailment(entailment, f"{METRIC}.entailment")
    asked, label = questions(subject, questions_file, questions_drawn, METRIC, data)
    groups = _groups(asked, subject.seed)
    if len(groups) < max(2, minimum):
        reason = f"{len(groups)} questions have two wordings or more, {max(2, minimum)} are needed"
        return Outcome((NotMeasured(METRIC, reason),))
    finished = any(one.answer is not None for one in asked)
    how = "given answers" if finished else frame.protocol
    answered = groups if finished else _answered(subject, groups, frame)
    said = [group for group in answered if any(says(answer) for answer in group.answers)]
    if len(said) < max(2, minimum):
        reason = f"{len(said)} of {len(groups)} questions have an answer with a word, {max(2, minimum)} are needed"
        return Outcome((NotMeasured(METRIC, reason),))
    method = f"{METRIC}/1 {label}, {how}, questions without any answer left out"
    return _outcome(said, len(groups) - len(said), model, threshold, method)


def _groups(asked: Sequence[Asked], seed: int) -> list[Group]:
    """The wordings of each question: those of the file, else the built-in ones."""
    by_group: dict[str, list[Asked]] = {}
    for one in asked:
        by_group.setdefault(one.group, []).append(one)
    if all(len(own) == 1 for own in by_group.values()) and all(one.answer is None for one in asked):
        found = []
        for one in asked:
            other = {name: replace(one, text=text) for name, text in worded(one.text, FORMATS, seed).items()}
            found.append(Group(one.group, ((ORIGINAL, one), *other.items())))
        return found
    groups = [Group(name, tuple((f"{i + 1}", one) for i, one in enumerate(own))) for name, own in by_group.items()]
    if any(len(one.wordings) > MOST_WORDINGS for one in groups):
        raise InputError(f"{METRIC}: more than {MOST_WORDINGS} wordings of one question; give fewer")
    return [one for one in groups if len(one.wordings) > 1]


def _answered(subject: Subject, groups: Sequence[Group], frame: Frame) -> list[Group]:
    texts = [one.text for group in groups for _, one in group.wordings]
    given = iter(greedy_answers(subject, texts, frame, METRIC))
    return [
        replace(group, wordings=tuple((name, replace(one, answer=next(given))) for name, one in group.wordings))
        for group in groups
    ]


def _outcome(groups: Sequence[Group], silent: int, model: Entailment, threshold: float, method: str) -> Outcome:
    entails = entailment_matrices(model, [group.answers for group in groups])
    pairs = [len(group.wordings) * (len(group.wordings) - 1) // 2 for group in groups]
    exact = [agreeing_pairs(group.answers) for group in groups]
    meaning = [agreeing_pairs(group.answers, own, threshold) for group, own in zip(groups, entails, strict=True)]
    equal = f"{method}, equal but for case and marks"
    entailing = f"{method}, {model.protocol} above {threshold:g} in both directions"
    scores: list[Measurement] = [
        _rate(METRIC, exact, pairs, equal),
        _rate(f"{METRIC}-meaning", meaning, pairs, entailing),
        _chance(groups, method),
        *_by_wording(groups, method),
    ]
    names = tuple(group.name for group in groups)
    items = tuple(
        ItemValues(score.metric, score.method, {}, names, np.array(events, np.float64), np.array(pairs, np.float64))
        for score, events in zip(scores[:2], (exact, meaning), strict=True) if isinstance(score, Score)
    )  # fmt: skip
    equal_share, same_share = ([x / n for x, n in zip(part, pairs, strict=True)] for part in (exact, meaning))
    return Outcome(
        tuple(scores), exhibits=tuple(_exhibits(groups, equal_share, same_share, scores, silent)), items=items
    )


def _rate(name: str, events: Sequence[int], pairs: Sequence[int], method: str) -> Score:
    found = clustered_rate(events, pairs)
    return Score(
        name, found.value, found.n, "share of pairs", method, found.low, found.high, direction="higher",
        interval="Clopper-Pearson at the effective number of questions",
    )  # fmt: skip


def _chance(groups: Sequence[Group], method: str) -> Score:
    """How often an answer to one question equals one to the next."""
    following = [*groups[1:], groups[0]]
    events = sum(same_answer(a.answers[0], b.answers[-1]) for a, b in zip(groups, following, strict=True))
    low, high = clopper_pearson(events, len(groups))
    return Score(
        f"{METRIC}-chance", events / len(groups), len(groups), "share of questions",
        f"{method}, answers to different questions, equal but for case and marks", low, high,
        interval="Clopper-Pearson",
    )  # fmt: skip


def _by_wording(groups: Sequence[Group], method: str) -> Iterator[Score]:
    """Of the built-in wordings: how often each gets the answer of the original."""
    names = list(dict.fromkeys(name for group in groups for name, _ in group.wordings))
    if ORIGINAL not in names:
        return
    for name in names[1:]:
        pairs = [(group.answers[0], one.answer or "") for group in groups for own, one in group.wordings if own == name]
        events = sum(same_answer(a, b) for a, b in pairs)
        low, high = clopper_pearson(events, len(pairs))
        yield Score(
            METRIC, events / len(pairs), len(pairs), "share of questions", f"{method}, the same as the original's", low,
            high, interval="Clopper-Pearson", slice={"wording": name}, direction="higher",
        )  # fmt: skip


def _exhibits(
    groups: Sequence[Group],
    exact: Sequence[float],
    meaning: Sequence[float],
    scores: Sequence[Measurement],
    silent: int,
) -> Iterator[Exhibit]:
    order = sorted(range(len(groups)), key=lambda place: (meaning[place], exact[place], groups[place].name))
    rows: list[tuple[Cell, ...]] = []
    for place in order[:LISTED]:
        own = groups[place]
        said = " | ".join(f"{name}: {excerpt(one.answer or '(nothing)', width=80)[0]}" for name, one in own.wordings)
        rows.append((excerpt(own.wordings[0][1].text, width=160)[0], said, exact[place], meaning[place]))
    blank = sum(not says(answer) for group in groups for answer in group.answers)
    columns = ("Question", "Answers by wording", "Pairs equal", "Pairs of one meaning")
    note = f"Least consistent first; {blank} answers hold no word and agree with nothing. "
    note += f"{silent} questions without any answer are left out."
    yield Table(METRIC, "Answers to the same question in other words", columns, tuple(rows), note)
    sliced = [one for one in scores if isinstance(one, Score) and one.slice]
    if sliced:
        x = tuple(one.slice["wording"] for one in sliced)
        y, low, high = (tuple(float(getattr(one, part) or 0) for one in sliced) for part in ("value", "low", "high"))
        series = (Series("the same answer as the original", x, y, low, high),)
        title = "The same answer, by wording"
        yield Chart(f"{METRIC}-chart", title, "interval", "wording", "share of questions", series)
