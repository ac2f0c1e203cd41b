from headwater.core import StageReport
from headwater.reports.run import Run, Track
from headwater.reports.sections import findings

from ..fixtures import evaluation, image_stages


def test_findings_of_every_track_and_stage_are_gathered() -> None:
    run = Run("t", (Track("", {"evaluation": evaluation()}), Track("images", image_stages())))
    data = findings(run)
    assert {(placed.track, placed.stage) for placed in data.findings} == {("", "evaluation"), ("images", "evaluation")}
    assert data.badge == len(data.findings) == 5


def test_no_finding_and_no_stage_are_told_apart() -> None:
    assert not findings(Run("t", (Track(""),))).evaluated
    assert findings(Run("t", (Track("", {"audit": StageReport("audit", "a")}),))).evaluated
