"""The section ``mitigation``."""

from headwater.core import StageReport
from headwater.reports import Run, Track
from headwater.reports.sections import mitigation


def test_the_section_shows_the_comparison() -> None:
    report = StageReport("mitigation", "Before and after mitigation", {"numbers compared": 3})
    data = mitigation(Run("t", (Track("", {"mitigation": report}),)))
    assert data is not None
    assert data.facts == {"numbers compared": 3}


def test_a_run_without_mitigation_has_no_such_section_and_misses_none() -> None:
    track = Track("", {})
    assert mitigation(Run("t", (track,))) is None
    assert "mitigation" not in track.missing


def test_a_run_without_mitigation_has_no_such_section() -> None:
    assert mitigation(Run("t", (Track("", {"audit": StageReport("audit", "Corpus audit")}),))) is None
