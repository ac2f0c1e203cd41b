import math
from pathlib import Path

import numpy as np
import pytest
import torch
from fakes import ByteModel, WindowedByteModel, random_text, scores_of, subject_of, write_corpus

from headwater.core import Corpus, IncompleteError, Score, UsageError
from headwater.evaluate import Likelihood, PerplexityMetric, measure_perplexity, perplexity


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return write_corpus(tmp_path / "corpus", [random_text(seed, 80) for seed in range(40)])


def test_a_copying_model_is_found_to_overfit(corpus: Corpus) -> None:
    outcome = measure_perplexity(subject_of(corpus, ByteModel(corpus, order=8)))
    scores = scores_of(outcome, "perplexity")
    assert scores["held-out"].low > 4 * scores["trained"].high
    assert [(finding.code, finding.severity) for finding in outcome.findings] == [("HW-Q001", "high")]


def test_a_letter_frequency_model_is_not(corpus: Corpus) -> None:
    outcome = measure_perplexity(subject_of(corpus, ByteModel(corpus, order=0)))
    assert outcome.findings == ()
    gap = scores_of(outcome, "loss-gap")[""]
    assert gap.low < 0.05


def test_every_score_has_interval_n_and_protocol(corpus: Corpus) -> None:
    outcome = measure_perplexity(subject_of(corpus, ByteModel(corpus, order=1)), documents=7)
    for score in outcome.scores:
        assert score.low < score.value < score.high
        assert score.n == 7
        assert "whole documents" in score.method and "first 2000 characters" in score.method


def test_streaming_equals_the_pure_function_at_any_batch_size() -> None:
    torch.manual_seed(0)
    logits, targets = torch.randn(12, 9, 20) * 3, torch.randint(0, 20, (12, 9))
    logs = logits.double().log_softmax(-1).gather(-1, targets[..., None])[..., 0].sum(1).numpy()
    expected = perplexity(Likelihood(logs, np.full(12, 9.0), np.ones(12))).value
    for size in (1, 5, 12):
        metric = PerplexityMetric()
        for low in range(0, 12, size):
            metric.update(logits[low : low + size], targets[low : low + size])
        assert float(metric.compute()) == pytest.approx(expected, rel=1e-12)


def test_padding_is_ignored_on_either_side() -> None:
    logits, targets = torch.randn(1, 4, 6), torch.tensor([[-100, 2, 3, -100]])
    padded, bare = PerplexityMetric(ignore_index=-100), PerplexityMetric()
    padded.update(logits, targets)
    bare.update(logits[:, 1:3], targets[:, 1:3])
    assert float(padded.compute()) == float(bare.compute())


def test_a_token_200_nats_down_stays_finite() -> None:
    metric = PerplexityMetric()
    metric.update(torch.tensor([[200.0, 0.0]]), torch.tensor([1]))
    assert float(metric.compute()) == pytest.approx(math.exp(200))


def test_two_metrics_merge_to_the_whole() -> None:
    logits, targets = torch.randn(10, 6), torch.randint(0, 6, (10,))
    whole, first, second = (PerplexityMetric() for _ in range(3))
    whole.update(logits, targets)
    first.update(logits[:3], targets[:3])
    second.update(logits[3:], targets[3:])
    first.merge_state(second)
    assert float(first.compute()) == pytest.approx(float(whole.compute()), rel=1e-12)


def test_forward_accumulates() -> None:
    metric = PerplexityMetric()
    metric(torch.zeros(3, 8), torch.zeros(3, dtype=torch.long))
    metric(torch.zeros(3, 8), torch.zeros(3, dtype=torch.long))
    assert (float(metric.compute()), float(metric.tokens)) == (pytest.approx(8), 6)


def windowed(corpus: Corpus, tmp_path: Path, **options: object) -> dict[str, Score]:
    outcome = measure_perplexity(subject_of(corpus, WindowedByteModel(corpus, order=4)), **options)
    return scores_of(outcome, "perplexity")


def test_windows_stride_and_tokenizer_stand_in_the_protocol(corpus: Corpus, tmp_path: Path) -> None:
    disjoint = windowed(corpus, tmp_path)["held-out"]
    sliding = windowed(corpus, tmp_path, window=16, stride=4)["held-out"]
    assert "disjoint windows of 32 tokens, stride 32" in disjoint.method
    assert "sliding windows of 16 tokens, stride 4" in sliding.method
    assert f"tokenizer {'b' * 16}" in sliding.method
    assert not disjoint.comparable_with(sliding)


def test_another_tokenizer_makes_values_that_refuse_to_be_compared(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = windowed(corpus, tmp_path)["held-out"]
    monkeypatch.setattr(WindowedByteModel.tokenizer, "hash", "c" * 64)
    assert not one.comparable_with(windowed(corpus, tmp_path)["held-out"])


def test_more_context_helps_a_model_that_uses_it(corpus: Corpus, tmp_path: Path) -> None:
    by_stride = [windowed(corpus, tmp_path, window=5, stride=stride)["trained"].value for stride in (5, 3, 1)]
    assert by_stride == sorted(by_stride, reverse=True)
    assert by_stride[0] > by_stride[2]


def test_a_window_beyond_the_model_or_a_stride_beyond_the_window_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="looks back on at most 64 tokens"):
        windowed(corpus, tmp_path, window=65)
    with pytest.raises(UsageError, match="would be left out"):
        windowed(corpus, tmp_path, window=16, stride=17)
    with pytest.raises(UsageError, match="window 0"):
        windowed(corpus, tmp_path, window=0)
    with pytest.raises(UsageError, match="stride 0"):
        windowed(corpus, tmp_path, stride=0)


def test_a_model_without_windows_says_so(corpus: Corpus) -> None:
    with pytest.raises(UsageError, match="does not score by windows"):
        measure_perplexity(subject_of(corpus, ByteModel(corpus)), window=8)


def test_it_is_that_of_torchmetrics_where_that_is_finite() -> None:
    from torchmetrics.text import Perplexity

    torch.manual_seed(1)
    logits, targets = torch.randn(6, 9, 20) * 3, torch.randint(0, 20, (6, 9))
    targets[:, -2:] = -100
    own, other = PerplexityMetric(ignore_index=-100), Perplexity(ignore_index=-100)
    own.update(logits, targets)
    other.update(logits, targets)
    assert float(own.compute()) == pytest.approx(float(other.compute()), rel=1e-5)


def test_torchmetrics_is_infinite_200_nats_down() -> None:
    """It takes the logarithm of a softmax in single precision."""
    from torchmetrics.text import Perplexity

    own, other = PerplexityMetric(), Perplexity()
    for metric in (own, other):
        metric.update(torch.tensor([[[200.0, 0.0]]]), torch.tensor([[1]]))
    assert math.isinf(float(other.compute())) and math.isfinite(float(own.compute()))


def test_a_logit_that_is_no_number_is_never_lost_in_the_sum() -> None:
    metric = PerplexityMetric()
    metric.update(torch.tensor([[float("nan"), 0.0], [0.0, 0.0]]), torch.tensor([1, 0]))
    assert math.isnan(float(metric.compute()))


@pytest.mark.parametrize("value", [float("nan"), float("-inf")])
def test_a_model_that_gives_no_finite_likelihood_is_not_measured(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    model = ByteModel(corpus, order=0)
    monkeypatch.setattr(model, "token_logprobs", lambda texts: [np.full(3, value) for _ in texts])
    with pytest.raises(IncompleteError, match="the model gave .* documents? a log-likelihood that is no finite number"):
        measure_perplexity(subject_of(corpus, model))
