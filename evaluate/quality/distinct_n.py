"""Share of different n-grams in free samples, beside the same number of tokens of the corpus."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torchmetrics import Metric

from ...core import Chart, Example, Finding, NotMeasured, Score, Series, UsageError
from ...curate import example
from ..base import METRICS, Outcome, Subject
from ..statistics import Estimate
from .text_sides import (
    CORPUS,
    GROUPS,
    SAMPLES,
    TOKENIZER,
    Ints,
    Side,
    Sides,
    budget_of,
    first_tokens,
    grouped,
    log_ratio,
    ngram_codes,
    read_sides,
    words_in,
)  # fmt: skip

METRIC = "distinct-n"
LEAST_TOKENS = 500
LESS_DIVERSE = 0.8
EXAMPLES = 5
INTERVAL = f"jackknife over {GROUPS} groups of texts"


def distinct_n(texts: Sequence[Ints], n: int) -> float:
    """Different n-grams over all n-grams of the texts (token numbers); none crosses the end of a text. Range (0, 1].

    >>> distinct_n([np.array([1, 2, 1, 2])], 2)
    0.6666666666666666
    """
    if n < 1:
        raise UsageError(f"n {n}: must be 1 or more")
    codes = np.concatenate([np.zeros(0, np.int64), *ngram_codes(texts, n)])
    if not len(codes):
        raise UsageError(f"no text has {n} tokens")
    return len(np.unique(codes)) / len(codes)


@METRICS.register(
    METRIC,
    source="Li et al. 2016 (arXiv 1510.03055), here over the number of n-grams",
    unit="share of n-grams",
    range="(0, 1]",
    needs="sample",
    protocol="different n-grams / all n-grams in the first so many tokens of the samples; tokenizer and number of "
    "tokens "
    "in the string",
    pitfalls="Falls with the number of tokens, so that only values at one number compare. Noise is diverse too: "
    "read it "
    "beside the corpus's own value and the perplexity.",
)
def measure_distinct_n(subject: Subject, tokens: int = 10_000, longest: int = 4) -> Outcome:
    """Share of different n-grams (n = 1 to ``longest``) in free samples, and in as many tokens of the corpus.

    Both sides are read up to ``tokens`` tokens, or the largest of 1, 2, 5, 10, ... below it that both have; 500 are
    needed. Finding HW-Q020 where the samples have less than 0.8 times the different n-grams of the corpus, by the whole
    interval.
    """
    if not 1 <= longest <= 10:
        raise UsageError(f"longest {longest}: must be from 1 to 10")
    sides = read_sides(subject)
    budget = budget_of(sides, tokens)
    if budget < LEAST_TOKENS:
        have = min(side.tokens for side in sides.both())
        return Outcome((NotMeasured(METRIC, f"{LEAST_TOKENS} tokens a side are needed; {have} are read"),))
    found = {
        (side.name, n): grouped(lambda texts, n=n: distinct_n(texts, n), first_tokens(side.words, budget))  # type: ignore[misc]
        for n in range(1, longest + 1)
        for side in sides.both()
        if max(map(len, first_tokens(side.words, budget))) >= n
    }
    scores = tuple(_score(side, n, value, budget) for (side, n), value in found.items())
    return Outcome(scores, tuple(_findings(sides, found, scores, longest)), (_chart(found),))


def _score(side: str, n: int, value: Estimate, budget: int) -> Score:
    method = f"{METRIC}/1 n = {n}, first {budget} tokens, tokenizer {TOKENIZER}"
    bounds = {"interval": INTERVAL, **value.bounds(0.0, 1.0)}
    place = {"n": str(n), "text": side}
    return Score(METRIC, value.value, value.n, "share of n-grams", method, direction="none", slice=place, **bounds)


def _findings(
    sides: Sides, found: dict[tuple[str, int], Estimate], scores: tuple[Score, ...], longest: int
) -> Iterator[Finding]:
    n = min(2, longest)
    if (SAMPLES, n) not in found or (CORPUS, n) not in found:
        return
    ratio = log_ratio(found[SAMPLES, n], found[CORPUS, n])
    if ratio.high is None or ratio.high >= LESS_DIVERSE:
        return
    examples = tuple(overused(sides, max(n, min(3, longest))))
    yield Finding(
        "HW-Q020",
        "medium" if ratio.value < 0.5 else "low",
        f"The samples have {ratio.value:.2f} times as many different {n}-grams as the corpus",
        f"In as many words, {found[SAMPLES, n].value:.1%} of the {n}-grams of free samples are different, and "
        f"{found[CORPUS, n].value:.1%} of those of the corpus ({ratio.low:.2f} to {ratio.high:.2f} times as many). The "
        "model says the same things more often than its corpus does. Shown are samples with the n-grams that they use "
        "more often than the corpus, and the documents that hold them.",
        "Sample at a higher temperature or without top-k to see whether sampling does it. If not, the model is "
        "undertrained or has collapsed: look at the training loss, and for repeated documents in the corpus.",
        scores,
        examples,
        tuple(dict.fromkeys(name for shown in examples for name in shown.document_ids)),
    )


def overused(sides: Sides, n: int) -> Iterator[Example]:
    """Samples that hold the n-grams whose number most exceeds that in the corpus, with documents that hold them too."""
    codes = ngram_codes([*sides.samples.words, *sides.corpus.words], n)
    own, other = codes[: len(sides.samples)], codes[len(sides.samples) :]
    size = max((int(each.max()) for each in codes if len(each)), default=0) + 1
    excess = _texts_with(own, size) - _texts_with(other, size)
    ranked = [int(code) for code in np.argsort(-excess, kind="stable")[:EXAMPLES] if excess[code] > 0]
    shown: set[int] = set()
    for code in ranked:
        row = next((k for k, each in enumerate(own) if code in each and k not in shown), None)
        if row is None:
            continue
        shown.add(row)
        words = sides.samples.words[row]
        place = int(np.flatnonzero(own[row] == code)[0])
        phrase = sides.spell(words[place : place + n].tolist())
        holders = [sides.corpus.ids[k] for k, each in enumerate(other) if code in each][:EXAMPLES]
        note = f"“{phrase}” in {int(_count(own, code))} samples and {int(_count(other, code))} stretches of the corpus"
        span = _span(sides.samples, row, place, n)
        yield example(sides.samples.ids[row], sides.samples.texts[row], [span], note, holders)


def _texts_with(codes: Sequence[Ints], size: int) -> np.ndarray:
    total = np.zeros(size)
    for each in codes:
        total[np.unique(each)] += 1
    return total


def _count(codes: Sequence[Ints], code: int) -> int:
    return sum(code in each for each in codes)


def _span(side: Side, row: int, place: int, n: int) -> tuple[int, int]:
    return word_span(side.texts[row], place, place + n)


def word_span(text: str, first: int, last: int) -> tuple[int, int]:
    """The characters of the words ``first`` to ``last`` - 1 of a text."""
    end, spans = 0, []
    for word in words_in(text)[:last]:
        start = text.index(word, end)
        end = start + len(word)
        spans.append((start, end))
    return spans[first][0], spans[-1][1]


def _chart(found: dict[tuple[str, int], Estimate]) -> Chart:
    series = []
    for name in (SAMPLES, CORPUS):
        own = {n: value for (side, n), value in found.items() if side == name}
        low = tuple(one.value if one.low is None else one.low for one in own.values())
        high = tuple(one.value if one.high is None else one.high for one in own.values())
        series.append(
            Series(name, tuple(f"{n}-grams" for n in own), tuple(one.value for one in own.values()), low, high)
        )
    title = "Different n-grams in as many tokens of samples and corpus"
    return Chart(METRIC, title, "interval", "n-grams", "share that is different", tuple(series))


class DistinctMetric(Metric):
    """Streaming distinct-n for training loops: the different n-grams as hashes, and how many n-grams there were.

    Equals :func:`distinct_n` on the same rows. Merged metrics equal one over all rows.

    >>> metric = DistinctMetric(n=2)
    >>> metric.update(torch.tensor([[1, 2, 1, 2]]))
    >>> round(float(metric.compute()), 6)
    0.666667
    """

    is_differentiable = False
    higher_is_better = None
    full_state_update = False
    seen: list[Tensor]
    total: Tensor

    def __init__(self, n: int = 2, ignore_index: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        if n < 1:
            raise UsageError(f"n {n}: must be 1 or more")
        self.n, self.ignore_index = n, ignore_index
        self.add_state("seen", [], dist_reduce_fx="cat")
        self.add_state("total", torch.zeros((), dtype=torch.int64), dist_reduce_fx="sum")

    def update(self, tokens: Tensor) -> None:
        """tokens: (rows, t) ids; n-grams with an ``ignore_index`` in them are left out."""
        windows = tokens.long().unfold(-1, self.n, 1) if tokens.shape[-1] >= self.n else tokens.new_zeros(0, self.n)
        windows = windows.reshape(-1, self.n)
        if self.ignore_index is not None:
            windows = windows[(windows != self.ignore_index).all(1)]
        self.seen.append(torch.unique(_hashes(windows.long())))
        self.total += len(windows)

    def compute(self) -> Tensor:
        """Different n-grams over all n-grams, float64; NaN before any n-gram."""
        seen = self.seen if isinstance(self.seen, list) else [self.seen]
        different = len(torch.unique(torch.cat(seen))) if seen else 0
        return torch.tensor(different, dtype=torch.float64) / self.total


def _hashes(windows: Tensor) -> Tensor:
    """64-bit hashes of rows (multiply and mix as in splitmix64): two n-grams collide with probability 2^-64."""
    state = torch.zeros(len(windows), dtype=torch.int64)
    for column in windows.unbind(1):
        state = (state ^ (column + 1)) * -7046029254386353131
        state = (state ^ ((state >> 29) & 0x7FFFFFFFF)) * -4658895280553007687
        state = state ^ ((state >> 32) & 0xFFFFFFFF)
    return state
