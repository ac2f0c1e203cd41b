import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from text_planted import planted, sentences

from headwater.core import UsageError
from headwater.evaluate import measure_self_bleu, self_bleu


def bleu(hypothesis: list[int], references: list[list[int]], n: int) -> float:
    """Papineni et al. 2002 with smoothing method 1 of Chen & Cherry, written out; as nltk's sentence_bleu."""
    total = 0.0
    for k in range(1, n + 1):
        grams = Counter(tuple(hypothesis[i : i + k]) for i in range(len(hypothesis) - k + 1))
        most: Counter[tuple[int, ...]] = Counter()
        for reference in references:
            most |= Counter(tuple(reference[i : i + k]) for i in range(len(reference) - k + 1))
        hits = sum(min(count, most[gram]) for gram, count in grams.items())
        if k == 1 and hits == 0:
            return 0.0
        total += math.log((hits or 0.1) / max(1, sum(grams.values()))) / n
    nearest = min((len(each) for each in references), key=lambda length: (abs(length - len(hypothesis)), length))
    return math.exp(total) * min(1.0, math.exp(1 - nearest / len(hypothesis)))


@pytest.mark.parametrize("n", [1, 2, 4])
def test_it_is_bleu_against_all_others_by_brute_force(n: int) -> None:
    rng = np.random.default_rng(n)
    texts = [rng.integers(0, 12, rng.integers(1, 25)).tolist() for _ in range(40)] + [[99, 98]]
    expected = [bleu(text, texts[:k] + texts[k + 1 :], n) for k, text in enumerate(texts)]
    np.testing.assert_allclose(self_bleu([np.array(text) for text in texts], n), expected, rtol=1e-12)


def test_copies_have_one_and_texts_without_a_common_word_zero() -> None:
    assert self_bleu([np.arange(9)] * 3).tolist() == [1, 1, 1]
    assert self_bleu([np.arange(9), np.arange(9) + 100]).tolist() == [0, 0]


def test_alike_samples_have_more_than_their_corpus(tmp_path: Path) -> None:
    outputs = [text for text in sentences(20, 40) for _ in range(3)]
    own, other = measure_self_bleu(planted(tmp_path, outputs)).scores
    assert own.value == pytest.approx(1) and other.high < 0.5
    assert own.low is None  # copies in every group: no spread
    assert "60 texts" in own.method and "0.1" in own.method


def test_one_text_or_an_empty_one_is_refused() -> None:
    with pytest.raises(UsageError):
        self_bleu([np.arange(3)])
    with pytest.raises(UsageError):
        self_bleu([np.arange(3), np.zeros(0, np.int64)])


@pytest.mark.parametrize("n", [1, 2, 4])
def test_it_is_the_sentence_bleu_of_nltk(n: int) -> None:
    bleu_score = pytest.importorskip("nltk.translate.bleu_score", reason="nltk is not installed (extra peers)")
    rng = np.random.default_rng(10 + n)
    texts = [rng.integers(0, 12, rng.integers(n, 25)).tolist() for _ in range(40)] + [list(range(90, 95))]
    smooth = bleu_score.SmoothingFunction().method1
    expected = [
        bleu_score.sentence_bleu(texts[:k] + texts[k + 1 :], text, (1 / n,) * n, smooth) for k, text in enumerate(texts)
    ]
    np.testing.assert_allclose(self_bleu([np.array(text) for text in texts], n), expected, rtol=1e-12)
