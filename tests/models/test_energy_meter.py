from dataclasses import replace
from pathlib import Path

import pytest
from small_models import TEXT_RECIPE
from test_fit import StopAt

from headwater.core import Corpus, EnergyFactors, read_energy, read_json
from headwater.models import TextCheckpoint, fit
from headwater.models.energy_meter import Meter, busy_seconds, counters


def zone(root: Path, place: str, name: str, joules: float, most: float = 1000.0) -> None:
    folder = root / place
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "name").write_text(f"{name}\n")
    (folder / "energy_uj").write_text(str(int(joules * 1e6)))
    (folder / "max_energy_range_uj").write_text(str(int(most * 1e6)))


def spin(meter: Meter) -> None:
    while meter.used().cpu_seconds < 0.05:
        sum(range(10_000))


def test_packages_and_their_memory_are_counted_and_parts_of_packages_are_not(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 10)
    zone(tmp_path, "intel-rapl:0:0", "core", 4)
    zone(tmp_path, "intel-rapl:0:1", "dram", 3)
    zone(tmp_path, "intel-rapl:1", "psys", 99)
    assert counters(tmp_path) == {"intel-rapl:0": (10, 1000), "intel-rapl:0:1": (3, 1000)}


def test_counters_that_cannot_be_read_are_none(tmp_path: Path) -> None:
    assert counters(tmp_path / "nowhere") == {}
    zone(tmp_path, "intel-rapl:0", "package-0", 10)
    (tmp_path / "intel-rapl:0" / "energy_uj").write_text("secret")
    assert counters(tmp_path) == {}


def test_a_counter_that_began_again_is_followed(tmp_path: Path) -> None:
    rapl = tmp_path / "rapl"
    zone(rapl, "intel-rapl:0", "package-0", 990)
    meter = Meter(tmp_path, EnergyFactors(), rapl, tmp_path / "no stat")
    for joules in (995, 3, 8):
        zone(rapl, "intel-rapl:0", "package-0", joules)
        used = meter.used()
    assert used.kwh * 3.6e6 == pytest.approx(18) and used.kwh == used.measured_kwh == used.kwh_high


def test_the_share_of_the_process_is_of_all_busy_time(tmp_path: Path) -> None:
    rapl, stat = tmp_path / "rapl", tmp_path / "stat"
    zone(rapl, "intel-rapl:0", "package-0", 0)
    stat.write_text("cpu  100 0 100 5000 50 0 0 0 0 0\ncpu0 1 1\n")
    assert busy_seconds(stat) == 2.0  # 200 ticks of 1/100 s
    meter = Meter(tmp_path, EnergyFactors(), rapl, stat)
    spin(meter)
    stat.write_text("cpu  10100 0 100 5000 50 0 0 0 0 0\n")
    zone(rapl, "intel-rapl:0", "package-0", 50)
    used = meter.used()
    assert used.kwh_low / used.kwh == pytest.approx(used.cpu_seconds / 100)


def test_busy_time_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / "stat").write_text("cpu x")
    assert busy_seconds(tmp_path / "stat") == busy_seconds(tmp_path / "nowhere") == 0


def test_a_meter_adds_to_what_earlier_processes_used(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        meter = Meter(tmp_path, EnergyFactors(), tmp_path / "no rapl")
        spin(meter)
        meter.note()
        meter.note()  # a second note of one process replaces the first
        assert read_energy(tmp_path).processes == number
    assert 0.15 <= read_energy(tmp_path).cpu_seconds < 5
    assert read_json(tmp_path / "timing.json")["energy_factors"]["kgco2e_per_kwh"] == 0.475


def test_a_training_that_was_stopped_counts_all_its_processes(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(corpus, TEXT_RECIPE, tmp_path, progress=StopAt(9))
    first = read_energy(tmp_path)
    assert first.processes == 1 and first.cpu_seconds > 0
    made = fit(corpus, TEXT_RECIPE, tmp_path, energy=EnergyFactors(kgco2e_per_kwh=0))
    assert made.energy.processes == 2 and made.energy.cpu_seconds > first.cpu_seconds
    assert made.energy.kgco2e == first.kgco2e


def test_declared_factors_change_no_byte_that_is_hashed(
    corpus: Corpus, checkpoint: TextCheckpoint, tmp_path: Path
) -> None:
    made = fit(corpus, replace(TEXT_RECIPE), tmp_path, energy=EnergyFactors(watts=99))
    assert made.hash == checkpoint.hash
