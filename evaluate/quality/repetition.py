"""Repetition within a sample: n-grams that came before, and loops at the end."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torchmetrics import Metric

from ...core import Example, Finding, Score, UsageError, wilson
from ...curate import example
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..statistics import Floats, mean_interval
from .distinct_n import word_span
from .text_groups import MINIMUM, GroupedValue, grouped_outcome, joined
from .text_sides import CORPUS, LONGEST, SAMPLES, TOKENIZER, Ints, Side, Sides, ngram_codes, numbered, read_sides

METRIC = "repetition"
LOOPS = "loops"
TIMES, LEAST = 3, 8
"""A loop is a stretch that stands at least three times, eight tokens in all, at the end of a text."""
EXAMPLES = 10
LONGEST_QUERY = 2_000


def repeated_share(words: Ints, n: int) -> float:
    """Share of the n-grams of one text that stand earlier in it: 1 - different / all. NaN for fewer than n tokens.

    >>> repeated_share(np.array([1, 2, 1, 2, 1]), 2)
    0.5
    """
    if n < 1:
        raise UsageError(f"n {n}: must be 1 or more")
    (codes,) = ngram_codes([words], n)
    return 1 - len(np.unique(codes)) / len(codes) if len(codes) else float("nan")


def loop_at_end(words: Ints) -> tuple[int, int]:
    """(period, tokens) of the longest loop that a text ends in; (0, 0) for none.

    The last ``tokens`` tokens repeat every ``period`` tokens, at least :data:`TIMES` times and :data:`LEAST` tokens.

    >>> loop_at_end(np.array([9, 1, 2, 1, 2, 1, 2, 1, 2]))
    (2, 8)
    """
    best = (0, 0)
    for period in range(1, len(words) // TIMES + 1):
        differs = np.flatnonzero(words[period:] != words[:-period])
        tokens = len(words) if not len(differs) else len(words) - period - int(differs[-1]) - 1 + period
        if tokens >= max(LEAST, TIMES * period) and tokens > best[1]:
            best = (period, tokens)
    return best


@METRICS.register(
    METRIC,
    source="Welleck et al. 2020 (arXiv 1908.04319), seq-rep-n of section 6; loops as in Holtzman et al. 2020 "
    "(arXiv 1904.09751)",
    unit="share of n-grams",
    range="[0, 1]",
    needs="sample",
    protocol="mean over texts of 1 - different n-grams / n-grams of the text; loops: share of texts whose end "
    "repeats a "
    "stretch three times or more, eight tokens in all",
    pitfalls="Rises with the length of a text, so the corpus's stretches are cut to the same lengths. Lists, verse and "
    "code repeat for good reason: read it beside the corpus's value.",
)
def measure_repetition(
    subject: Subject, n: int = 4, groups: Sequence[str] | None = None, minimum: int = MINIMUM
) -> Outcome:
    """Share of repeated n-grams within a free sample, and the share of samples that end in a loop; the corpus beside.

    Continuations of true beginnings (prefix samples) have a value by group of the document that they continue:
    ``groups`` and ``minimum`` as for ``perplexity``. Finding HW-Q021 where samples loop more often than stretches of
    the corpus of the same lengths, by Wilson intervals that do not meet.
    """
    if n < 1:
        raise UsageError(f"n {n}: must be 1 or more")
    sides = read_sides(subject)
    scores = [score for side in sides.both() for score in _scores(side, n)]
    items = _items(sides.samples, n, [score for score in scores if score.slice["text"] == SAMPLES])
    whole = Outcome(tuple(scores), tuple(_findings(subject, sides, scores)), items=tuple(items))
    value = _continuations(subject, n)
    return joined(whole, grouped_outcome(subject, value, groups, minimum)) if value else whole


def _continuations(subject: Subject, n: int) -> GroupedValue | None:
    """The share of each continuation of a document's beginning, one for a document; None where there is none."""
    shares: dict[str, float] = {}
    for row in subject.samples_of("prefix"):
        (words,), _ = numbered([str(row["output"])[:LONGEST]])
        share = repeated_share(words, n)
        if row["document_id"] and np.isfinite(share):
            shares.setdefault(str(row["document_id"]), share)
    if not shares:
        return None
    method = f"{METRIC}/1 n = {n}, mean over continuations of {n} tokens or more, one a document, tokenizer {TOKENIZER}"
    values, unit = np.array(list(shares.values())), "share of n-grams"
    return GroupedValue(METRIC, method, unit, unit, tuple(shares), values, np.ones_like(values),
                        place={"text": "continuations"}, name="Repetition in continuations")  # fmt: skip


def _items(side: Side, n: int, scores: Sequence[Score]) -> Iterator[ItemValues]:
    """The samples behind the scores; the corpus is the yardstick of a model and not compared with that of another."""
    loops = [float(loop_at_end(words)[0] > 0) for words in side.words]
    shares = [repeated_share(words, n) for words in side.words]
    for score in scores:
        values = loops if score.metric == LOOPS else shares
        kept = [k for k, value in enumerate(values) if np.isfinite(value)]
        ids, numbers = [side.ids[k] for k in kept], [values[k] for k in kept]
        yield ItemValues.of_means(score.metric, score.method, score.slice, ids, numbers)


def _scores(side: Side, n: int) -> Iterator[Score]:
    shares = np.array([repeated_share(words, n) for words in side.words])
    shares = shares[np.isfinite(shares)]
    place = {"text": side.name}
    if len(shares):
        mean = mean_interval(shares)
        method = f"{METRIC}/1 n = {n}, mean over texts of {n} tokens or more, tokenizer {TOKENIZER}"
        bounds = {"interval": "t interval over texts", **mean.bounds(0.0, 1.0)}
        yield Score(METRIC, mean.value, mean.n, "share of n-grams", method, direction="lower", slice=place, **bounds)
    loops = [k for k, words in enumerate(side.words) if loop_at_end(words)[0]]
    low, high = wilson(len(loops), len(side))
    method = f"{LOOPS}/1 {TIMES} times, {LEAST} tokens or more at the end, tokenizer {TOKENIZER}"
    yield Score(
        LOOPS, len(loops) / len(side), len(side), "share of texts", method, low, high, interval="Wilson",
        direction="lower", slice=place, example_ids=tuple(side.ids[k] for k in loops[:EXAMPLES]),
    )  # fmt: skip


def _findings(subject: Subject, sides: Sides, scores: Sequence[Score]) -> Iterator[Finding]:
    loops = {score.slice["text"]: score for score in scores if score.metric == LOOPS}
    own, other = loops[SAMPLES], loops[CORPUS]
    if own.low is None or other.high is None or own.low <= other.high:
        return
    found = [(loop_at_end(words), k) for k, words in enumerate(sides.samples.words)]
    ranked = sorted((-tokens, k, period) for (period, tokens), k in found if period)[:EXAMPLES]
    examples = tuple(_example(subject, sides.samples, k, period, -tokens) for tokens, k, period in ranked)
    yield Finding(
        "HW-Q021",
        "high" if own.low > 0.2 else "medium",
        f"{own.value:.0%} of the samples end in a loop",
        f"They repeat a stretch at least {TIMES} times at their end ({own.low:.0%} to {own.high:.0%} of samples); of "
        f"stretches of the corpus of the same lengths {other.value:.1%} do. Shown are the longest loops, with the "
        "documents in which the repeated stretch stands word for word, where there are any.",
        "Sample at a higher temperature, with min_p or a repetition penalty. If loops stay, look for the repeated "
        "stretch "
        "in the corpus: the filter repetition takes such documents out.",
        tuple(scores),
        examples,
        tuple(dict.fromkeys(name for shown in examples for name in shown.document_ids)),
    )


def _example(subject: Subject, side: Side, row: int, period: int, tokens: int) -> Example:
    text, size = side.texts[row], len(side.words[row])
    once = text[slice(*word_span(text, size - period, size))]
    span = word_span(text, size - tokens, size)
    query = once.encode("utf-8", "surrogatepass")[:LONGEST_QUERY]
    documents = [place.document_id for place in subject.index.documents(query, cap=10)] if len(query) > 3 else []
    note = f"a stretch of {period} tokens, {tokens / period:.1f} times"
    return example(side.ids[row], text, [span], note, documents)


class RepetitionMetric(Metric):
    """Streaming share of repeated n-grams: sums over rows that merge across processes; the mean over rows.

    >>> metric = RepetitionMetric(n=1)
    >>> metric.update(torch.tensor([[1, 1, 2, 1], [1, 2, 3, 4]]))
    >>> float(metric.compute())
    0.25
    """

    is_differentiable = False
    higher_is_better = False
    full_state_update = False
    shares: Tensor
    rows: Tensor

    def __init__(self, n: int = 4, ignore_index: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.n, self.ignore_index = n, ignore_index
        self.add_state("shares", torch.zeros((), dtype=torch.float64), dist_reduce_fx="sum")
        self.add_state("rows", torch.zeros((), dtype=torch.int64), dist_reduce_fx="sum")

    def update(self, tokens: Tensor) -> None:
        """tokens: (rows, t) ids, ``ignore_index`` left out; rows of fewer than n tokens do not count."""
        found = np.array([repeated_share(self._kept(row), self.n) for row in tokens.cpu().numpy()], np.float64)
        self.shares += float(np.nansum(found))
        self.rows += int(np.isfinite(found).sum())

    def _kept(self, row: Floats | Ints) -> Ints:
        kept = row if self.ignore_index is None else row[row != self.ignore_index]
        return kept.astype(np.int64)

    def compute(self) -> Tensor:
        """Mean share, float64; NaN before any row."""
        return self.shares / self.rows
