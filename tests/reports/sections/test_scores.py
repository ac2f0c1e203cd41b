from typing import Any

from headwater.core import Finding, NotMeasured, Score, StageReport, Table
from headwater.reports.caps import Caps
from headwater.reports.page import render, waiting_rows
from headwater.reports.run import Run, Track
from headwater.reports.sections import scores


def test_the_section_shows_the_() -> None:
    main = StageReport("evaluation", "main", {"a": 1})
    other = StageReport("evaluation", "other", {"b": 2})
    data = scores(Run("t", (Track("images", {"evaluation": other}), Track("", {"evaluation": main}))))
    assert (data.stage, data.title, data.facts) == ("evaluation", "main", {"a": 1})


def test_the_section_says_that_the_stage_was_not_run() -> None:
    assert not scores(Run("t", (Track(""),))).run


def entry(name: str, area: str, scores: int, exhibits: int, *findings: str) -> dict[str, Any]:
    return {"name": name, "area": area, "scores": scores, "exhibits": exhibits, "findings": list(findings)}


def flat(parts: Any, name: str) -> tuple[int, ...]:
    return tuple(place for part in parts for place in getattr(part, name))


def evaluated(*entries: dict[str, Any]) -> Run:
    scores = (
        Score("bias-a", 0.1, 9, "share", "a/1"), NotMeasured("bias-b", "none"), Score("quality-a", 2.0, 9, "1", "q/1"),
        Score("detector-auc", 0.9, 9, "AUC", "d/1", slice={"detector": "words"}),
    )  # fmt: skip
    exhibits = tuple(Table(name, f"table {name}", ("x",), ((1,),)) for name in ("one", "two", "sure"))
    found = Finding("HW-B001", "high", "Tied", "m", "a")
    areas = ["Quality", "Bias", "Detectors"]
    report = StageReport("evaluation", "E", {"n": 1}, scores, (found,), exhibits, {"metrics": entries, "areas": areas})
    return Run("t", (Track("", {"evaluation": report}),))


ENTRIES = (
    entry("a", "Bias", 1, 1, "HW-B001"), entry("q", "Quality", 0, 0), entry("b", "Bias", 1, 0),
    entry("r", "Quality", 1, 1), entry("d", "Detectors", 1, 0),
)  # fmt: skip


def test_scores_and_exhibits_stand_in_the_area_of_their_metric() -> None:
    data = scores(evaluated(entry("a", "Bias", 1, 1, "HW-B001"), entry("b", "Bias", 1, 0), entry("q", "Quality", 1, 1),
                            entry("d", "Detectors", 1, 0)))  # fmt: skip
    told = [
        (area.title, flat(area.metrics, "scores"), flat(area.metrics, "exhibits"), area.measured, area.missing)
        for area in data.areas
    ]
    assert told == [("Quality", (2,), (1,), 1, 0), ("Bias", (0, 1), (0,), 1, 1), ("Detectors", (3,), (), 1, 0)]
    assert [link.code for link in data.areas[1].findings] == ["HW-B001"] and not data.areas[0].findings
    assert data.rest == (2,)


def test_metrics_of_one_area_may_lie_apart() -> None:
    assert [
        (area.title, tuple(part.name for part in area.metrics)) for area in scores(evaluated(*ENTRIES)).areas
    ] == [
        ("Quality", ("q", "r")), ("Bias", ("a", "b")), ("Detectors", ("d",)),
    ]  # fmt: skip


def test_a_detector_of_an_evaluation_is_no_planted_control() -> None:
    html = render(evaluated(*ENTRIES), Caps())
    assert "No detector was measured on planted controls" in html
    assert html.index('id="area-quality"') < html.index('id="area-bias"') < html.index('id="area-detectors"')
    assert "detector-auc" in str(waiting_rows(html)) and "detector-auc" not in html


def test_without_what_the_metrics_tell_all_stands_together() -> None:
    data = scores(evaluated(entry("a", "Bias", 1, 1)))  # the numbers do not add up: another version
    assert not data.areas and len(data.rest) == 3
    assert "All scores" in render(evaluated(), Caps())
