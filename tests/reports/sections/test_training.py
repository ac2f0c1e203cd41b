from headwater.core import StageReport
from headwater.reports.run import Run, Track
from headwater.reports.sections import training


def test_the_section_shows_the_() -> None:
    main = StageReport("training", "main", {"a": 1})
    other = StageReport("training", "other", {"b": 2})
    data = training(Run("t", (Track("images", {"training": other}), Track("", {"training": main}))))
    assert (data.stage, data.title, data.facts) == ("training", "main", {"a": 1})


def test_the_section_says_that_the_stage_was_not_run() -> None:
    assert not training(Run("t", (Track(""),))).run
