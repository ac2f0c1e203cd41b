from pathlib import Path

from headwater.core import Finding, Score, StageReport, Table
from headwater.reports import Run, Track, build_calibration


def report() -> StageReport:
    score = Score("calibration-removal", 0.5, 4, "share of documents", "calibration/1", 0.15, 0.85, interval="Wilson")
    finding = Finding("HW-C031", "medium", "Limits for other text", "It means this.", "Do that.")
    table = Table("t", "What each rule would remove", ("rule",), (("<script>alert(1)</script>",),))
    return StageReport("calibration", "Calibration", {"documents": 4}, (score,), (finding,), (table,))


def test_the_page_and_its_data_are_written(tmp_path: Path) -> None:
    page = build_calibration(report(), tmp_path, title="Look").read_text("utf-8")
    assert "Limits for other text" in page and "What each rule would remove" in page
    assert "<script>alert" not in page
    assert StageReport.load(tmp_path / "calibration.json") == report()


def test_the_page_does_not_complain_of_stages_that_nobody_expects(tmp_path: Path) -> None:
    page = build_calibration(report(), tmp_path, title="Look").read_text("utf-8")
    assert "headwater train" not in page and "Not run" not in page


def test_a_track_with_other_stages_still_expects_a_whole_run() -> None:
    alone = Track("", {"calibration": report()})
    both = Track("", {"calibration": report(), "curation": report()})
    assert (alone.missing, both.missing) == ((), ("audit", "training", "evaluation"))
    assert [stage for _, stage in Run("t", (both,)).stages()] == [report(), report()]
