"""Whether repeated answers to one prompt support each other: a model repeats what it knows and varies what it invents.

SelfCheckGPT's n-gram variant (Manakul et al. 2023, arXiv 2303.08896, section 5.3): a small n-gram model of the other
answers scores each sentence of an answer by its mean and its largest -log p. Here the scored answer itself stays out of
the model, and one vocabulary serves all prompts, so that prompts can be compared.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...core import Chart, Exhibit, NotMeasured, Score, Series, Table, generator
from ...curate import excerpt
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..statistics import mean_interval
from .ngram_model import NgramModel, sentences

METRIC = "self-consistency"
Answer = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Surprise:
    """Nats: mean over sentences of the mean (``mean``) and of the largest (``largest``) -ln p of their words."""

    mean: float
    largest: float


def surprise(answer: Answer, others: Sequence[Answer], vocabulary: int) -> Surprise:
    """How surprising an answer is to an n-gram model of ``others``. The answer must have a sentence."""
    model = NgramModel(others, vocabulary)
    words = [model.surprise(sentence) for sentence in answer]
    return Surprise(float(np.mean([x.mean() for x in words])), float(np.mean([x.max() for x in words])))


def prompt_surprises(answers: Mapping[str, Sequence[Answer]], vocabulary: int) -> dict[str, Surprise]:
    """Mean over the answers to each prompt, each against the other answers to the same prompt."""
    return {
        prompt: _mean([surprise(one, [*own[:i], *own[i + 1 :]], vocabulary) for i, one in enumerate(own)])
        for prompt, own in answers.items()
    }


def baseline_surprises(answers: Mapping[str, Sequence[Answer]], vocabulary: int, seed: int) -> dict[str, Surprise]:
    """The same with as many answers to *other* prompts in place of the other answers: no consistency to find.

    Needs two prompts. This is what style and frequent words alone would give.
    """
    results = {}
    for prompt, own in answers.items():
        foreign = [answer for name, other in answers.items() if name != prompt for answer in other]
        rng = generator(seed, "self-consistency", prompt)
        found = []
        for one in own:
            chosen = rng.permutation(len(foreign))[: len(own) - 1]
            found.append(surprise(one, [foreign[i] for i in chosen], vocabulary))
        results[prompt] = _mean(found)
    return results


@METRICS.register(
    METRIC,
    source="SelfCheckGPT n-gram, Manakul et al. 2023 (arXiv 2303.08896)",
    unit="nats per word",
    range="[0, inf), lower is more consistent",
    neutral="0",
    needs="sample",
    protocol=(
        "mean negative log-probability a word under an interpolated bigram model of the other answers to the "
        "prompt, beside that under answers to other prompts"
    ),
    pitfalls=(
        "A model that is wrong in the same way each time is consistent: agreement is no truth. Long or formulaic "
        "answers agree by their form, which is why the gain over other prompts is the score to read."
    ),
)
def measure_self_consistency(subject: Subject, minimum: int = 5) -> Outcome:
    """Surprise of each answer to an n-gram model of the other answers to the same prompt, beside a shuffled baseline.

    Prompts need three answers with a sentence; ``minimum`` prompts are needed. The score to read is the gain: baseline
    minus surprise. Zero gain means that repeated answers share no more than answers to different prompts.
    """
    rows = [row for row in subject.samples_of("repeat") if row["pair"] is not None]
    answers = _answers(rows)
    if len(answers) < max(2, minimum):
        reason = f"{len(answers)} prompts have three repeated answers or more, {max(2, minimum)} are needed"
        return Outcome((NotMeasured(METRIC, reason),))
    vocabulary = 1 + len({word for own in answers.values() for one in own for line in one for word in line})
    own = prompt_surprises(answers, vocabulary)
    base = baseline_surprises(answers, vocabulary, subject.seed)
    scores = [
        _score(f"{METRIC}-{kind}-{part}", [getattr(value, kind) for value in values.values()], part)
        for kind in ("mean", "largest")
        for part, values in (("surprise", own), ("baseline", base))
    ]
    gains = {prompt: base[prompt].mean - own[prompt].mean for prompt in own}
    scores.append(_score(METRIC, list(gains.values()), "gain"))
    last = scores[-1]
    items = ItemValues.of_means(METRIC, last.method, last.slice, tuple(gains), list(gains.values()))
    return Outcome(tuple(scores), exhibits=tuple(_exhibits(own, base, gains, rows)), items=(items,))


def _answers(rows: Sequence[Mapping[str, object]]) -> dict[str, list[list[list[str]]]]:
    """Sentences of the answers by prompt, for prompts with three answers that say something."""
    by_prompt: dict[str, list[list[list[str]]]] = {}
    for row in rows:
        if found := sentences(str(row["output"])):
            by_prompt.setdefault(str(row["pair"]), []).append(found)
    return {prompt: by_prompt[prompt] for prompt in sorted(by_prompt) if len(by_prompt[prompt]) >= 3}


def _mean(found: Sequence[Surprise]) -> Surprise:
    return Surprise(float(np.mean([one.mean for one in found])), float(np.mean([one.largest for one in found])))


def _score(metric: str, values: Sequence[float], part: str) -> Score:
    described = {
        "gain": "baseline minus surprise",
        "surprise": "against the other answers to the prompt",
        "baseline": "against as many answers to other prompts",
    }[part]
    estimate = mean_interval(values)
    return Score(
        metric, estimate.value, estimate.n, "nats per word",
        f"{METRIC}/1 interpolated bigram, {described}, t interval over prompts", **estimate.bounds(),
        direction="higher" if part == "gain" else "lower" if part == "surprise" else "none",
    )  # fmt: skip


def _exhibits(
    own: Mapping[str, Surprise],
    base: Mapping[str, Surprise],
    gains: Mapping[str, float],
    rows: Sequence[Mapping[str, object]],
) -> Iterator[Exhibit]:
    order = sorted(gains, key=lambda prompt: (gains[prompt], prompt))
    first = {str(row["pair"]): row for row in reversed(rows)}
    table = []
    for prompt in order:
        text = str(first[prompt]["prompt"])
        shown, _ = excerpt(text, max(0, len(text) - 1), len(text), 120)
        table.append((prompt, shown, own[prompt].mean, base[prompt].mean, gains[prompt], own[prompt].largest))
    columns = ("Prompt", "It ends with", "Surprise", "Baseline", "Gain", "Largest surprise")
    note = "Nats per word. Least consistent prompts first."
    yield Table(METRIC, "Agreement of repeated answers", columns, tuple(table[:50]), note)
    names = tuple(order[:50])
    series = tuple(
        Series(label, names, tuple(values[prompt].mean for prompt in names))
        for label, values in (("other answers to the prompt", own), ("answers to other prompts", base))
    )
    yield Chart(f"{METRIC}-chart", "Surprise by prompt", "bar", "prompt", "nats per word", series)
