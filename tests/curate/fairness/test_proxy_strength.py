import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, normalized_mutual_info_score

from headwater.curate.fairness.proxy_strength import adjusted_accuracy, codes_of, mutual_information, out_of_fold
from headwater.curate.fairness.row_columns import Column

RNG = np.random.default_rng(0)
GROUP = RNG.integers(0, 3, 900)
NOISY = np.where(RNG.random(900) < 0.6, GROUP, RNG.integers(0, 3, 900))


def column(values: list[str | None]) -> Column:
    names = tuple(sorted({value for value in values if value is not None}))
    return Column("x", np.array([-1 if v is None else names.index(v) for v in values], np.int32), names)


def test_mutual_information_is_that_of_scikit_learn() -> None:
    found = mutual_information(NOISY, GROUP)
    assert found.value == pytest.approx(normalized_mutual_info_score(NOISY, GROUP))
    assert found.low < found.value < found.high and found.p < 1e-9


def test_equal_codes_tell_all_and_a_constant_tells_nothing() -> None:
    assert mutual_information(GROUP, GROUP).value == pytest.approx(1)
    assert mutual_information(np.zeros(900, int), GROUP).value == 0


def test_p_of_independent_columns_is_uniform() -> None:
    p = np.sort([mutual_information(RNG.integers(0, 4, 400), RNG.integers(0, 2, 400)).p for _ in range(200)])
    assert np.abs(p - np.linspace(0, 1, 200)).max() < 0.115  # Kolmogorov-Smirnov, 1 % critical value


def test_the_interval_of_mutual_information_covers_the_truth() -> None:
    truth = mutual_information(*draw(2_000_000)).value
    found = [mutual_information(*draw(1_000)) for _ in range(200)]
    assert np.mean([one.low <= truth <= one.high for one in found]) > 0.88


def draw(rows: int) -> tuple[np.ndarray, np.ndarray]:
    group = RNG.integers(0, 2, rows)
    return np.where(RNG.random(rows) < 0.5, group, RNG.integers(0, 2, rows)), group


def test_accuracy_is_the_adjusted_one_of_scikit_learn() -> None:
    found = adjusted_accuracy(NOISY, GROUP)
    assert found.value == pytest.approx(balanced_accuracy_score(GROUP, NOISY, adjusted=True))
    assert found.low < found.value < found.high


def test_guessing_the_majority_scores_zero() -> None:
    assert adjusted_accuracy(np.zeros(900, int), GROUP).value == pytest.approx(0)


def test_predictions_are_made_out_of_fold() -> None:
    """Pure noise fits the rows that the tree has seen, and none other."""
    noise = [RNG.integers(0, 50, 900) for _ in range(6)]
    found = adjusted_accuracy(out_of_fold(noise, GROUP, 0).argmax(1), GROUP)
    assert found.low < 0 < found.high


def test_numbers_become_classes_of_equal_size_and_missing_ones_a_class() -> None:
    codes = codes_of(column([*(str(i) for i in range(200)), None]))
    assert np.bincount(codes).tolist() == [1, *[10] * 20] or np.bincount(codes)[0] == 1
    assert np.ptp(np.bincount(codes)[1:]) <= 2


def test_a_column_that_is_mostly_zero_keeps_its_other_numbers_apart() -> None:
    codes = codes_of(column([*["0"] * 960, *(str(i) for i in range(1, 41))]))
    assert len(set(codes[:960])) == 1 and not set(codes[:960]) & set(codes[960:])


def test_rare_values_become_one_class() -> None:
    codes = codes_of(column([*["common"] * 5, *(f"v{i}" for i in range(200))]))
    assert len(np.unique(codes)) == 51
