"""The report in a real Chromium: nothing is loaded, nothing from the data runs, everybody can read it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from markupsafe import Markup
from playwright.sync_api import Browser, Page, sync_playwright

from headwater.reports import append_evidence, build_report
from headwater.reports import page as page_module

from .fixtures import empty_run, full_run, hostile_run, many_steps_run
from .judged import MANIFEST, hostile_judgement, judgement

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt install chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
WIDER_THAN_SCREEN = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
ALIKE = "table[id] tr:nth-child(n + 7), " + ", ".join(
    f"{kind}:nth-of-type(n + 9)" for kind in (".finding", ".document", ".scores tbody")
)
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made: dict[str, Path] = {}
    for name, write in (("full", full_run), ("hostile", hostile_run), ("empty", empty_run), ("steps", many_steps_run)):
        folder = tmp_path_factory.mktemp(name)
        made[name] = build_report(folder, **write(folder))
    made["nothing"] = build_report(tmp_path_factory.mktemp("nothing"), title="Nothing was run")
    for name, write, evidence in (("judged", full_run, judgement()), ("poisoned", hostile_run, hostile_judgement())):
        folder = tmp_path_factory.mktemp(name)
        append_evidence(folder, evidence, MANIFEST)
        made[name] = build_report(folder, **write(folder))
    return made


@pytest.fixture
def open_page(browser: Browser, reports: dict[str, Path]) -> Iterator[Open]:
    contexts = []

    def open_one(name: str | Path, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.requests = []  # type: ignore[attr-defined]
        page.complaints = []  # type: ignore[attr-defined]
        page.on("request", lambda request: page.requests.append(request.url))  # type: ignore[attr-defined]
        page.on("console", lambda message: page.complaints.append(message.text))  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
        page.goto((reports[name] if isinstance(name, str) else name).as_uri())
        return page

    yield open_one
    for context in contexts:
        context.close()


def violations(page: Page) -> list[str]:
    """What axe objects to. Rows and cards beyond the first few of a kind are alike and only cost time."""
    page.evaluate(f"document.querySelectorAll('{ALIKE}').forEach((item) => item.remove())")
    results = Axe().run(page, options=RULES).response["violations"]
    return [f"{item['id']}: {item['nodes'][0]['html'][:160]}" for item in results]


@pytest.mark.parametrize("name", ["full", "hostile", "empty", "nothing", "judged", "poisoned"])
def test_nothing_is_requested_and_nothing_complains(open_page: Open, name: str) -> None:
    page = open_page(name)
    assert [url for url in page.requests if not url.startswith(("file:", "data:"))] == []  # type: ignore[attr-defined]
    assert len([url for url in page.requests if url.startswith("file:")]) == 1  # type: ignore[attr-defined]
    assert page.complaints == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_on_screen(open_page: Open, scheme: str) -> None:
    page = open_page("full", color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((item) => item.open = true)")
    assert violations(page) == []


def test_axe_finds_no_violation_on_paper(open_page: Open) -> None:
    page = open_page("full")
    page.emulate_media(media="print", color_scheme="dark")
    assert violations(page) == []


@pytest.mark.parametrize("name", ["hostile", "empty", "nothing"])
def test_axe_finds_no_violation_on_odd_pages(open_page: Open, name: str) -> None:
    assert violations(open_page(name)) == []


def test_axe_finds_no_violation_in_an_open_card(open_page: Open) -> None:
    page = open_page("full", color_scheme="dark")
    page.locator(".origin a.id").first.click()
    assert violations(page) == []


@pytest.mark.parametrize("width", [1280, 390])
def test_the_exhibits_of_many_steps_are_folded_and_fit_the_screen_when_opened(open_page: Open, width: int) -> None:
    page = open_page("steps", viewport={"width": width, "height": 844})
    groups = page.locator("#curation details.group")
    assert groups.count() == 18
    assert page.locator("#curation details.group .exhibit:visible").count() == 0
    groups.nth(4).locator("> summary").click()
    assert groups.nth(4).locator(".exhibit:visible").count() == 2
    page.evaluate("document.querySelectorAll('details').forEach((item) => item.open = true)")
    assert not page.evaluate(WIDER_THAN_SCREEN)
    assert page.locator("#curation figure svg.chart text", has_text="step-17").count() > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_in_the_parts_of_steps(open_page: Open, scheme: str) -> None:
    page = open_page("steps", color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details.group').forEach((item) => item.open = true)")
    assert violations(page) == []


def test_nothing_from_hostile_data_runs(open_page: Open) -> None:
    page = open_page("hostile")
    page.evaluate("document.querySelectorAll('details').forEach((item) => item.open = true)")
    page.get_by_role("button", name="more rows").first.click()
    page.locator("a.id").first.click()
    page.mouse.move(300, 300)
    assert page.evaluate("window.__xss") is None
    assert page.complaints == []  # type: ignore[attr-defined]


def test_with_escaping_broken_the_policy_still_blocks_every_script(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unescaped = page_module.make_environment(autoescape=False)
    monkeypatch.setattr(page_module, "make_environment", lambda: unescaped)
    report = build_report(tmp_path, **hostile_run(tmp_path))
    assert "<script>window.__xss" in report.read_text()
    page = open_page(report)
    assert page.evaluate("window.__xss") is None
    assert any("Content Security Policy" in words for words in page.complaints)  # type: ignore[attr-defined]


def test_without_the_policy_broken_escaping_would_have_run_the_script(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unescaped = page_module.make_environment(autoescape=False)
    monkeypatch.setattr(page_module, "make_environment", lambda: unescaped)
    monkeypatch.setattr(page_module, "content_policy", lambda script, style: "")
    page = open_page(build_report(tmp_path, **hostile_run(tmp_path)))
    assert page.evaluate("window.__xss") == 1


@pytest.mark.parametrize("name", ["full", "hostile", "empty", "nothing", "judged", "poisoned"])
@pytest.mark.parametrize("width", [390, 640])
def test_a_narrow_or_zoomed_screen_needs_no_sideways_scroll(open_page: Open, name: str, width: int) -> None:
    """A window of 1280 pixels at 200 % zoom lays the page out at 640."""
    page = open_page(name, viewport={"width": width, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach((item) => item.open = true)")
    assert not page.evaluate(WIDER_THAN_SCREEN)


def test_wide_tables_scroll_within_a_box_that_the_keyboard_reaches(open_page: Open) -> None:
    page = open_page("hostile", viewport={"width": 390, "height": 800})
    boxes = page.locator(".scroll")
    assert boxes.evaluate_all("(all) => all.some((box) => box.scrollWidth > box.clientWidth)")
    assert boxes.evaluate_all("(all) => all.every((box) => box.tabIndex === 0)")


def test_the_keyboard_reaches_the_skip_link_first_and_then_the_contents(open_page: Open) -> None:
    page = open_page("full")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')").startswith("#finding-")


def test_the_keyboard_opens_a_card_and_comes_back(open_page: Open) -> None:
    page = open_page("full")
    link = page.locator(".origin a.id").first
    link.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog#card")
    assert dialog.is_visible() and "copies before, 1 after deduplication" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert page.evaluate("document.activeElement.classList.contains('id')")


def test_a_finding_on_the_first_screen_leads_to_its_card_and_on_to_its_document(open_page: Open) -> None:
    page = open_page("full")
    page.locator("#summary .finding-list a").first.click()
    assert page.evaluate("location.hash") == "#finding-hw-m001"
    finding = page.locator("#finding-hw-m001")
    assert finding.locator(".output mark").first.is_visible() and finding.locator(".origin mark").first.is_visible()
    finding.locator(".origin a.id").first.click()
    page.locator("dialog a", has_text="HW-M001").click()
    assert not page.locator("dialog#card").is_visible()


def test_a_column_sorts_by_number_both_ways(open_page: Open) -> None:
    page = open_page("full")
    table = page.locator("#curation table", has_text="exact-duplicates").filter(has_text="quarantined").first
    heading = table.get_by_role("button", name="removed")
    column = "(rows) => rows.map((row) => Number(row.cells[3].textContent.replaceAll(',', '')))"
    heading.click()
    rising = table.locator("tbody tr").evaluate_all(column)
    heading.click()
    falling = table.locator("tbody tr").evaluate_all(column)
    assert rising == sorted(rising) and falling == sorted(falling, reverse=True) and rising[-1] == 3118


def test_a_filter_keeps_the_rows_that_hold_the_words(open_page: Open) -> None:
    page = open_page("full")
    box = page.locator("#curation .exhibit", has_text="Removed, with the rule that did it")
    box.get_by_role("searchbox").fill("length 3.127")
    assert box.locator("tbody tr:visible").count() == 1


def test_the_rest_of_a_long_table_comes_on_demand(open_page: Open) -> None:
    page = open_page("full")
    box = page.locator("#curation .exhibit", has_text="Removed, with the rule that did it")
    assert box.locator("tbody tr").count() == 15
    box.get_by_role("button", name="Show 225 more rows").click()
    assert box.locator("tbody tr").count() == 240


def test_findings_can_be_shown_by_severity(open_page: Open) -> None:
    page = open_page("full")
    page.get_by_role("button", name="medium", exact=True).click()
    assert page.locator(".finding.medium:visible").count() == 0
    assert page.locator(".finding.high:visible").count() == 1


def test_the_page_reads_without_its_script(open_page: Open) -> None:
    page = open_page("full", java_script_enabled=False)
    page.locator("#finding-hw-m001 .output mark").first.wait_for(state="visible")
    assert page.locator("#curation table tbody tr").count() > 20
    assert page.locator(".tools, button").count() == 0
    assert page.locator("details.document").first.locator("summary").is_visible()


def test_the_page_prints_what_is_open_as_a_tagged_document(open_page: Open) -> None:
    """Unfolded, the report of a real run took 220 sheets, and nobody read the few that matter."""
    page = open_page("full")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() > 0
    content = page.pdf(format="A4", tagged=True)
    assert 3 < sheets(content) < 20 and b"/StructTreeRoot" in content


def test_a_judged_report_takes_few_sheets(open_page: Open) -> None:
    """54 controls took nine sheets by themselves before they stood in two columns."""
    assert 3 < sheets(open_page("judged").pdf(format="A4", tagged=True)) < 18


def test_on_a_phone_the_contents_are_folded_and_open_without_the_script(open_page: Open) -> None:
    page = open_page("judged", viewport={"width": 390, "height": 800}, java_script_enabled=False)
    links = page.locator(".contents a")
    assert links.count() > 8 and not links.first.is_visible()
    page.locator(".contents label").click()
    assert links.first.is_visible() and links.last.is_visible()


def test_without_the_script_the_page_says_what_needs_it(open_page: Open) -> None:
    assert "need the script" in open_page("full", java_script_enabled=False).locator("noscript").inner_text()
    assert not open_page("full").locator("noscript").is_visible()


def test_with_escaping_broken_in_a_folded_part_the_policy_still_blocks(
    open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folded part becomes markup by ``innerHTML``, so a handler in it is what the policy has to stop."""
    later = page_module.PageView.later
    broken = Markup("<img src='data:,' onerror='window.__xss = 1'><script>window.__xss = 1</script>")
    monkeypatch.setattr(page_module.PageView, "later", lambda self, html, *rest: later(self, html + broken, *rest))
    page = open_page(build_report(tmp_path, **full_run(tmp_path)))
    for _ in range(2):
        page.evaluate("document.querySelectorAll('details').forEach((item) => item.open = true)")
        page.wait_for_timeout(200)
    assert page.locator("main img[onerror]").count() > 3
    assert page.evaluate("window.__xss") is None
    assert any("Content Security Policy" in words for words in page.complaints)  # type: ignore[attr-defined]


def test_everything_is_printed_where_the_reader_says_so(open_page: Open) -> None:
    page = open_page("full")
    little = sheets(page.pdf(format="A4"))
    page.evaluate("window.print = () => {}")
    page.get_by_role("button", name="Print everything").click()
    assert page.locator("details:not([open])").count() == 0 and page.locator(".later[data-part]").count() == 0
    assert sheets(page.pdf(format="A4")) > little
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details:not([open])").count() > 0


def sheets(content: bytes) -> int:
    return content.count(b"/Type /Page\n")


def test_hidden_rows_come_as_text_and_not_as_markup(open_page: Open) -> None:
    page = open_page("hostile")
    box = page.locator(".exhibit", has_text="Many rows").first
    box.get_by_role("button", name="more rows").click()
    assert box.locator("tbody script, tbody img").count() == 0
    assert "<script>" in box.locator("tbody").inner_text()


def test_on_a_phone_the_interval_and_n_of_every_score_are_on_the_screen(open_page: Open) -> None:
    page = open_page("full", viewport={"width": 390, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
    page.wait_for_timeout(300)
    cells = page.locator(".scores tr:not(.metric):not(.protocol) > td:last-child")
    assert cells.count() > 3
    assert cells.evaluate_all("(all) => all.every((cell) => cell.getBoundingClientRect().right <= innerWidth)")
    assert not page.locator(".scores .ends").first.is_visible()
    wide = open_page("full", viewport={"width": 1280, "height": 800})
    assert wide.locator(".scores svg.range").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["judged", "poisoned"])
def test_axe_finds_no_violation_in_a_judged_report(open_page: Open, name: str, scheme: str) -> None:
    page = open_page(name, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('#checklist details').forEach((item) => item.open = true)")
    page.evaluate("document.querySelectorAll('.control:nth-child(n + 9)').forEach((item) => item.remove())")
    page.evaluate("document.querySelectorAll('#findings, #scores, #documents').forEach((item) => item.remove())")
    assert violations(page) == []


def test_nothing_from_a_hostile_judgement_runs(open_page: Open) -> None:
    page = open_page("poisoned")
    page.evaluate("document.querySelectorAll('details').forEach((item) => item.open = true)")
    assert page.locator("#checklist .control").count() > 15
    assert page.locator("#checklist script, #verdict script, #answers script, #checklist img").count() == 0
    assert page.evaluate("window.__xss") is None
    assert page.complaints == []  # type: ignore[attr-defined]


def test_the_verdict_comes_first_and_leads_to_the_control(open_page: Open) -> None:
    page = open_page("judged")
    assert page.locator("main > section").first.get_attribute("id") == "verdict"
    assert page.locator(".ruling").inner_text() == "The run fails."
    page.locator("#verdict .reasons.fail a").first.click()
    control = page.locator(page.evaluate("location.hash"))
    assert "M08" in control.inner_text() and control.locator(".gate").first.inner_text() == "failed"


def test_the_checklist_can_be_narrowed_to_a_status_without_the_script(open_page: Open) -> None:
    page = open_page("judged", java_script_enabled=False)
    assert page.locator(".control:visible").count() == 9
    page.locator(".by-status label", has_text="waived").click()
    assert page.locator(".control:visible").count() == 1
    assert "Overfitted on purpose" in page.locator(".control:visible").inner_text()


def test_a_link_to_a_control_that_was_filtered_away_shows_it(open_page: Open) -> None:
    page = open_page("judged")
    page.locator(".by-status label", has_text="waived").click()
    page.locator("#verdict .reasons.fail a").first.click()
    assert page.locator(page.evaluate("location.hash")).is_visible()


@pytest.mark.parametrize("name", ["full", "judged", "nothing", "steps"])
def test_every_link_of_the_page_leads_somewhere(open_page: Open, name: str) -> None:
    page = open_page(name)
    lost = page.locator("main a[href^='#']").evaluate_all(
        "(all) => all.map((a) => a.getAttribute('href').slice(1)).filter((id) => !document.getElementById(id))"
    )
    assert lost == []
