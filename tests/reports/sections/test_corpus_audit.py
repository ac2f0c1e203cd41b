from headwater.core import StageReport
from headwater.reports.run import Run, Track
from headwater.reports.sections import corpus_audit


def test_the_section_shows_the_() -> None:
    main = StageReport("audit", "main", {"a": 1})
    other = StageReport("audit", "other", {"b": 2})
    data = corpus_audit(Run("t", (Track("images", {"audit": other}), Track("", {"audit": main}))))
    assert (data.stage, data.title, data.facts) == ("audit", "main", {"a": 1})


def test_the_section_says_that_the_stage_was_not_run() -> None:
    assert not corpus_audit(Run("t", (Track(""),))).run
