"""Whether samples are more alike than texts of the corpus are: pairwise similarity and the Vendi score on n-grams."""

from collections.abc import Iterator, Sequence

import numpy as np
from scipy import sparse

from ...core import Chart, Example, Finding, NotMeasured, Score, Series, UsageError
from ...curate import excerpt
from ..base import METRICS, Outcome, Subject
from ..statistics import Estimate, Floats, difference, jackknife
from .encoders import Encoder, encode_texts
from .text_sides import CORPUS, GROUPS, SAMPLES, TOKENIZER, Ints, Sides, log_ratio, ngram_codes, read_sides
from .vendi import unit_rows, vendi_score

METRIC = "homogenization"
EMBEDDINGS = {"on": "embeddings"}
NOTABLE = 0.8
EXAMPLES, NEIGHBOURS = 5, 3
MOST = 500
INTERVAL = f"jackknife over {GROUPS} groups of texts"


def ngram_kernel(texts: Sequence[Ints], n: int) -> Floats:
    """Cosine similarities of the n-gram counts of texts (token numbers), shape (texts, texts), 1 on the diagonal.

    A text of fewer than n tokens is like itself alone.
    """
    codes = ngram_codes(texts, n)
    columns = np.concatenate([np.zeros(0, np.int64), *codes])
    rows = np.repeat(np.arange(len(texts)), [len(each) for each in codes])
    shape = (len(texts), int(columns.max()) + 1 if len(columns) else 1)
    counts = sparse.csr_matrix((np.ones(len(columns)), (rows, columns)), shape)
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(1)).ravel())
    unit = sparse.diags(1 / np.where(lengths > 0, lengths, 1)) @ counts
    kernel: Floats = np.asarray((unit @ unit.T).todense(), np.float64)
    np.fill_diagonal(kernel, 1.0)
    return kernel


def mean_similarity(kernel: Floats) -> float:
    """Mean over pairs of different items of a similarity matrix (n, n), n of 2 or more."""
    n = len(kernel)
    if n < 2:
        raise UsageError("pairwise similarity needs two items or more")
    return float((kernel.sum() - np.trace(kernel)) / (n * (n - 1)))


@METRICS.register(
    METRIC,
    source="Vendi score: Friedman & Dieng 2023 (arXiv 2210.02410); homogenization: Padmakumar & He 2024 (arXiv "
    "2309.05196)",
    unit="times the corpus's Vendi score",
    range="(0, inf), 1 is as diverse as the corpus",
    neutral="1",
    needs="sample",
    protocol="Vendi score (effective number of different texts) on the cosine kernel of n-gram counts, samples over as "
    "many stretches of the corpus of the same lengths; mean pairwise similarity beside; with an encoder the same on "
    "the cosine of its vectors; n, texts and encoder in the string",
    pitfalls="Grows with the number of texts: both sides have the same. Similar topics share words: the corpus's "
    "value is "
    "the yardstick, not 1. Noise is diverse too. Vectors of many models point one way, so that all texts look alike to "
    "them.",
)
def measure_homogenization(
    subject: Subject, n: int = 2, texts: int = 200, documents: int = 5, encoder: Encoder | None = None
) -> Outcome:
    """Vendi score of free samples over that of as many stretches of the corpus, and mean pairwise similarity of both.

    Kernel: cosine of counts of ``n``-grams of words; at most ``texts`` a side (500 at most). With an ``encoder``
    (``words``, ``model``, or in a program any function from texts to vectors) the same once more on the cosine of its
    vectors, which sees texts that say one thing in other words. Finding HW-Q022 where the samples have less than 0.8
    times the effective number of texts, by the whole interval; it shows the samples that are most like the others, each
    with at most ``documents`` nearest documents.
    """
    if n < 1 or not 2 <= texts <= MOST:
        raise UsageError(f"n must be 1 or more and texts from 2 to {MOST}")
    sides = read_sides(subject)
    number = min(texts, len(sides.samples))
    parts = [_on_ngrams(sides, n, number, documents)]
    if encoder is not None:
        parts.append(_on_embeddings(subject, sides, encoder, number, documents))
    return Outcome(
        tuple(score for part in parts for score in part.scores),
        tuple(finding for part in parts for finding in part.findings),
        tuple(exhibit for part in parts for exhibit in part.exhibits),
    )


def _on_ngrams(sides: Sides, n: int, number: int, documents: int) -> Outcome:
    both = [*sides.samples.words[:number], *sides.corpus.words[:number]]
    if max(map(len, both)) < n:
        return Outcome((NotMeasured(METRIC, f"no text has {n} words"),))
    method = f"{METRIC}/1 cosine of {n}-gram counts, {number} texts a side, tokenizer {TOKENIZER}"
    return _outcome(sides, ngram_kernel(both, n), number, method, {}, documents)


def _on_embeddings(subject: Subject, sides: Sides, encoder: Encoder, number: int, documents: int) -> Outcome:
    both = [*sides.samples.texts[:number], *sides.corpus.texts[:number]]
    vectors, name = encode_texts(subject, both, encoder)
    if empty := int((~vectors.any(1)).sum()):
        reason = f"the encoder gives {empty:,} of {len(both):,} texts a vector of zeros, which is like no other"
        return Outcome((NotMeasured(METRIC, reason, EMBEDDINGS),))
    x = unit_rows(vectors)
    method = f"{METRIC}/1 cosine of vectors, {number} texts a side, {name}"
    return _outcome(sides, x @ x.T, number, method, EMBEDDINGS, documents)


def _outcome(sides: Sides, kernel: Floats, number: int, method: str, place: dict[str, str], documents: int) -> Outcome:
    own, other, across = kernel[:number, :number], kernel[number:, number:], kernel[:number, number:]
    vendi = {SAMPLES: _grouped(vendi_score, own), CORPUS: _grouped(vendi_score, other)}
    alike = {SAMPLES: _grouped(mean_similarity, own), CORPUS: _grouped(mean_similarity, other)}
    ratio, gap = log_ratio(vendi[SAMPLES], vendi[CORPUS]), difference(alike[SAMPLES], alike[CORPUS])
    scores = [_score(METRIC, ratio, "times the corpus's Vendi score", method, place, "higher")]
    for side in (SAMPLES, CORPUS):
        where = {**place, "text": side}
        scores.append(_score("vendi", vendi[side], "texts", f"{method}, Vendi score", where, "none"))
        scores.append(_score("similarity", alike[side], "cosine", f"{method}, mean over pairs", where, "none"))
    scores.append(
        _score("similarity-gap", gap, "cosine", f"{method}, mean over pairs, samples minus corpus", place, "lower")
    )
    findings = tuple(_findings(sides, ratio, vendi, scores, own, across, documents, bool(place)))
    return Outcome(tuple(scores), findings, (_chart(vendi, bool(place)),))


def _grouped(statistic: object, kernel: Floats) -> Estimate:
    assert callable(statistic)
    groups = min(GROUPS, len(kernel) // 2)
    if groups < 2:
        return Estimate(float(statistic(kernel)), groups)
    kept = [np.flatnonzero(np.arange(len(kernel)) % groups != g) for g in range(groups)]
    return jackknife(float(statistic(kernel)), [float(statistic(kernel[np.ix_(rows, rows)])) for rows in kept])


def _score(metric: str, value: Estimate, unit: str, method: str, place: dict[str, str], direction: str) -> Score:
    bounds = {"interval": INTERVAL, **value.bounds()}
    return Score(metric, value.value, value.n, unit, method, direction=direction, slice=place, **bounds)  # type: ignore[arg-type]


def _findings(
    sides: Sides, ratio: Estimate, vendi: dict[str, Estimate], scores: Sequence[Score], own: Floats, across: Floats,
    documents: int, embedded: bool,
) -> Iterator[Finding]:  # fmt: skip
    if ratio.high is None or ratio.high >= NOTABLE:
        return
    examples = tuple(_examples(sides, own, across, documents))
    yield Finding(
        "HW-Q022",
        "medium" if ratio.high < 0.5 else "low",
        f"The samples are as diverse as {ratio.value:.0%} of the corpus" + (" by the encoder" if embedded else ""),
        f"{len(own)} samples count as {vendi[SAMPLES].value:.1f} different texts, as many stretches of the corpus "
        f"of the "
        f"same lengths as {vendi[CORPUS].value:.1f} ({ratio.low:.2f} to {ratio.high:.2f} times as many). Shown are the "
        "samples that are most like the others, with the documents that are nearest to them.",
        "Look whether the nearest documents stand in the corpus many times (near-duplicates). Sample without cuts "
        "and at "
        "temperature 1 before you judge the model; fine-tuning on few texts narrows a model most.",
        tuple(scores),
        examples,
        tuple(dict.fromkeys(name for shown in examples for name in shown.document_ids)),
    )


def _examples(sides: Sides, own: Floats, across: Floats, documents: int) -> Iterator[Example]:
    central = (own.sum(1) - 1) / (len(own) - 1)
    for row in np.argsort(-central, kind="stable")[:EXAMPLES]:
        others = [k for k in np.argsort(-own[row], kind="stable") if k != row][:NEIGHBOURS]
        near = [k for k in np.argsort(-across[row], kind="stable")[:documents] if across[row, k] > 0]
        note = f"mean similarity {central[row]:.2f}; most like " + ", ".join(sides.samples.ids[k] for k in others)
        names = tuple(sides.corpus.ids[k] for k in near)
        yield Example(sides.samples.ids[row], excerpt(sides.samples.texts[row])[0], note, document_ids=names)


def _chart(vendi: dict[str, Estimate], embedded: bool) -> Chart:
    low = tuple(one.value if one.low is None else one.low for one in vendi.values())
    high = tuple(one.value if one.high is None else one.high for one in vendi.values())
    series = Series("Vendi score", tuple(vendi), tuple(one.value for one in vendi.values()), low, high)
    title = "How many different texts samples and corpus amount to" + (", by the encoder" if embedded else "")
    return Chart(
        f"{METRIC}-embeddings" if embedded else METRIC,
        title,
        "interval",
        "texts",
        "effective number of texts",
        (series,),
    )
