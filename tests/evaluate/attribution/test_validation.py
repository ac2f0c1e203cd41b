import json
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import spearmanr

from headwater.core import IncompleteError, UsageError
from headwater.evaluate import Subject, crossed_jackknife, document_targets, held_out_sample, validate_influence
from headwater.evaluate.attribution.validation import correlate, halves, spearman


def test_correlation_is_that_of_scipy_and_of_a_constant_nothing() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.integers(0, 6, (15, 4)).astype(float), rng.normal(size=(15, 4))
    expected = [spearmanr(first[:, k], second[:, k]).statistic for k in range(4)]
    assert spearman(first, second) == pytest.approx(expected)
    assert spearman(np.ones((5, 1)), second[:5, :1]).tolist() == [0.0]


def test_halves_are_random_and_repeat() -> None:
    found = halves(21, 6, 3)
    assert found.sum(1).tolist() == [10] * 6
    assert np.array_equal(found, halves(21, 6, 3))
    assert not any(np.array_equal(one, other) for one, other in pairwise(found))


def test_a_method_that_foretells_is_validated_and_one_that_does_not_is_not() -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(size=(20, 15))
    _, good, each = correlate(truth + 0.5 * rng.normal(size=truth.shape), truth)
    _, none, _ = correlate(rng.normal(size=truth.shape), truth)
    _, wrong, _ = correlate(-truth, truth)
    assert good.low is not None and good.low > 0.5
    assert none.low is not None and none.high is not None and none.low < 0 < none.high
    assert wrong.value == pytest.approx(-1) and wrong.high is not None and wrong.high < 0
    assert len(each) == 15


def test_what_all_targets_share_does_not_make_nothing_look_sure() -> None:
    """Targets that rise and fall together with the retrained model are not independent."""
    rng, alarms = np.random.default_rng(2), 0
    for _ in range(200):
        shared, foretold = rng.normal(size=(20, 1)), rng.normal(size=(20, 1))
        measured = shared + 0.3 * rng.normal(size=(20, 12))
        predicted = foretold + 0.3 * rng.normal(size=(20, 12))
        _, mean, _ = correlate(predicted, measured)
        assert mean.low is not None and mean.high is not None
        alarms += not mean.low <= 0 <= mean.high
    assert alarms <= 20  # 5 % expected, over targets alone it is most of them


def test_crossed_jackknife_of_a_mean_adds_the_variances_of_both_sides() -> None:
    table = np.random.default_rng(3).normal(size=(6, 4))
    rows = (table.sum() - table.sum(1)) / 20
    columns = (table.sum() - table.sum(0)) / 18
    found = crossed_jackknife(float(table.mean()), rows, columns)
    expected = table.mean(1).var(ddof=1) / 6 + table.mean(0).var(ddof=1) / 4
    assert found.se == pytest.approx(expected**0.5)
    assert crossed_jackknife(0.5, [0.5], columns).low is None
    assert crossed_jackknife(0.5, [0.5, 0.5], [0.5, 0.5]).low == 0.5


def test_retraining_is_measured_once_and_repeats(subject: Subject) -> None:
    targets = document_targets(subject, held_out_sample(subject, 3))
    first = validate_influence(subject, targets, ("tracin", "similarity"), 4)
    models = sorted((subject.folder / "influence").rglob("half-*.safetensors"))
    assert [path.name for path in models] == [f"half-{k:03d}.safetensors" for k in range(4)]
    times = [path.stat().st_mtime_ns for path in models]
    again = validate_influence(subject, targets, ("tracin", "similarity"), 4)
    assert [path.stat().st_mtime_ns for path in models] == times
    assert json.dumps({k: v.to_json() for k, v in first.items()}) == json.dumps(
        {k: v.to_json() for k, v in again.items()}
    )
    for one in first.values():
        assert len(one.correlations) == 3 and -1 <= one.estimate.value <= 1
        assert ("not validated" in one.sentence) is not one.holds


def test_too_little_to_validate_on_is_said(subject: Subject) -> None:
    with pytest.raises(UsageError, match="4 subsets or more"):
        validate_influence(subject, document_targets(subject, held_out_sample(subject, 3)), subsets=3)
    with pytest.raises(UsageError, match="at least one target"):
        validate_influence(subject, [])
    assert subject.checkpoint is not None
    subject.checkpoint.run = {**subject.checkpoint.run, "parent": "abc"}
    with pytest.raises(IncompleteError, match="not made so"):
        validate_influence(subject, document_targets(subject, held_out_sample(subject, 3)))
