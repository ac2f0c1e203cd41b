from headwater.core import NotMeasured, Score
from headwater.reports.run import Run, Track
from headwater.reports.sections import controls, curation

from ..fixtures import curation as curation_report

RUN = Run("t", (Track("", {"curation": curation_report()}),))


def test_controls_are_the_scores_of_detectors() -> None:
    scores = controls(RUN).scores
    assert len(scores) == 7 and all("detector" in score.slice for score in scores)


def test_a_control_that_could_not_be_planted_is_kept() -> None:
    assert any(isinstance(score, NotMeasured) for score in controls(RUN).scores)


def test_controls_do_not_stand_among_the_scores_of_their_stage_again() -> None:
    assert curation(RUN).scores == ()
    plain = Score("kept", 0.7, 10, "share", "k/1")
    report = curation_report()
    stage = type(report)("curation", "c", scores=(*report.scores, plain))
    assert curation(Run("t", (Track("", {"curation": stage}),))).scores == (plain,)
