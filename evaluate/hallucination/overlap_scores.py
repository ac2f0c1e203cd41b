"""ROUGE-L and BLEU of one short answer against one reference, both lists of words: likeness of strings, not truth."""

import math
from collections import Counter
from collections.abc import Callable, Sequence

MOST = 400
"""Words of an answer that are read: the longest common subsequence takes their product."""
SMOOTH = 0.1
"""What a zero count becomes: method 1 of Chen & Cherry 2014, with the value of nltk."""


def rouge_l(answer: Sequence[str], reference: Sequence[str]) -> float:
    """F1 of the longest common subsequence (Lin 2004). Range [0, 1].

    >>> rouge_l(["the", "lake", "is", "deep"], ["the", "deep", "lake"])
    0.5714285714285714
    """
    a, b = list(answer[:MOST]), list(reference[:MOST])
    row = [0] * (len(b) + 1)
    for word in a:
        diagonal = 0
        for place, other in enumerate(b, 1):
            diagonal, row[place] = row[place], diagonal + 1 if word == other else max(row[place], row[place - 1])
    return 2 * row[-1] / (len(a) + len(b)) if row[-1] else 0.0


def bleu(answer: Sequence[str], reference: Sequence[str], n: int = 4) -> float:
    """BLEU of 1- to ``n``-grams with one reference, zero matches counted as 0.1; 0 without a common word.

    >>> bleu(["the", "lake", "is", "deep"], ["the", "lake", "is", "deep"])
    1.0
    """
    a, b = list(answer[:MOST]), list(reference[:MOST])
    if not set(a) & set(b):
        return 0.0
    total = 0.0
    for size in range(1, n + 1):
        mine, theirs = (Counter(zip(*(words[k:] for k in range(size)), strict=False)) for words in (a, b))
        hits = sum((mine & theirs).values())
        total += math.log((hits or SMOOTH) / max(1, len(a) - size + 1)) / n
    penalty = 1.0 if len(a) > len(b) else math.exp(1 - len(b) / len(a))
    return penalty * math.exp(total)


def nearest(score: Callable[[Sequence[str], Sequence[str]], float], answer: Sequence[str],
            references: Sequence[Sequence[str]]) -> float:  # fmt: skip
    """The largest score against any reference; 0 without references."""
    return max((score(answer, one) for one in references), default=0.0)
