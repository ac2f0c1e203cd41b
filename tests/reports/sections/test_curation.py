from headwater.core import StageReport
from headwater.reports.run import Run, Track
from headwater.reports.sections import curation


def test_the_section_shows_the_() -> None:
    main = StageReport("curation", "main", {"a": 1})
    other = StageReport("curation", "other", {"b": 2})
    data = curation(Run("t", (Track("images", {"curation": other}), Track("", {"curation": main}))))
    assert (data.stage, data.title, data.facts) == ("curation", "main", {"a": 1})


def test_the_section_says_that_the_stage_was_not_run() -> None:
    assert not curation(Run("t", (Track(""),))).run
