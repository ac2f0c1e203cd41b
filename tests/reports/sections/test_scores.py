from headwater.core import StageReport
from headwater.reports.run import Run, Track
from headwater.reports.sections import scores


def test_the_section_shows_the_() -> None:
    main = StageReport("evaluation", "main", {"a": 1})
    other = StageReport("evaluation", "other", {"b": 2})
    data = scores(Run("t", (Track("images", {"evaluation": other}), Track("", {"evaluation": main}))))
    assert (data.stage, data.title, data.facts) == ("evaluation", "main", {"a": 1})


def test_the_section_says_that_the_stage_was_not_run() -> None:
    assert not scores(Run("t", (Track(""),))).run
