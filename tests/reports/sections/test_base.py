from pathlib import Path

import pytest

from headwater.reports import SECTIONS, Run, Track
from headwater.reports.sections import stage_data

from ..fixtures import curation, evaluation, image_stages

RUN = Run("t", (Track("", {"curation": curation(), "evaluation": evaluation()}), Track("images", image_stages())))


def test_a_stage_brings_its_facts_exhibits_and_own_findings() -> None:
    data = stage_data(RUN, RUN.main, "evaluation")
    assert data.run and data.facts == evaluation().facts and data.exhibits == evaluation().exhibits
    assert sorted(link.code for link in data.findings) == ["HW-H002", "HW-M001", "HW-M003", "HW-Q001"]


def test_a_stage_without_a_report_was_not_run() -> None:
    assert not stage_data(RUN, RUN.main, "training").run


def test_findings_of_another_track_stay_there() -> None:
    assert [link.code for link in stage_data(RUN, RUN.tracks[1], "evaluation").findings] == ["HW-Q010"]


@pytest.mark.parametrize("name", SECTIONS.names())
def test_the_example_on_the_page_of_a_section_runs(name: str) -> None:
    page = (Path(__file__).parents[3] / "docs" / "sections" / f"{name}.md").read_text("utf-8")
    code = page.split("```python\n")[1].split("```")[0]
    assert "assert" in code
    exec(compile(code, f"{name}.md", "exec"), {})
