from headwater.core import StageReport
from headwater.reports.run import Run, Track
from headwater.reports.sections import difference


def test_the_section_shows_the_difference() -> None:
    report = StageReport("difference", "A and B", {"findings new in B": 1})
    data = difference(Run("t", (Track("", {"difference": report}),)))
    assert data is not None and data.facts == {"findings new in B": 1}


def test_a_run_without_one_has_no_such_section() -> None:
    assert difference(Run("t", (Track(""),))) is None
