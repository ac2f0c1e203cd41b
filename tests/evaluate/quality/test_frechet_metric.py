import numpy as np
import pytest
import torch

from headwater.core import UsageError
from headwater.evaluate import FrechetMetric, frechet_distance

RNG = np.random.default_rng(5)
REAL, FAKE = RNG.normal(size=(90, 5)), RNG.normal(1, 2, size=(70, 5))


def filled(offset: float = 0.0, rows: slice = slice(None), batch: int = 16) -> FrechetMetric:
    metric = FrechetMetric(5)
    for features, real in ((REAL[rows], True), (FAKE[rows], False)):
        for low in range(0, len(features), batch):
            metric.update(torch.from_numpy(features[low : low + batch] + offset), real=real)
    return metric


@pytest.mark.parametrize("batch", [1, 7, 100])
def test_streaming_equals_the_pure_function_at_any_batch_size(batch: int) -> None:
    assert float(filled(batch=batch).compute()) == pytest.approx(frechet_distance(REAL, FAKE), rel=1e-10)


def test_a_large_common_offset_costs_no_precision() -> None:
    assert float(filled(offset=1e4).compute()) == pytest.approx(frechet_distance(REAL, FAKE), rel=1e-7)


def test_two_metrics_merge_to_the_whole() -> None:
    first, second = filled(rows=slice(0, 20)), filled(rows=slice(20, None))
    first.merge_state(second)
    assert float(first.compute()) == pytest.approx(frechet_distance(REAL, FAKE), rel=1e-10)


def test_processes_with_different_numbers_of_rows_reduce_to_the_whole() -> None:
    parts = [filled(rows=slice(0, 7)), filled(rows=slice(7, 60)), filled(rows=slice(60, None)), FrechetMetric(5)]
    whole = parts[0]._merge(torch.stack([part.real for part in parts]))
    assert torch.allclose(whole, filled().real, rtol=1e-10)


def test_any_module_can_be_the_extractor() -> None:
    module = torch.nn.Linear(5, 3, dtype=torch.float64)
    metric = FrechetMetric(3, module)
    metric.update(torch.from_numpy(REAL), real=True)
    metric.update(torch.from_numpy(FAKE), real=False)
    with torch.no_grad():
        expected = frechet_distance(*(module(torch.from_numpy(x)).numpy() for x in (REAL, FAKE)))
    assert float(metric.compute()) == pytest.approx(expected, rel=1e-9)


@pytest.mark.filterwarnings("ignore:The ``compute`` method")
def test_reset_forgets_everything() -> None:
    metric = filled()
    metric.reset()
    with pytest.raises(UsageError):
        metric.compute()
