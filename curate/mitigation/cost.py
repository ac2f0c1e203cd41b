"""What mitigation cost: documents, words, diversity, and how the text reads to a model of the corpus before."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...core import Cell, Corpus, Measurement, NotMeasured, Progress, Score, StageReport, Table, derive_seed
from ..fairness.given_weights import given_weights
from .changes import change
from .text_cost import FIXED, TextSide, distinct_in, entropy, perplexity, read_side, reference_model

WHOLE = "the whole corpus was counted"
COLUMNS = ("Cost", "Unit", "Before", "After", "Difference", "Low", "High")


def mitigation_cost(before: Corpus, after: Corpus, seed: int, progress: Progress) -> StageReport:
    """Scores of both corpora (slice ``side``) and a table of them side by side.

    Documents, words, different words in all and among a fixed number of words, entropy of the sources, perplexity of a
    reference model that was trained on half of ``before`` and reads the other half, and the number of documents of
    equal weight where a step gave weights.
    """
    draw_seed = derive_seed(seed, "mitigation-cost")
    sides = [read_side(corpus, draw_seed, progress) for corpus in (before, after)]
    measured = [list(_counts(corpus, side)) for corpus, side in zip((before, after), sides, strict=True)]
    if before.modality != "image":
        for scores, more in zip(measured, _words((before, after), sides), strict=True):
            scores += more
    if before.modality == "text":
        for scores, one in zip(measured, _perplexities(before, after, draw_seed, progress), strict=True):
            scores.append(one)
    table = _table(measured[0], measured[1])
    scores = [_of_side(score, name) for side, name in zip(measured, ("before", "after"), strict=True) for score in side]
    return StageReport("mitigation", "Cost of mitigation", {}, tuple(scores), (), (table,))


def _counts(corpus: Corpus, side: TextSide) -> Iterator[Measurement]:
    yield _whole("documents", side.documents, side.documents, "documents")
    yield _whole("source-entropy", entropy(side.sources), side.documents, "bits")
    weights = given_weights(corpus)
    number = side.documents
    if weights is not None:
        w = weights[np.isfinite(weights) & (weights > 0)]
        number = round(float(w.sum()) ** 2 / float(w @ w)) if len(w) else 0
    yield _whole("effective-documents", number, side.documents, "documents of equal weight (Kish)")


def _words(corpora: tuple[Corpus, Corpus], sides: list[TextSide]) -> Iterator[list[Measurement]]:
    fixed = min(FIXED, *(side.words for side in sides))
    for corpus, side in zip(corpora, sides, strict=True):
        found: list[Measurement] = [
            _whole("words", side.words, side.documents, "words"),
            _whole("distinct-words", side.distinct, side.documents, "different words"),
        ]
        if fixed:
            kinds = distinct_in(corpus, side, fixed)
            found.append(_whole("type-token-ratio", kinds / fixed, fixed, f"different words of {fixed:,} words"))
        else:
            found.append(NotMeasured("type-token-ratio", "one of the corpora holds no word"))
        yield found


def _perplexities(before: Corpus, after: Corpus, seed: int, progress: Progress) -> Iterator[Measurement]:
    name = "reference-perplexity"
    model = reference_model(before, seed, progress)
    for corpus in (before, after):
        found = perplexity(model, corpus) if model else None
        if found is None:
            yield NotMeasured(name, "too few documents to train a reference model on one half and to read the other")
        else:
            value, low, high, n = found
            yield Score(
                name, value, n, "perplexity a word",
                "reference-perplexity/1 Kneser-Ney trigrams of half of the corpus before mitigation, on the other half "
                "(copies go with what they are copies of); delta method over documents", low, high,
            )  # fmt: skip


def _whole(metric: str, value: float, n: int, unit: str) -> Score:
    return Score(metric, float(value), n, unit, f"{metric}/1 counted", interval=WHOLE)


def _table(before: list[Measurement], after: list[Measurement]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for one, two in zip(before, after, strict=True):
        found = change(one, two)
        unit = two.unit if isinstance(two, Score) else ""
        rows.append(
            (two.metric.replace("-", " "), unit, _value(one), _value(two), found.difference, found.low, found.high)
        )
    note = "Counts are of the whole corpus and have no interval."
    if any(score.metric == "reference-perplexity" for score in after):
        note += (
            " Perplexity: how surprising the text is to a small model of the corpus before. Higher: less like the "
            "corpus was; lower: more uniform."
        )
    return Table("mitigation-cost", "What it cost", COLUMNS, tuple(rows), note)


def _of_side(score: Measurement, side: str) -> Measurement:
    return replace(score, slice={"side": side})


def _value(side: Measurement) -> float | None:
    return side.value if isinstance(side, Score) else None
