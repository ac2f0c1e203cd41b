"""What every request has to pass before a page is made: the host, the origin, the method, the token.

A page on another site cannot reach the viewer: it does not know the token, its requests carry a foreign ``Origin`` or
``Host`` (DNS rebinding), and the cookie travels only with requests that the viewer's own pages make.
"""

import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "headwater"
TOKEN = "token"
HEADERS: Mapping[str, str] = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # without one a browser sends no origin with a form
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """ASGI middleware in front of the whole viewer. ``hosts`` are the values of ``Host`` that are this viewer."""

    def __init__(self, app: ASGIApp, token: str, hosts: Sequence[str]) -> None:
        self.app, self.token, self.hosts = app, token, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that may not pass; hand on one that may, and put the safe headers on what comes back."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send) if scope["type"] == "lifespan" else None
        response = self.refusal(Request(scope))
        await (response or self.app)(scope, receive, _with_headers(send))

    def refusal(self, request: Request) -> Response | None:
        """The answer to a request that goes no further; None for one that passes."""
        if request.headers.getlist("host") not in [[host] for host in self.hosts]:
            return PlainTextResponse("this viewer answers to its own address only\n", 421)
        origin = request.headers.get("origin")
        if origin is not None and origin not in {f"http://{host}" for host in self.hosts}:
            return PlainTextResponse("a page of another site asked; refused\n", 403)
        if request.method not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("this viewer only reads\n", 405)
        if request.method == "POST" and origin is None:
            return PlainTextResponse("a form of this viewer sends its origin; refused\n", 403)
        given = request.query_params.get(TOKEN)
        if given is not None and request.method == "GET" and self.is_token(given):
            return self._entered(request)
        if self.is_token(request.cookies.get(COOKIE, "")):
            return None
        return PlainTextResponse("open the address that 'headwater serve' printed, with its token\n", 401)

    def is_token(self, given: str) -> bool:
        """Whether it is the token; how long that takes says nothing of how much of it is right."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.token.encode())

    def _entered(self, request: Request) -> Response:
        """The same page without the token in its address, which would stand in the browser's history."""
        rest = [pair for pair in parse_qsl(request.url.query) if pair[0] != TOKEN]
        path = "/" + request.url.path.lstrip("/\\")
        response = RedirectResponse(f"{path}?{urlencode(rest)}" if rest else path, 303)
        response.set_cookie(COOKIE, self.token, httponly=True, samesite="strict", path="/")
        return response


def _with_headers(send: Send) -> Send:
    """``send`` that adds each safe header which the page has not set itself."""

    async def safe(message: Message) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message["headers"]}
            added = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in there]
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return safe
