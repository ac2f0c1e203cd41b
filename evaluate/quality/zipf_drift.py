"""Zipf's exponent and vocabulary growth of free samples against the same number of tokens of the corpus."""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln

from ...core import Chart, Finding, NotMeasured, Score, Series, UsageError
from ..base import METRICS, Outcome, Subject
from ..statistics import Estimate, Floats, difference
from .distinct_n import INTERVAL, LEAST_TOKENS, overused
from .text_sides import CORPUS, SAMPLES, TOKENIZER, Ints, Sides, budget_of, counts_of, first_tokens, grouped, read_sides

METRIC = "zipf-drift"
NOTABLE = 0.1
RANKS = 60


def zipf_exponent(counts: Floats) -> float:
    """Maximum-likelihood s of p(rank) proportional to rank^-s over the ranks of the words that occur (v >= 2 of them).

    Ranks are by observed count, which draws s up for small texts: compare at equal tokens. At the maximum the mean of
    log rank is the one that s gives. Range (-inf, inf); 0 for equal counts.
    """
    ordered = np.sort(counts[counts > 0])[::-1]
    if len(ordered) < 2 or not np.isfinite(counts).all():
        raise UsageError("a Zipf exponent needs two different words or more")
    logs = np.log(np.arange(1, len(ordered) + 1))
    mean = float(ordered @ logs / ordered.sum())

    def excess(s: float) -> float:
        weights = np.exp(-s * logs)
        return float(weights @ logs / weights.sum()) - mean

    low, high = -1.0, 2.0
    while excess(high) > 0 and high < 64:
        high *= 2
    return float(brentq(excess, low, high)) if excess(high) <= 0 else high


def heaps_exponent(counts: Floats) -> float:
    """Growth of the vocabulary at the end of the text: log2 of different words over those expected in a random half.

    The expectation is exact (words drawn without replacement, Hurlbert 1971): no order of texts matters. Range [0, 1].
    """
    held = counts[counts > 0]
    total = int(held.sum())
    half = total // 2
    if half < 1:
        raise UsageError("growth of a vocabulary needs two tokens or more")
    left = total - held
    possible = left >= half
    missed = np.zeros(len(held))
    missed[possible] = np.exp(
        gammaln(left[possible] + 1)
        - gammaln(left[possible] - half + 1)
        - gammaln(total + 1)
        + gammaln(total - half + 1)
    )
    return float(np.log2(len(held) / (len(held) - missed.sum())))


STATISTICS = {"Zipf exponent": zipf_exponent, "Heaps exponent": heaps_exponent}


@METRICS.register(
    METRIC,
    source="Zipf 1949; Heaps 1978; maximum likelihood over ranks; expected vocabulary of Hurlbert 1971",
    unit="exponent",
    range="(-inf, inf)",
    needs="sample",
    protocol="Zipf exponent by maximum likelihood over observed ranks and local Heaps exponent log2 V(N) / E "
    "V(N/2), of the "
    "same number of tokens of samples and corpus, and samples minus corpus",
    pitfalls="Both exponents depend on the number of tokens; only values at one number compare. Ranks come from the "
    "same "
    "counts, which draws the Zipf exponent up on both sides alike.",
)
def measure_zipf_drift(subject: Subject, tokens: int = 10_000) -> Outcome:
    """Zipf's exponent of the words of free samples minus that of as many tokens of the corpus; growth of vocabulary.

    Both sides are read up to ``tokens`` tokens, or the largest of 1, 2, 5, 10, ... below it that both have; 500 are
    needed. Finding HW-Q024 where the exponents differ by more than 0.1 with the whole interval.
    """
    sides = read_sides(subject)
    budget = budget_of(sides, tokens)
    if budget < LEAST_TOKENS:
        have = min(side.tokens for side in sides.both())
        return Outcome((NotMeasured(METRIC, f"{LEAST_TOKENS} tokens a side are needed; {have} are read"),))
    cut = {side.name: first_tokens(side.words, budget) for side in sides.both()}
    if min(len(np.unique(np.concatenate(texts))) for texts in cut.values()) < 10:
        return Outcome((NotMeasured(METRIC, "a side has fewer than ten different words: there is no curve to fit"),))
    scores, drifts = [], {}
    for name, statistic in STATISTICS.items():
        values = {side: grouped(lambda texts, f=statistic: f(counts_of(texts)), texts) for side, texts in cut.items()}  # type: ignore[misc]
        drifts[name] = difference(values[SAMPLES], values[CORPUS])
        method = f"{METRIC}/1 {name}, first {budget} tokens, tokenizer {TOKENIZER}"
        scores += [_score(name, side, value, method) for side, value in values.items()]
        scores.append(_score(name, "samples minus corpus", drifts[name], method))
    return Outcome(tuple(scores), tuple(_findings(sides, drifts, scores)), (_chart(cut),))


def _score(statistic: str, text: str, value: Estimate, method: str) -> Score:
    place = {"statistic": statistic, "text": text}
    return Score(
        METRIC, value.value, value.n, "exponent", method, slice=place, **{"interval": INTERVAL, **value.bounds()}
    )


def _findings(sides: Sides, drifts: dict[str, Estimate], scores: Sequence[Score]) -> Iterator[Finding]:
    drift = drifts["Zipf exponent"]
    if drift.low is None or drift.high is None or (drift.low <= NOTABLE and drift.high >= -NOTABLE):
        return
    steeper = drift.value > 0
    examples = tuple(overused(sides, 1)) if steeper else ()
    yield Finding(
        "HW-Q024",
        "low",
        f"The samples lean on {'fewer' if steeper else 'more'} words than the corpus",
        f"The frequency of words falls with rank by an exponent that is {abs(drift.value):.2f} "
        f"{'larger' if steeper else 'smaller'} than in as many tokens of the corpus ({drift.low:.2f} to "
        f"{drift.high:.2f}). "
        + ("Frequent words are too frequent, rare ones too rare." if steeper else "The samples are closer to noise."),
        "Sample without top-k and at temperature 1 before you judge the model: cuts take the rare words away. "
        "If it stays, train longer or with a larger vocabulary.",
        tuple(scores),
        examples,
        tuple(dict.fromkeys(name for shown in examples for name in shown.document_ids)),
    )


def _chart(cut: dict[str, list[Ints]]) -> Chart:
    series = []
    for name, texts in cut.items():
        ordered = np.sort(counts_of(texts))[::-1]
        ordered = ordered[ordered > 0] / ordered.sum()
        ranks = np.unique(np.round(np.geomspace(1, len(ordered), RANKS)).astype(np.int64))
        x, y = np.log10(ranks), np.log10(ordered[ranks - 1])
        series.append(Series(name, tuple(x.tolist()), tuple(y.tolist())))
    note = (
        "Words by rank of frequency, in powers of ten. A straight line is Zipf's law; the same number of tokens each."
    )
    title = "Frequency of words in samples and corpus"
    return Chart(METRIC, title, "line", "log10 of rank", "log10 of share of tokens", tuple(series), note)
