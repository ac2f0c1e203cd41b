import json
from pathlib import Path

from headwater.core import EnergyFactors, EnergyUse, declared_use
from headwater.reports import Run, build_report
from headwater.reports.sections import energy

USE = declared_use(600.0, 700.0, EnergyFactors())


def test_a_training_is_told_in_watt_hours_and_grams_with_bounds() -> None:
    found = energy(Run("t", (), energy={"": USE + USE}))
    assert found is not None
    (row,) = found.rows
    assert row.energy == "4 Wh (1.46 to 5.28)" and row.emissions == "1.9 g CO2e (0.693 to 2.51)"
    assert (row.track, row.processes, row.cpu, row.wall) == ("main", 2, "0.33 h", "0.39 h")
    assert "declared watts" in row.method


def test_a_run_without_a_ledger_of_energy_has_no_such_section() -> None:
    assert energy(Run("t", ())) is None and energy(Run("t", (), energy={"": EnergyUse()})) is None


def test_the_page_shows_energy_and_the_json_that_must_repeat_does_not(tmp_path: Path) -> None:
    page = build_report(tmp_path, title="t", energy={"": USE}).read_text("utf-8")
    assert "2 Wh (0.729 to 2.64)" in page
    assert "energy" not in json.loads((tmp_path / "report.json").read_text("utf-8"))["sections"]
