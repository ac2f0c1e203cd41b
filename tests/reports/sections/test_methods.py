from headwater.core import Score, StageReport
from headwater.reports import Run, Track
from headwater.reports.sections import methods

PLANTED = [
    Score("planted-control-recall", value, 50, "share", "p/1", 0.0, 1.0, "Wilson", slice={"detector": "email"})
    for value in (1.0, 0.4)
]


def run(*scores: Score, **stages: StageReport) -> Run:
    audit = StageReport("audit", "Audit", scores=scores)
    return Run("t", (Track("", {"audit": audit, **stages}),), {}, {"seed": "7", "headwater": "0.1.0"})


def test_counts_are_those_of_the_scores() -> None:
    scores = (Score("a", 1, 2, "u", "a/1"), Score("a", 1, 2, "u", "a/2", 0.0, 2.0, "t"), *PLANTED)
    data = methods(run(*scores))
    assert data is not None
    assert (data.scores, data.without_interval, len(data.protocols)) == (4, 1, 3)
    assert data.intervals == (("Wilson", 2), ("t", 1)) and data.seeds == (("run", "7"),)


def test_the_lowest_recall_of_a_detector_is_told() -> None:
    data = methods(run(*PLANTED))
    assert data is not None and data.detectors == (("email", 0.4, 50),)
    assert "detectors" not in data.limits and "no-evaluation" in data.limits


def test_without_planted_controls_the_limits_say_so() -> None:
    data = methods(run())
    assert data is not None and "detectors" in data.limits and "chain" not in data.limits
