import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from headwater.core import NotMeasured, StageReport
from headwater.reports import SECTIONS, build_report
from headwater.reports.caps import Caps
from headwater.reports.page import content_policy, deflated, make_environment, render, section_data, waiting_rows
from headwater.reports.run import APART, Run, Track

from .fixtures import HOSTILE, SCRIPT, empty_run, full_run, hostile_run


class Outline(HTMLParser):
    """What a browser would make of the page: tags, attributes, scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "script" and data.strip():
            self.scripts.append(data)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("hostile")
    return build_report(folder, **hostile_run(folder)).read_text()


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("full")
    return build_report(folder, **full_run(folder)).read_text()


def test_hostile_text_adds_no_element_that_a_normal_page_lacks(hostile: str, full: str) -> None:
    assert {tag for tag, _ in Outline(hostile).tags} <= {tag for tag, _ in Outline(full).tags}


def test_hostile_text_adds_no_event_handler_and_no_style(hostile: str) -> None:
    names = {name for _, attributes in Outline(hostile).tags for name in attributes}
    assert [name for name in names if name.startswith("on")] == [] and "style" not in names


def test_no_script_from_the_data_stands_in_the_page(hostile: str) -> None:
    assert SCRIPT not in hostile
    assert hostile.count("<script") == 2 and hostile.count("</script>") == 2


def test_every_link_leads_within_the_page_or_to_the_web(hostile: str, full: str) -> None:
    for page in (hostile, full):
        targets = [attributes["href"] or "" for tag, attributes in Outline(page).tags if tag == "a"]
        assert targets and all(re.match(r"#[a-z0-9-]+$|https?://", target) for target in targets)


def test_every_inner_link_has_its_target(full: str) -> None:
    outline = Outline(full).tags
    ids = {attributes.get("id") for _, attributes in outline}
    assert {a["href"][1:] for tag, a in outline if tag == "a" and (a["href"] or "").startswith("#")} <= ids  # type: ignore[index]


def test_every_id_is_used_once(full: str, hostile: str) -> None:
    for page in (full, hostile):
        ids = [attributes["id"] for _, attributes in Outline(page).tags if "id" in attributes]
        assert len(ids) == len(set(ids))


def test_headings_skip_no_level(full: str, hostile: str) -> None:
    for page in (full, hostile):
        levels = [int(tag[1]) for tag, _ in Outline(page).tags if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1 and levels.count(1) == 1
        assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_the_page_has_language_title_and_landmarks(full: str) -> None:
    tags = dict(reversed(Outline(full).tags))
    assert tags["html"] == {"lang": "en"}
    assert {"title", "header", "nav", "main", "footer"} <= set(tags)


def test_the_page_names_nothing_to_load(full: str, hostile: str) -> None:
    for page in (full, hostile):
        sources = [
            (tag, a.get("src") or a.get("href") or "") for tag, a in Outline(page).tags if tag not in ("a", "html")
        ]
        assert all(not source or source.startswith("data:") for _, source in sources)
        assert "@import" not in page and "url(" not in page.split("</style>")[0]


def test_the_policy_names_script_and_style_by_their_hash(full: str) -> None:
    policy = next(a["content"] for tag, a in Outline(full).tags if a.get("http-equiv") == "Content-Security-Policy")
    script = full.rsplit("<script>", 1)[1].split("</script>")[0]
    style = full.split("<style>", 1)[1].split("</style>")[0]
    for directive, content in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in (policy or "")
    assert (policy or "").startswith("default-src 'none';")


def test_a_changed_script_changes_the_policy() -> None:
    assert content_policy("a", "b") != content_policy("a ", "b")


@pytest.mark.parametrize("text", HOSTILE)
def test_an_island_gives_its_data_back_and_cannot_be_left(text: str) -> None:
    written = str(deflated({"table-1": [[text]]}))
    page = f'<script type="text/plain" id="rows">{written}</script>'
    assert waiting_rows(page) == {"table-1": [[text.encode("utf-8", "replace").decode()]]}
    assert not set("<>&\"'\u2028\u2029") & set(written)


def test_without_escaping_the_data_would_stand_in_the_page_as_markup() -> None:
    run = Run(SCRIPT, (Track("", {"audit": StageReport("audit", SCRIPT, {SCRIPT: 1})}),))
    assert SCRIPT in render(run, Caps(), make_environment(autoescape=False))
    assert SCRIPT not in render(run, Caps(), make_environment())


def test_hidden_characters_are_marked_everywhere(hostile: str) -> None:
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\ufeff\u2028\u2029\x00\x07\x1b]", hostile)
    assert "⟨U+202E⟩" in hostile


def test_a_name_that_a_template_does_not_know_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        make_environment().from_string("{{ nobody }}").render()


def test_a_template_in_the_data_is_not_run(hostile: str) -> None:
    assert "{{ 7 * 7 }}" in hostile


def test_an_empty_run_gives_no_empty_heading(tmp_path: Path) -> None:
    page = build_report(tmp_path, **empty_run(tmp_path)).read_text()
    assert re.findall(r"<h[1-6][^>]*>\s*</h[1-6]>", page) == []


def test_sections_come_in_their_registered_order() -> None:
    names = [name for name, _, _ in section_data(Run("t", (Track(""), Track("images"))))]
    assert names == [
        "verdict", "answers", "summary", "findings", "scores", "curation", "corpus-audit", "controls", "training",
        "images", "not-measured", "documents", "signatures", "provenance", "glossary",
    ]  # fmt: skip
    # a page of its own; a training that kept its ledger; where a step mitigates; a run that remedies another; where a
    # policy was judged; where there is a stage
    apart = (
        "calibration",
        "comparison",
        "difference",
        "energy",
        "mitigation",
        "remedy",
        "checklist",
        "methods",
        "removal",
        "trend",
        "trend-runs",
        "trend-scores",
    )
    assert sorted([*names, *apart]) == SECTIONS.names()


def test_a_section_of_a_third_party_brings_its_own_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "guest.py").write_text("def guest(run):\n    'A guest.'\n    return {'words': run.title}\n")
    (tmp_path / "guest.html.jinja").write_text("<p>Guest: {{ data.words }}</p>")
    monkeypatch.syspath_prepend(tmp_path)
    from guest import guest  # type: ignore[import-not-found]

    monkeypatch.setitem(SECTIONS._entries, "guest", guest)
    monkeypatch.setitem(SECTIONS._facts, "guest", {"title": "Guest"})
    page = render(Run("<b>", (Track(""),)), Caps())
    assert "<p>Guest: &lt;b&gt;</p>" in page and page.index('id="guest"') > page.index('id="glossary"')


def test_a_section_that_returns_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SECTIONS._entries, "images", lambda run: None)
    assert "images" not in [name for name, _, _ in section_data(Run("t", (Track(""),)))]


def test_a_long_list_of_scores_is_folded(tmp_path: Path) -> None:
    def page(number: int) -> str:
        scores = tuple(NotMeasured(f"metric-{place}", "no reason") for place in range(number))
        StageReport("audit", "Corpus audit", {"Documents": 1}, scores).save(tmp_path / "audit.json")
        return build_report(tmp_path, title="t").read_text()

    assert "<h3>Scores of the audit</h3>" in page(40)
    assert '<span>Scores of the audit</span> <span class="unit">41 scores</span>' in page(41)


@pytest.mark.parametrize("stage", [stage for stage in APART if stage != "trend"])
def test_a_page_apart_from_runs_shows_its_own_stage_and_no_verdict_of_a_run(stage: str) -> None:
    run = Run("t", (Track("", {stage: StageReport(stage, "its own", {"a fact": 1})}),))
    names = [name for name, _, _ in section_data(run)]
    assert not {"verdict", "answers", "signatures", "not-measured", "scores"} & set(names)
    assert stage in names
