"""Who may not pass, and what every answer carries."""

from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from headwater.pipeline.viewer.guard import HEADERS, Guard

from .asking import HOST, TOKEN, ask


@pytest.fixture
def app() -> Guard:
    async def inner(scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("inside")(scope, receive, send)

    return Guard(inner, TOKEN, [HOST, "localhost:8800"])


def test_a_request_with_the_token_passes(app: Guard) -> None:
    assert ask(app, "/").text == "inside"
    assert ask(app, "/", host="localhost:8800").text == "inside"


@pytest.mark.parametrize(
    "host", [None, "", "evil.example", "127.0.0.1", "127.0.0.1:8801", "127.0.0.1:8800.evil.example"]
)
def test_a_foreign_host_is_refused(app: Guard, host: str | None) -> None:
    assert ask(app, "/", host=host).status == 421


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:8800", "http://127.0.0.1:8801"])
def test_a_page_of_another_site_is_refused(app: Guard, origin: str) -> None:
    assert ask(app, "/", origin=origin).status == 403
    assert ask(app, "/", "POST", origin=origin).status == 403


def test_a_form_without_an_origin_is_refused(app: Guard) -> None:
    assert ask(app, "/", "POST").status == 403
    assert ask(app, "/", "POST", origin=f"http://{HOST}").text == "inside"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
def test_nothing_but_reading_is_answered(app: Guard, method: str) -> None:
    assert ask(app, "/", method, origin=f"http://{HOST}").status == 405


@pytest.mark.parametrize("cookie", ["", "headwater=", f"headwater={TOKEN}x", f"headwater={TOKEN[:-1]}", "headwater=ä"])
def test_without_the_token_nothing_is_shown(app: Guard, cookie: str) -> None:
    answer = ask(app, "/", cookie=cookie)
    assert answer.status == 401 and b"inside" not in answer.body


def test_the_token_in_the_address_becomes_a_cookie_and_leaves_the_address(app: Guard) -> None:
    answer = ask(app, f"/runs?order=name&token={TOKEN}", cookie="")
    assert (answer.status, answer.headers["location"]) == (303, "/runs?order=name")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "samesite=strict" in cookie.lower() and TOKEN in cookie


def test_entering_never_leads_to_another_site(app: Guard) -> None:
    assert ask(app, f"//evil.example/?token={TOKEN}", cookie="").headers["location"] == "/evil.example/"


def test_a_wrong_token_in_the_address_is_refused(app: Guard) -> None:
    assert ask(app, "/?token=wrong", cookie="").status == 401


def test_the_token_is_compared_in_constant_time(app: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bytes, bytes]] = []
    import hmac

    def compare(a: bytes, b: bytes) -> bool:
        seen.append((a, b))
        return False

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert ask(app, "/").status == 401
    assert seen == [(TOKEN.encode(), TOKEN.encode())]


@pytest.mark.parametrize("host", [HOST, "evil.example"])
def test_every_answer_carries_the_safe_headers(app: Guard, host: str) -> None:
    headers = ask(app, "/", host=host).headers
    assert {name: headers.get(name) for name in HEADERS} == dict(HEADERS)
