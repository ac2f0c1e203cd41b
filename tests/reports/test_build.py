import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import ChoiceLoader, DictLoader

from headwater.core import Example, Finding, IntegrityError, NotMeasured, Score, StageReport, Table
from headwater.reports import build, build_report
from headwater.reports import page as page_module
from headwater.reports.build import HEAVIEST, plain, render_within
from headwater.reports.page import make_environment, section_data, waiting_rows
from headwater.reports.run import Run, Track

from .fixtures import HOSTILE, document, empty_run, evaluation, full_run, hostile_run


def test_both_files_are_written_and_the_page_is_returned(tmp_path: Path) -> None:
    path = build_report(tmp_path, **full_run(tmp_path))
    assert path == tmp_path / "report.html"
    assert sorted(file.name for file in tmp_path.glob("report.*")) == ["report.html", "report.json"]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        build_report(tmp_path / name, **full_run(tmp_path / name))
    for file in ("report.html", "report.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_the_order_of_the_documents_does_not_matter(tmp_path: Path) -> None:
    arguments = full_run(tmp_path)
    first = build_report(tmp_path, **arguments).read_bytes()
    arguments["documents"] = dict(reversed(arguments["documents"].items()))
    assert build_report(tmp_path, **arguments).read_bytes() == first


def test_a_typical_page_is_light(tmp_path: Path) -> None:
    assert build_report(tmp_path, **full_run(tmp_path)).stat().st_size < 500_000


def test_a_heavy_page_is_made_again_with_less(tmp_path: Path) -> None:
    assert build_report(tmp_path, **hostile_run(tmp_path)).stat().st_size < HEAVIEST


def test_a_page_over_the_limit_shows_fewer_rows(tmp_path: Path) -> None:
    stage = StageReport(
        "evaluation", "e", exhibits=(Table("t", "T", ("a",), tuple((f"row {at}",) for at in range(900))),)
    )
    run = Run("t", (Track("", {"evaluation": stage}),))
    assert "row 250" in str(waiting_rows(render_within(run, HEAVIEST)))
    small = render_within(run, len(render_within(run, HEAVIEST)) - 1)
    assert "row 250" not in small + str(waiting_rows(small)) and "12 of 900 rows" in small


@given(
    text=st.text(st.sampled_from("a\u202e<&é😀"), min_size=1, max_size=4),
    size=st.integers(100, 900),
    number=st.integers(0, 5),
    limit=st.integers(60_000, 400_000),
)
@settings(max_examples=4, deadline=None)
def test_whatever_the_stages_wrote_the_page_stays_within_the_limit(
    text: str, size: int, number: int, limit: int
) -> None:
    words = text * size
    examples = tuple(Example(f"free-{at}", words, words, (), (words,)) for at in range(9))
    stage = StageReport(
        "evaluation", words, {f"{words}{at}": words for at in range(number)},
        tuple(NotMeasured(f"{at}{words}", words + str(at)) for at in range(10 * number)),
        tuple(Finding(f"{words}{at}", "high", words, words, words, (), examples) for at in range(number)),
        tuple(Table(words, words, (words,) * 30, ((words,) * 30,) * 60) for _ in range(number)),
    )  # fmt: skip
    run = Run(words, (Track("", dict.fromkeys(("curation", "audit", "training", "evaluation"), stage)),))
    html = render_within(run, limit)
    assert len(html.encode()) <= limit and html.endswith("</html>")


def test_the_heaviest_sections_give_way_to_a_note_where_nothing_else_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "section_data", lambda run: [*section_data(run), ("guest", "Guest", "x" * 5_000_000)])
    loader = DictLoader({"guest.html.jinja": "<p>{{ data }}</p>"})
    environment = make_environment()
    environment.loader = ChoiceLoader([environment.loader, loader])  # type: ignore[list-item]
    monkeypatch.setattr(page_module, "make_environment", lambda: environment)
    html = render_within(Run("t", (Track(""),)), HEAVIEST)
    assert len(html) < 100_000 and "does not fit on the page (5,000 KB)" in html and 'id="findings"' in html


def test_the_json_holds_every_score_and_finding_that_the_stages_wrote(tmp_path: Path) -> None:
    data = json.loads((build_report(tmp_path, **full_run(tmp_path)).with_name("report.json")).read_bytes())
    sections = data["sections"]
    assert [Score.from_json(item) for item in sections["scores"]["data"]["scores"] if "value" in item] == [
        score for score in evaluation().scores if isinstance(score, Score)
    ]
    findings = [Finding.from_json(item["finding"]) for item in sections["findings"]["data"]["findings"]]
    assert set(finding.code for finding in findings) >= {finding.code for finding in evaluation().findings}
    assert evaluation().findings[0] in findings


def test_the_json_holds_the_cards_and_the_provenance(tmp_path: Path) -> None:
    data = json.loads((build_report(tmp_path, **full_run(tmp_path)).with_name("report.json")).read_bytes())
    cards = {item["card"]["id"]: item["card"] for item in data["sections"]["documents"]["data"]["documents"]}
    assert cards[document(1)]["steps"] == [310, 1204]
    assert ["libraries › torch", "2.13.0"] in data["sections"]["provenance"]["data"]["entries"]


def test_the_json_keeps_what_the_page_cuts(tmp_path: Path) -> None:
    rows = tuple((f"row {at}",) for at in range(5_000))
    StageReport("audit", "a", exhibits=(Table("t", "T", ("a",), rows),)).save(tmp_path / "audit.json")
    page = build_report(tmp_path, title="t")
    data = json.loads(page.with_name("report.json").read_bytes())
    assert len(data["sections"]["corpus-audit"]["data"]["exhibits"][0]["rows"]) == 5_000
    assert "row 4999" not in page.read_text() and "300 of 5,000 rows" in page.read_text()


@pytest.mark.parametrize("text", HOSTILE)
def test_the_json_holds_hostile_text_as_it_was(tmp_path: Path, text: str) -> None:
    report = StageReport("audit", text, {text: text})
    report.save(tmp_path / "audit.json")
    page = build_report(tmp_path, title=text, provenance={"p": text})
    data = json.loads(page.with_name("report.json").read_bytes())
    assert data["sections"]["corpus-audit"]["data"]["facts"] == {text: text}


def test_a_folder_without_any_stage_says_what_was_not_run(tmp_path: Path) -> None:
    page = build_report(tmp_path, title="Nothing").read_text()
    for stage in ("curation", "audit", "training", "evaluation"):
        assert f"There is no {stage} report in the run folder." in page


def test_empty_fields_everywhere_still_give_a_page(tmp_path: Path) -> None:
    page = build_report(tmp_path, **empty_run(tmp_path)).read_text()
    assert "<title>Untitled report</title>" in page


def test_a_broken_stage_file_leaves_the_old_report_alone(tmp_path: Path) -> None:
    arguments = full_run(tmp_path)
    before = build_report(tmp_path, **arguments).read_bytes()
    (tmp_path / "audit.json").write_text("{")
    with pytest.raises(IntegrityError, match=r"audit\.json"):
        build_report(tmp_path, **arguments)
    assert (tmp_path / "report.html").read_bytes() == before


def test_a_date_comes_in_through_provenance_only(tmp_path: Path) -> None:
    arguments = full_run(tmp_path)
    arguments["provenance"]["date"] = "1999-12-31"
    assert "1999-12-31" in build_report(tmp_path, **arguments).read_text()


def test_numbers_that_are_not_finite_become_null() -> None:
    assert plain({"a": (1.0, float("nan"), float("inf"))}) == {"a": [1.0, None, None]}
