from headwater.core import StageReport
from headwater.reports.run import Run, Track
from headwater.reports.sections import comparison


def test_the_section_shows_the_comparison() -> None:
    report = StageReport("comparison", "A and B", {"A better": 1})
    data = comparison(Run("t", (Track("", {"comparison": report}),)))
    assert data is not None and data.facts == {"A better": 1}


def test_a_run_without_one_has_no_such_section() -> None:
    assert comparison(Run("t", (Track(""),))) is None
