import numpy as np
import pytest
import torch
from torchmetrics import Metric

from headwater.core import UsageError
from headwater.evaluate import inception_score, kernel_inception_distance, neighbourhoods
from headwater.evaluate.quality.image_metrics import InceptionScoreMetric, KernelDistanceMetric, PrecisionRecallMetric

RNG = np.random.default_rng(0)
REAL, FAKE = RNG.normal(size=(40, 5)), RNG.normal(0.3, size=(33, 5))
PROBABILITIES = RNG.dirichlet(np.ones(4), 37)


def streamed(metric: Metric, real: np.ndarray, fake: np.ndarray, size: int) -> Metric:
    for side, rows in ((True, real), (False, fake)):
        for low in range(0, len(rows), size):
            metric.update(torch.from_numpy(rows[low : low + size]), real=side)
    return metric


@pytest.mark.parametrize("size", [1, 7, 40])
def test_streamed_features_give_what_one_shot_gives_at_any_batch_size(size: int) -> None:
    kernel = streamed(KernelDistanceMetric(), REAL, FAKE, size).compute()
    assert float(kernel) == pytest.approx(kernel_inception_distance(REAL, FAKE).value, rel=1e-12)
    found, wanted = streamed(PrecisionRecallMetric(k=3), REAL, FAKE, size).compute(), neighbourhoods(REAL, FAKE, 3)
    assert float(found["precision"]) == wanted.in_manifold.mean() and float(found["recall"]) == wanted.reached.mean()
    assert float(found["density"]) == wanted.density_terms.mean() and float(found["coverage"]) == wanted.covered.mean()


@pytest.mark.parametrize("make", [KernelDistanceMetric, PrecisionRecallMetric])
def test_merged_processes_give_what_one_gives(make: type[Metric]) -> None:
    first, second = streamed(make(), REAL[:11], FAKE[:20], 4), streamed(make(), REAL[11:], FAKE[20:], 5)
    first.merge_state(second)
    whole = streamed(make(), REAL, FAKE, 9).compute()
    torch.testing.assert_close(first.compute(), whole, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("size", [1, 8, 37])
def test_inception_score_is_the_same_streamed_and_merged(size: int) -> None:
    metric = InceptionScoreMetric(4)
    for low in range(0, 20, size):
        metric.update(torch.from_numpy(PROBABILITIES[low : min(low + size, 20)]))
    other = InceptionScoreMetric(4)
    other.update(torch.from_numpy(PROBABILITIES[20:]))
    metric.merge_state(other)
    assert float(metric.compute()) == pytest.approx(inception_score(PROBABILITIES), rel=1e-12)


def test_an_extractor_is_applied_to_each_batch() -> None:
    metric = KernelDistanceMetric(extractor=lambda x: 2 * x)
    assert float(streamed(metric, REAL, FAKE, 9).compute()) == pytest.approx(
        kernel_inception_distance(2 * REAL, 2 * FAKE).value, rel=1e-12
    )


def test_bad_states_are_refused_in_a_sentence() -> None:
    with pytest.raises(UsageError, match="shape"):
        KernelDistanceMetric().compute()
    with pytest.raises(UsageError, match="add up to 1"):
        InceptionScoreMetric(2).update(torch.tensor([[3.0, 1.0]]))
    with pytest.raises(UsageError, match="needs an image"):
        InceptionScoreMetric(2).compute()
