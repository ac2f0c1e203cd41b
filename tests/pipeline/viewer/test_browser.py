"""The viewer in a real Chromium: everybody can use it, and nothing in it complains or goes elsewhere."""

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from headwater.pipeline.viewer.app import build_app
from headwater.pipeline.viewer_command import own_names

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine: apt install chromium")
TOKEN = "a-token-of-the-test"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
WIDER_THAN_SCREEN = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def address(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running viewer over two runs; the address without its token."""
    root = tmp_path_factory.mktemp("viewer")
    for name in ("monday", "tuesday"):
        shutil.copytree(finished, root / name)
    config = uvicorn.Config("", port=0, log_level="critical", access_log=False)
    listening = config.bind_socket()
    port = listening.getsockname()[1]
    config.app = build_app(root, TOKEN, own_names("127.0.0.1", port))
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(params=["light", "dark", "print", "phone"])
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that has entered, in one of the ways of looking at it."""
    width = 390 if request.param == "phone" else 1280
    scheme: Any = "dark" if request.param == "dark" else "light"
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.heard = []  # type: ignore[attr-defined]
    page.on("console", lambda message: page.heard.append(message.text))  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.heard.append(str(error)))  # type: ignore[attr-defined]
    page.on("request", lambda asked: asked.url.startswith((address, "data:")) or page.heard.append(asked.url))  # type: ignore[attr-defined]
    if request.param == "print":
        page.emulate_media(media="print")
    page.goto(f"{address}/?token={TOKEN}")
    yield page
    context.close()


def is_fine(page: Page) -> None:
    found = Axe().run(page, options=RULES).response["violations"]
    assert [f"{item['id']}: {item['nodes'][0]['html'][:160]}" for item in found] == []
    assert not page.evaluate(WIDER_THAN_SCREEN)
    assert page.heard == []  # type: ignore[attr-defined]


def test_the_list_can_be_used_by_everybody_and_hides_its_token(page: Page) -> None:
    assert TOKEN not in page.url
    assert page.locator("tbody tr").count() == 2
    is_fine(page)


def test_a_run_and_a_traced_sentence_can_be_read_by_everybody(page: Page) -> None:
    page.goto(page.url.rstrip("/") + str(page.locator("tbody th a").first.get_attribute("href")))
    is_fine(page)
    page.emulate_media(media="screen")  # on paper there is no box to write in
    page.locator("textarea").fill("a sentence that nobody wrote")
    page.locator("#trace button").click()
    page.wait_for_url("**/trace**")
    assert page.locator("blockquote mark").count() >= 1
    is_fine(page)


def test_a_sentence_is_asked_with_the_keyboard(browser: Browser, address: str) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{address}/?token={TOKEN}")
    page.locator("tbody th a").first.press("Enter")
    page.wait_for_url("**/runs/*")
    page.locator("textarea").fill("a sentence that nobody wrote")
    page.locator("textarea").press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trace**")
    assert "of the text stands word for word in the corpus" in page.locator(".covered").inner_text()
    assert page.locator("blockquote mark").count() >= 1
    assert [item["id"] for item in Axe().run(page, options=RULES).response["violations"]] == []
    page.context.close()


def test_exactly_two_runs_can_be_chosen(browser: Browser, address: str) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{address}/?token={TOKEN}")
    button = page.locator(".choosing button")
    assert button.is_disabled()
    for box in page.locator(".choosing input").all():
        box.check()
    button.click()
    page.wait_for_url("**/compare**")
    assert page.locator("h1").inner_text() == "monday, tuesday"
    page.context.close()


def test_a_page_of_another_site_gets_nothing(browser: Browser, address: str) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{address}/?token={TOKEN}")
    page.goto("data:text/html,<p>another site</p>")
    asked = f"fetch('{address}/', {{credentials: 'include'}}).then(() => 'read', () => 'refused')"
    assert page.evaluate(asked) == "refused"
    page.context.close()
