from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import entropy
from text_planted import planted

from headwater.core import UsageError
from headwater.evaluate import TokenEntropyMetric, entropy_bits, measure_token_entropy


@pytest.mark.parametrize("v", [1, 2, 8, 1000])
def test_equal_counts_have_the_log_of_their_number(v: int) -> None:
    assert entropy_bits(np.full(v, 3.0)) == pytest.approx(np.log2(v))


def test_it_is_what_scipy_computes() -> None:
    counts = np.random.default_rng(0).integers(0, 50, 300).astype(float)
    assert entropy_bits(counts) == pytest.approx(entropy(counts, base=2), rel=1e-12)


def test_one_word_over_and_over_has_none_and_the_corpus_more(tmp_path: Path) -> None:
    own, other = measure_token_entropy(planted(tmp_path, ["river " * 60] * 60)).scores
    assert own.value == 0
    assert 6 < other.low < other.value < other.high < np.log2(400)


@pytest.mark.parametrize("counts", [[], [0.0], [np.nan, 1.0], [-1.0, 2.0]])
def test_what_is_no_distribution_is_refused(counts: list[float]) -> None:
    with pytest.raises(UsageError):
        entropy_bits(np.array(counts))


def test_streaming_equals_the_pure_function_and_merges() -> None:
    tokens = torch.from_numpy(np.random.default_rng(1).integers(0, 30, (8, 20)))
    whole, first, second = (TokenEntropyMetric(30) for _ in range(3))
    whole.update(tokens)
    first.update(tokens[:3])
    second.update(tokens[3:])
    first.merge_state(second)
    expected = entropy_bits(np.bincount(tokens.numpy().ravel()).astype(float))
    assert float(whole.compute()) == pytest.approx(expected, rel=1e-12)
    assert float(first.compute()) == float(whole.compute())


def test_ids_outside_the_vocabulary_are_refused() -> None:
    with pytest.raises(UsageError, match="0 to 3"):
        TokenEntropyMetric(4).update(torch.tensor([4]))
