from headwater.core import StageReport
from headwater.reports.run import Run, Track
from headwater.reports.sections import calibration


def test_the_section_shows_the_calibration() -> None:
    report = StageReport("calibration", "Calibration", {"a": 1})
    data = calibration(Run("t", (Track("", {"calibration": report}),)))
    assert data is not None and data.facts == {"a": 1}


def test_a_run_without_one_has_no_such_section() -> None:
    assert calibration(Run("t", (Track(""),))) is None
