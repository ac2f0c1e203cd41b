"""How far the lengths of free samples lie from those of the documents."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ...core import Chart, Example, Finding, IncompleteError, Score, Series, UsageError, generator
from ...curate import excerpt
from ...models import ExternalModel
from ..base import METRICS, Outcome, Subject
from ..statistics import Estimate, Floats, jackknife
from .text_sides import FEWEST, GROUPS, LONGEST, MOST, words_in

METRIC = "length-drift"
SHUFFLES = 999
NOTABLE = 0.2
"""A Kolmogorov-Smirnov distance of a fifth: a fifth of the texts are on the wrong side of some length."""
BINS, EXAMPLES = 12, 5


def wasserstein(first: Floats, second: Floats) -> float:
    """Wasserstein-1 distance of two samples of numbers (n,) and (m,): the area between their distribution functions.

    >>> wasserstein(np.array([0.0, 1.0]), np.array([2.0, 3.0]))
    2.0
    """
    edges, a, b = _functions(first, second)
    return float((np.abs(a - b)[:-1] * np.diff(edges)).sum())


def kolmogorov_smirnov(first: Floats, second: Floats) -> float:
    """Largest difference of the two distribution functions. Range [0, 1].

    >>> kolmogorov_smirnov(np.array([0.0, 1.0]), np.array([1.0, 2.0]))
    0.5
    """
    _, a, b = _functions(first, second)
    return float(np.abs(a - b).max())


def permutation_p(first: Floats, second: Floats, seed: int, shuffles: int = SHUFFLES) -> float:
    """Share of random splits of both samples together whose Wasserstein-1 distance is as large, counting this one."""
    rng, both = generator(seed, METRIC), np.concatenate([first, second])
    own = wasserstein(first, second) * (1 - 1e-12)
    larger = 0
    for _ in range(shuffles):
        mixed = rng.permutation(both)
        larger += wasserstein(mixed[: len(first)], mixed[len(first) :]) >= own
    return (1 + larger) / (1 + shuffles)


def _functions(first: Floats, second: Floats) -> tuple[Floats, Floats, Floats]:
    x, y = (np.sort(np.asarray(values, np.float64)) for values in (first, second))
    if not len(x) or not len(y) or not np.isfinite(x).all() or not np.isfinite(y).all():
        raise UsageError("distributions need at least one value a side, and all of them finite")
    edges = np.unique(np.concatenate([x, y]))
    return edges, np.searchsorted(x, edges, "right") / len(x), np.searchsorted(y, edges, "right") / len(y)


@METRICS.register(
    METRIC,
    source="Kantorovich 1942; Kolmogorov 1933, Smirnov 1948; permutation p of Phipson & Smyth 2010",
    unit="tokens",
    range="[0, inf)",
    needs="sample",
    protocol="Wasserstein-1 (tokens) and Kolmogorov-Smirnov (share) between lengths of free samples and of drawn "
    "documents, "
    "both cut at the most tokens that a sample may have; permutation p",
    pitfalls="Samples are cut at sample.free_tokens: where most documents are longer, only how often samples end "
    "too early "
    "shows. A stop string makes samples short by itself.",
)
def measure_length_drift(subject: Subject, documents: int = 1000) -> Outcome:
    """Wasserstein-1 and Kolmogorov-Smirnov distance between the lengths of free samples and of documents, with p.

    Lengths are counted in the model's tokens and cut at the most tokens that the samples were allowed; of samples made
    elsewhere in words. At most ``documents`` of the corpus, drawn by the seed. Finding HW-Q023 from a
    Kolmogorov-Smirnov distance of 0.2 on where p is at most 0.01.
    """
    rows, texts, unit, cap = _read(subject, documents)
    own, other = (np.array(values, np.float64) for values in (rows, texts))
    p = permutation_p(own, other, subject.seed)
    method = f"{METRIC}/1 lengths in {unit}{f' cut at {cap}' if cap else ''}, {SHUFFLES} permutations"
    shift = _interval(wasserstein, own, other)
    gap = _interval(kolmogorov_smirnov, own, other)
    scores = (
        _score(shift, unit.split(" ")[0], f"{method}, Wasserstein-1", "Wasserstein-1", p),
        _score(gap, "share of texts", f"{method}, Kolmogorov-Smirnov", "Kolmogorov-Smirnov", p),
    )
    findings = tuple(_findings(subject, own, other, shift.value, gap.value, p, scores, unit))
    return Outcome(scores, findings, (_chart(own, other, unit, cap),))


def _read(subject: Subject, documents: int) -> tuple[list[int], list[int], str, int | None]:
    """Lengths of the samples and of drawn documents, the unit, and where both are cut."""
    rows = subject.samples_of("free")
    if len(rows) < FEWEST:
        raise IncompleteError(f"{FEWEST} free samples are needed; there are: {len(rows):,}")
    caps = {json.loads(str(row["parameters"] or "{}")).get("max_new_tokens") for row in rows}
    cap = caps.pop() if len(caps) == 1 else None
    model = subject.checkpoint
    if cap is not None and (model is None or isinstance(model, ExternalModel)):
        raise IncompleteError(
            f"samples were cut at {cap} tokens of a tokenizer that is not shown: lengths do not compare"
        )
    ids = subject.once("corpus ids", subject.corpus.ids)
    drawn = sorted(generator(subject.seed, METRIC, "documents").permutation(len(ids))[: min(documents, MOST)])
    found = subject.corpus.documents([ids[place] for place in drawn])
    if len(found) < FEWEST:
        raise IncompleteError(f"{FEWEST} documents are needed; there are: {len(found):,}")

    def size(text: str) -> int:
        count = len(words_in(text)) if cap is None or model is None else len(model.encode(text))
        return count if cap is None else min(count, int(cap))

    unit = "words" if cap is None else "tokens of the model"
    own = [_drawn_tokens(row) if cap is not None else size(str(row["output"])[:LONGEST]) for row in rows[:MOST]]
    return own, [size(row["text"][:LONGEST]) for row in found.values()], unit, cap


def _drawn_tokens(row: Mapping[str, object]) -> int:
    """Tokens that the model drew: encoded again, its text may have fewer and would look as if it had ended early."""
    drawn = json.loads(str(row["parameters"])).get("new_tokens")
    if not isinstance(drawn, int):
        raise IncompleteError("the samples do not say how many tokens were drawn; draw them again")
    return drawn


def _interval(distance: Any, first: Floats, second: Floats) -> Estimate:
    groups = min(GROUPS, len(first), len(second))
    kept = [(np.arange(len(first)) % groups != g, np.arange(len(second)) % groups != g) for g in range(groups)]
    return jackknife(distance(first, second), [distance(first[a], second[b]) for a, b in kept])


def _score(value: Estimate, unit: str, method: str, statistic: str, p: float) -> Score:
    bounds = value.bounds() | {"interval": f"jackknife over {GROUPS} groups of texts; permutation p = {p:.3f}"}
    if value.low is not None:
        bounds["low"] = max(0.0, value.low)
    return Score(
        METRIC, value.value, value.n, unit, method, direction="lower", slice={"statistic": statistic}, **bounds
    )


def _findings(
    subject: Subject, own: Floats, other: Floats, shift: float, gap: float, p: float, scores: Sequence[Score], unit: str
) -> Iterator[Finding]:
    if p > 0.01 or gap < NOTABLE:
        return
    shorter = bool(own.mean() < other.mean())
    rows = subject.samples_of("free")[:MOST]
    order = np.argsort(own if shorter else -own, kind="stable")[:EXAMPLES]
    yield Finding(
        "HW-Q023",
        "low",
        f"Samples are {'shorter' if shorter else 'longer'} than the documents",
        f"Samples have {own.mean():.0f} {unit} on average and documents {other.mean():.0f}, both cut at what a "
        f"sample may "
        f"have. The distributions are {shift:.1f} {unit.split(' ')[0]} apart; at one length the shares that are "
        f"shorter "
        f"differ by {gap:.0%} (permutation p = {p:.3f}).",
        "Where samples end early, look at short documents in the corpus (filter length) and at stop strings; where "
        "they "
        "never end, at documents that were cut before their end.",
        tuple(scores),
        tuple(_example(rows[k], own[k], unit) for k in order),
    )


def _example(row: Mapping[str, object], size: float, unit: str) -> Example:
    return Example(str(row["id"]), excerpt(str(row["output"]))[0], f"{size:.0f} {unit}")


def _chart(own: Floats, other: Floats, unit: str, cap: int | None) -> Chart:
    top = max(own.max(), other.max(), 1.0)
    edges = np.unique(np.round(np.linspace(0, top, min(BINS, int(top)) + 1)))
    edges[-1] += 1
    names = [f"{low:.0f}–{high - 1:.0f}" for low, high in zip(edges, edges[1:], strict=False)]
    series = [
        Series(name, tuple(names), tuple((np.histogram(values, edges)[0] / len(values)).tolist()))
        for name, values in (("samples", own), ("documents", other))
    ]
    note = f"Both are cut at {cap} tokens, the most that a sample may have." if cap else ""
    return Chart(METRIC, "Lengths of samples and documents", "bar", unit, "share of texts", tuple(series), note)
