"""The trend page in Chromium: nothing loaded, nothing from the data runs, gaps stay gaps, everybody can read it."""

import json
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from headwater.core import NotMeasured
from headwater.reports import build_trend, detect, index_runs, open_history, read_journal, score_lines, timeline
from headwater.reports.catalogue import Catalogue
from headwater.reports.trend_chart import trend_chart

from ..test_browser import ARGUMENTS, CHROMIUM, RULES, WIDER_THAN_SCREEN
from .made import at, score, write_run

BROWSER = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt install chromium")
XSS = "<script>window.__xss=1</script><img src=x onerror=window.__xss=1>"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve nights: missed ones, another protocol, a regression, a night without the score, hostile names."""
    root = tmp_path_factory.mktemp("runs")
    for night in range(14):
        if night in (3, 4):
            continue
        value = 0.8 + 0.01 * (night % 3) - (0.4 if night >= 11 else 0)
        other = NotMeasured("kid", "no images") if night == 6 else score(0.05 + night / 1e3, "kid", "lower")
        method = "kept/2" if night >= 8 else "kept/1"
        scores = [score(value), other, score(0.5, "kept", method=method), score(0.1, XSS, slice={XSS: XSS})]
        folder = write_run(root, night, scores, status="pass" if night < 11 else "fail", weights=f"w{night // 5}")
        detect(root, folder, at(night))
    (write_run(root, 20, [score(0.8)], title=XSS) / "evaluation.json").write_text("{")
    index_runs(root)
    with open_history(root) as connection:
        for night, state in ((3, "missed"), (4, "crashed")):
            query = "INSERT INTO slots (job, scheduled_for, state, reason) VALUES (?, ?, ?, ?)"
            connection.execute(query, (f"nightly {XSS}", at(night).isoformat(), state, XSS))
    return root


@pytest.fixture(scope="module")
def page(root: Path) -> Path:
    return build_trend(root, root / "trend.html", title=f"Nights {XSS}")


def test_the_page_draws_every_score_and_lists_every_run(page: Path) -> None:
    html = page.read_text("utf-8")
    assert 'id="trend-scores"' in html and 'id="trend-runs"' in html
    assert html.count('<article class="over-time') == 4


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@BROWSER
@pytest.mark.parametrize(("scheme", "media"), [("light", "screen"), ("dark", "screen"), ("light", "print")])
def test_axe_finds_nothing_and_nothing_is_requested(browser: Browser, page: Path, scheme: str, media: str) -> None:
    opened = browser.new_context(color_scheme=scheme).new_page()  # type: ignore[arg-type]
    asked: list[str] = []
    complaints: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(page.as_uri())
    opened.emulate_media(media=media)  # type: ignore[arg-type]
    opened.evaluate("document.querySelectorAll('details').forEach((item) => item.open = true)")
    results = Axe().run(opened, options=RULES).response["violations"]
    assert [f"{item['id']}: {item['nodes'][0]['html'][:160]}" for item in results] == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == [] and complaints == []
    assert opened.evaluate("window.__xss") is None


@BROWSER
@pytest.mark.parametrize("width", [390, 640, 1280])
def test_no_screen_needs_sideways_scroll(browser: Browser, page: Path, width: int) -> None:
    opened = browser.new_context(viewport={"width": width, "height": 800}).new_page()
    opened.goto(page.as_uri())
    opened.evaluate("document.querySelectorAll('details').forEach((item) => item.open = true)")
    assert not opened.evaluate(WIDER_THAN_SCREEN)


def test_hostile_names_are_text(page: Path) -> None:
    text = page.read_text("utf-8")
    assert "<script>window.__xss" not in text and "<img src=x" not in text and "&lt;script&gt;window.__xss" in text


def test_a_line_crosses_neither_a_gap_nor_a_change_of_protocol(root: Path) -> None:
    journal = read_journal(root)
    with open_history(root) as connection:
        nights = timeline(connection, root, journal)
        lines = {one.metric: one.to_json() for one in score_lines(connection, nights, journal)}
    drawn = {name: str(trend_chart(line, Catalogue("en"))) for name, line in lines.items()}
    parts = {name: len(re.findall("<polyline", svg)) for name, svg in drawn.items()}
    assert parts["accuracy"] == 2  # nights 0-2 and 5-13
    assert parts["kept"] == 3  # 0-2, 5-7, and 8-13 under another protocol
    assert len(re.findall('class="gone"', drawn["accuracy"])) == 2
    assert "protocol changed" in drawn["kept"] and "protocol changed" not in drawn["accuracy"]
    assert "got worse" in drawn["accuracy"]
    assert lines["kid"]["points"][6]["reason"] == "no images" and lines["kid"]["points"][6]["value"] is None


def test_the_page_says_what_is_worse_in_both_languages(root: Path) -> None:
    for language, words in (("en", "Worse now"), ("de", "Derzeit schlechter")):
        text = build_trend(root, root / f"{language}.html", language=language).read_text("utf-8")
        assert words in text and f'lang="{language}"' in text


def test_both_catalogues_have_the_same_words() -> None:
    folder = resources.files("headwater.reports") / "texts"
    texts = [json.loads((folder / one / "trend.json").read_text("utf-8")) for one in ("en", "de")]
    assert texts[0].keys() == texts[1].keys() and all(map(str.strip, texts[1].values()))


def test_the_same_runs_give_the_same_page(root: Path, page: Path) -> None:
    again = build_trend(root, root / "again.html", title=f"Nights {XSS}")
    assert again.read_bytes() == page.read_bytes()


def test_an_empty_folder_gives_a_page_that_says_so(tmp_path: Path) -> None:
    assert "There is no run below this folder" in build_trend(tmp_path, tmp_path / "t.html").read_text("utf-8")
