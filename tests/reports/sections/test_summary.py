from pathlib import Path

from headwater.reports.run import Run, Track, read_run
from headwater.reports.sections import summary

from ..fixtures import full_run


def test_the_worst_findings_come_first_and_are_counted_by_severity(tmp_path: Path) -> None:
    data = summary(read_run(tmp_path, **full_run(tmp_path), tracks=("", "images")))
    assert data.top[0].code == "HW-M001" and len(data.top) == 6
    assert dict(data.severities) == {"high": 1, "medium": 3, "low": 3, "info": 1}
    assert data.findings == sum(data.severities.values())


def test_every_stage_of_the_main_track_is_named_even_if_it_was_not_run() -> None:
    data = summary(Run("t", (Track(""),)))
    assert [(stage.stage, stage.run) for stage in data.stages] == [
        ("curation", False), ("audit", False), ("training", False), ("evaluation", False),
    ]  # fmt: skip
    assert data.gaps == 4


def test_facts_keep_the_order_that_the_stage_gave_them(tmp_path: Path) -> None:
    data = summary(read_run(tmp_path, **full_run(tmp_path), tracks=("", "images")))
    assert list(data.stages[0].facts)[:2] == ["documents kept", "documents read"]
    assert data.tracks == ("images",)
