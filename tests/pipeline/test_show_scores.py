from headwater.core import Table
from headwater.pipeline.show_scores import score_lines

COLUMNS = ("stage", "metric", "slice", "A", "low A", "high A", "B", "low B", "high B", "B - A", "low", "high", "note")


def test_what_changed_is_told_in_full_and_the_rest_is_counted() -> None:
    one = ("evaluate", "perplexity", "split held-out", 30.0, 29.0, 31.0, 20.0, 19.0, 21.0, -10.0, -11.0, -9.0, "better")
    rows = (
        one,
        (*one[:9], 0.0, -1.0, 1.0, "not distinguishable"),
        (*one[:9], 0.0, None, None, "the same"),
        (*one[:6], None, None, None, None, None, None, "second: not there"),
        ("train", "", "", *[None] * 9, "this stage was run in A only"),
    )
    lines = list(score_lines(Table("diff-scores", "Scores", COLUMNS, rows)))
    assert lines == [
        "perplexity, split held-out",
        "    30 -> 20, -10 (-11 to -9): better",
        "2 not to be compared; 1 not distinguishable; 1 the same",
        "all of them: --markdown FILE or --json",
    ]


def test_a_difference_without_an_interval_has_none() -> None:
    row = ("audit", "m", "", 1.0, None, None, 2.0, None, None, 1.0, None, None, "changed")
    assert list(score_lines(Table("diff-scores", "Scores", COLUMNS, (row,))))[:2] == ["m", "    1 -> 2, 1: changed"]


def test_more_than_a_screen_is_cut_and_said() -> None:
    row = ("audit", "m", "", 1.0, None, None, 2.0, None, None, 1.0, None, None, "changed")
    lines = list(score_lines(Table("diff-scores", "Scores", COLUMNS, (row,) * 25)))
    assert len(lines) == 2 * 20 + 2 and lines[-2] == "and 5 more that differ"
