import numpy as np
import pytest
import torch
from scipy import stats

from headwater.core import generator
from headwater.models.row_distribution import Targets, draw_rows, row_log_likelihood
from headwater.models.table_columns import TableColumn
from headwater.models.table_modes import SPREAD, Modes
from headwater.models.table_schema import TableSchema

MODES = Modes(np.array([0.5, 0.5]), np.array([3.0, 9.0]), np.array([1.0, 2.0]))
WHOLE = TableColumn("n", "number", (None, 7), (5, 5), modes=MODES, low=0, high=15, step=1.0)
REAL = TableColumn("x", "number", (), (), modes=MODES, low=-1.0, high=14.0)
CITY = TableColumn("city", "category", ("a", "b"), (6, 4), (("c", 3), ("d", 1)))
SCHEMA = TableSchema((WHOLE, REAL, CITY), {}, 10)


def parameters(n: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The same parameters for all rows."""
    noise = torch.Generator().manual_seed(seed)
    one = torch.randn(1, sum(SCHEMA.widths), generator=noise), torch.rand(1, 2, generator=noise) - 0.5
    return one[0].repeat(n, 1), one[1].repeat(n, 1), torch.full((n, 2), 0.15)


def logs(rows: list[dict[str, object]], seed: int = 0) -> np.ndarray:
    found = row_log_likelihood(SCHEMA, Targets.of(SCHEMA.encode_rows(rows)), *parameters(len(rows), seed))
    return np.asarray(found.numpy())


def test_probabilities_of_a_whole_row_sum_to_one() -> None:
    grid = [{"n": n, "x": 2.0, "city": city} for n in [None, *range(0, 16)] for city in "abcd"]
    density = np.exp(logs(grid)).sum()
    _, centres, widths = parameters(1)
    logits = parameters(1)[0][0, 4:6].double().softmax(0).numpy()
    wanted = 0.0
    for share, mean, sd in zip(logits, MODES.means, MODES.sds, strict=True):
        normal = stats.norm(mean + SPREAD * sd * float(centres[0, 1]), SPREAD * sd * float(widths[0, 1]))
        wanted += share * normal.pdf(2.0) / (normal.cdf(14.0) - normal.cdf(-1.0))
    assert density == pytest.approx(wanted, rel=1e-6)


def test_the_density_of_numbers_on_no_grid_integrates_to_one() -> None:
    x = np.linspace(-1, 14, 6_001)
    rows = [{"n": n, "x": float(one), "city": city} for one in x[::10] for n in [None, 7] for city in "a"]
    found = np.exp(logs(rows)).reshape(len(x[::10]), 2).sum(1)
    share = (
        np.exp(logs([{"n": n, "x": 2.0, "city": "a"} for n in (None, 7)])).sum() / found[np.argmin(abs(x[::10] - 2))]
    )
    assert share == pytest.approx(1, rel=1e-6)
    marginal = found / np.trapezoid(found, x[::10])
    assert marginal.min() >= 0 and np.trapezoid(found, x[::10]) <= 1 + 1e-6


def test_samples_come_as_often_as_their_probabilities_say() -> None:
    n = 40_000
    uniform = torch.from_numpy(generator(0, "uniform").random((n, 3, 2)))
    rows = draw_rows(SCHEMA, *parameters(n), uniform, {})
    values = [None, *range(0, 16)]
    cells = [(value, city) for value in values for city in "abcd"]
    x = 3.0
    joint = np.exp(logs([{"n": value, "x": x, "city": city} for value, city in cells]))
    wanted = joint / joint.sum()
    counted = np.array([sum(row[0] == value and row[2] == city for row in rows) for value, city in cells])
    usual = wanted * n > 5
    chi = ((counted - wanted * n) ** 2 / (wanted * n))[usual].sum()
    assert stats.chi2.sf(chi, usual.sum() - 1) > 1e-3
    ks = stats.kstest([row[1] for row in rows[:2_000]], lambda at: np.array([_cdf(one) for one in np.atleast_1d(at)]))
    assert ks.pvalue > 1e-3


def _cdf(x: float) -> float:
    logits, centres, widths = parameters(1)
    total = 0.0
    for share, mean, sd in zip(logits[0, 4:6].double().softmax(0).numpy(), MODES.means, MODES.sds, strict=True):
        normal = stats.norm(mean + SPREAD * sd * float(centres[0, 1]), SPREAD * sd * float(widths[0, 1]))
        total += share * (normal.cdf(x) - normal.cdf(-1.0)) / (normal.cdf(14.0) - normal.cdf(-1.0))
    return float(np.clip(total, 0, 1))


def test_samples_stay_in_range_and_on_the_grid_far_out_in_a_tail_too() -> None:
    n = 500
    logits, _, _ = parameters(n)
    uniform = torch.from_numpy(generator(0, "uniform").random((n, 3, 2)))
    for centre in (-1.0, 1.0):
        rows = draw_rows(SCHEMA, logits, torch.full((n, 2), centre), torch.full((n, 2), 0.01), uniform, {})
        assert all(row[0] is None or (isinstance(row[0], int) and 0 <= row[0] <= 15) for row in rows)
        assert all(isinstance(row[1], float) and -1 <= row[1] <= 14 for row in rows)


def test_what_training_never_showed_is_impossible() -> None:
    for row in ({"n": 16, "x": 2.0, "city": "a"}, {"n": 1, "x": 2.0, "city": "z"}, {"n": 1, "x": None, "city": "a"}):
        assert logs([row])[0] == -np.inf


def test_rare_values_share_their_place_by_how_often_training_showed_them() -> None:
    c, d = logs([{"n": 1, "x": 2.0, "city": city} for city in "cd"])
    assert c - d == pytest.approx(np.log(3))


def test_a_column_that_is_given_is_not_counted_and_not_drawn() -> None:
    targets = Targets.of(SCHEMA.encode_rows([{"n": 1, "x": 2.0, "city": city} for city in "ab"]))
    one, two = row_log_likelihood(SCHEMA, targets, *parameters(2), skip=2).tolist()
    assert one == pytest.approx(two)
    uniform = torch.from_numpy(generator(0, "u").random((50, 3, 2)))
    rows = draw_rows(SCHEMA, *parameters(50), uniform, {2: np.ones(50, np.int64)})
    assert {row[2] for row in rows} == {"b"}
