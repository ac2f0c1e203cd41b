from headwater.core import NotMeasured, StageReport
from headwater.reports.run import Run, Track
from headwater.reports.sections import not_measured


def test_stages_that_were_not_run_come_first() -> None:
    stage = StageReport("evaluation", "e", scores=(NotMeasured("toxicity", "no classifier", {"group": "x"}),))
    gaps = not_measured(Run("t", (Track("", {"evaluation": stage}),))).gaps
    assert [gap.what for gap in gaps] == [
        "the whole curation stage", "the whole audit stage", "the whole training stage", "toxicity",
    ]  # fmt: skip
    assert (gaps[-1].where, gaps[-1].slice, gaps[-1].reason) == ("evaluation", "group: x", "no classifier")


def test_a_track_that_nobody_ran_is_not_a_gap_in_each_of_its_stages() -> None:
    assert not [gap for gap in not_measured(Run("t", (Track(""), Track("images")))).gaps if "images" in gap.where]


def test_a_track_that_was_begun_is_held_to_all_of_its_stages() -> None:
    track = Track("images", {"curation": StageReport("curation", "c")})
    gaps = not_measured(Run("t", (Track(""), track))).gaps
    assert [gap.what for gap in gaps if "images" in gap.where] == [
        "the whole images audit stage", "the whole images training stage", "the whole images evaluation stage",
    ]  # fmt: skip


def test_the_same_gap_is_told_once() -> None:
    gap = NotMeasured("toxicity", "no classifier")
    run = Run("t", (Track("", {"evaluation": StageReport("evaluation", "e", scores=(gap, gap))}),))
    assert [row.what for row in not_measured(run).gaps].count("toxicity") == 1
