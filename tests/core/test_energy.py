from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import ConfigError, EnergyFactors, EnergyUse, declared_use, measured_use, read_energy, write_json

FACTORS = EnergyFactors(watts=10, low=5, high=20, kgco2e_per_kwh=0.4, pue=1.5)


def test_an_hour_of_one_core_is_its_watts_in_watt_hours() -> None:
    used = declared_use(3600, 4000, FACTORS)
    assert (used.kwh, used.kwh_low, used.kwh_high) == pytest.approx((0.015, 0.0075, 0.03))
    assert (used.kgco2e, used.kgco2e_low, used.kgco2e_high) == pytest.approx((0.006, 0.003, 0.012))
    assert used.measured_kwh == 0 and used.processes == 1 and "declared watts" in used.method


def test_a_counter_is_taken_as_it_is_and_bounded_by_the_share_of_the_process() -> None:
    used = measured_use(3.6e6, 0.25, 10, 10, replace(FACTORS, pue=1.0))
    assert (used.kwh, used.kwh_low, used.kwh_high, used.measured_kwh) == pytest.approx((1, 0.25, 1, 1))
    assert used.method.startswith("RAPL")


def test_mixed_methods_are_told() -> None:
    both = measured_use(3.6e6, 1, 1, 1, replace(FACTORS, pue=1)) + declared_use(3.6e5, 1, replace(FACTORS, pue=1))
    assert both.kwh == pytest.approx(2) and both.method.startswith("50% by RAPL counters, the rest declared")


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_uses_add_up_as_their_seconds_do(first: float, second: float) -> None:
    total = declared_use(first, 0, FACTORS) + declared_use(second, 0, FACTORS)
    assert total.kwh == pytest.approx(declared_use(first + second, 0, FACTORS).kwh) and total.processes == 2


def test_other_watts_keep_the_relative_bounds_of_the_default() -> None:
    assert EnergyFactors().bounds == pytest.approx((4.375, 95 / 6))
    assert EnergyFactors(watts=24).bounds == pytest.approx((8.75, 95 / 3))


@pytest.mark.parametrize("change", [{"watts": -1}, {"pue": 0.9}, {"low": 11}, {"high": 9}, {"watts": float("inf")},
                                    {"kgco2e_per_kwh": float("nan")}])  # fmt: skip
def test_impossible_factors_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="energy"):
        replace(FACTORS, **change)


@pytest.mark.parametrize("content", [None, [], {"energy": 3}, {"energy": {"kwh": 1}},
                                     {"energy": {**asdict(EnergyUse()), "kwh": "<script>"}},
                                     {"energy": {**asdict(EnergyUse()), "kwh": -1}}])  # fmt: skip
def test_a_broken_ledger_of_energy_reads_as_none(content: object, tmp_path: Path) -> None:
    assert read_energy(tmp_path) == EnergyUse()
    write_json(tmp_path / "timing.json", content)
    assert read_energy(tmp_path) == EnergyUse()
