"""Self-BLEU: how well each free sample is made of the n-grams of the others, beside the same of the corpus."""

import math
from collections.abc import Sequence

import numpy as np

from ...core import Score, UsageError
from ..base import METRICS, Outcome, Subject
from ..statistics import Estimate, Floats, jackknife
from .distinct_n import INTERVAL
from .text_sides import GROUPS, TOKENIZER, Ints, ngram_codes, read_sides

METRIC = "self-bleu"
SMOOTH = 0.1
"""What a zero count becomes: method 1 of Chen & Cherry 2014, with the value of nltk."""


def self_bleu(texts: Sequence[Ints], n: int = 4) -> Floats:
    """BLEU of each text (token numbers) against all others, shape (texts,). Range [0, 1].

    Modified precisions of 1- to ``n``-grams with equal weights, zero matches counted as 0.1, brevity penalty by the
    length nearest to its own; a text without a matching token has 0. As nltk's ``sentence_bleu`` with
    ``SmoothingFunction().method1``, but in one pass: of each n-gram the two largest counts and their text are enough.
    """
    if n < 1 or len(texts) < 2:
        raise UsageError(f"self-BLEU needs n of 1 or more and two texts or more, not {n} and {len(texts)}")
    lengths = np.array([len(words) for words in texts])
    if not lengths.all():
        raise UsageError("self-BLEU needs a token in every text")
    logs = np.zeros(len(texts))
    matched = np.ones(len(texts), bool)
    for k in range(1, n + 1):
        hits, totals = _clipped(ngram_codes(texts, k), len(texts))
        matched &= (hits > 0) if k == 1 else True
        logs += np.log(np.where(hits > 0, hits, SMOOTH) / np.maximum(totals, 1)) / n
    penalty = np.array([_brevity(lengths, k) for k in range(len(texts))])
    return np.where(matched, penalty * np.exp(logs), 0.0)


def _clipped(codes: Sequence[Ints], texts: int) -> tuple[Floats, Floats]:
    """Matches of each text, each n-gram counted at most as often as in another one text; and its n-grams."""
    size = max((int(each.max()) for each in codes if len(each)), default=0) + 1
    first, second, owner = np.zeros(size, np.int64), np.zeros(size, np.int64), np.full(size, -1)
    counted = [np.unique(each, return_counts=True) for each in codes]
    for number, (code, count) in enumerate(counted):
        above = count > first[code]
        second[code] = np.where(above, first[code], np.maximum(second[code], count))
        owner[code] = np.where(above, number, owner[code])
        first[code] = np.maximum(first[code], count)
    hits = np.zeros(texts)
    for number, (code, count) in enumerate(counted):
        most = np.where(owner[code] == number, second[code], first[code])
        hits[number] = np.minimum(count, most).sum()
    return hits, np.array([len(each) for each in codes], np.float64)


def _brevity(lengths: Ints, k: int) -> float:
    own, others = int(lengths[k]), np.delete(lengths, k)
    nearest = int(min(others.tolist(), key=lambda length: (abs(length - own), length)))
    return 1.0 if own > nearest else math.exp(1 - nearest / own)


@METRICS.register(
    METRIC,
    source="Zhu et al. 2018 (arXiv 1802.01886); BLEU of Papineni et al. 2002; smoothing of Chen & Cherry 2014, "
    "method 1",
    unit="BLEU",
    range="[0, 1]",
    needs="sample",
    protocol="mean over texts of BLEU against all other texts of the side; n, number of texts, tokenizer and "
    "smoothing in "
    "the string",
    pitfalls="Rises with the number and length of the references, so only values at one number of texts compare. "
    "Tokenizer and smoothing move it by more than models differ.",
)
def measure_self_bleu(subject: Subject, n: int = 4, texts: int = 200) -> Outcome:
    """Mean BLEU of each free sample against all others, and the same of stretches of the corpus; high is alike.

    ``texts`` of each side at most; n-grams up to ``n``. No reference is sampled: all others are read.
    """
    if texts < 2:
        raise UsageError(f"texts {texts}: two or more are needed")
    sides = read_sides(subject)
    number = min(texts, len(sides.samples))
    method = (
        f"{METRIC}/1 1- to {n}-grams, {number} texts, all others as references, zero counts as {SMOOTH}, "
        f"tokenizer {TOKENIZER}"
    )
    scores = []
    for side in sides.both():
        value = _interval(side.words[:number], n)
        bounds = {"interval": INTERVAL, **value.bounds()}
        place = {"text": side.name}
        scores.append(Score(METRIC, value.value, value.n, "BLEU", method, direction="lower", slice=place, **bounds))
    return Outcome(tuple(scores))


def _interval(texts: Sequence[Ints], n: int) -> Estimate:
    """The mean with a jackknife over groups: the texts of a group are neither hypotheses nor references."""
    groups = min(GROUPS, len(texts) // 2)
    value = float(self_bleu(texts, n).mean())
    if groups < 2:
        return Estimate(value, groups)
    kept = ([text for k, text in enumerate(texts) if k % groups != g] for g in range(groups))
    return jackknife(value, [float(self_bleu(part, n).mean()) for part in kept])
