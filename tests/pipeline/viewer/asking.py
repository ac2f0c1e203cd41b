"""Ask the viewer without a socket: one request through the ASGI protocol."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

HOST, TOKEN = "127.0.0.1:8800", "a-token-of-the-test"
COOKIE = f"headwater={TOKEN}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


def ask(
    app: Any, target: str, method: str = "GET", body: bytes = b"", *, host: str | None = HOST, cookie: str = COOKIE,
    raw_path: bytes | None = None, **headers: str,
) -> Answer:  # fmt: skip
    """The answer to one request; ``headers`` with ``_`` for ``-``."""
    path, _, query = target.partition("?")
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    sent += [(b"host", host.encode())] if host is not None else []
    sent += [(b"cookie", cookie.encode())] if cookie else []
    from urllib.parse import unquote

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote(path), "raw_path": raw_path or path.encode(), "query_string": query.encode(), "headers": sent,
        "client": ("127.0.0.1", 50000), "server": ("127.0.0.1", 8800), "root_path": "",
    }  # fmt: skip
    parts = [{"type": "http.request", "body": body, "more_body": False}]
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return parts.pop() if parts else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        messages.append(message)

    asyncio.run(app(scope, receive, send))
    start = next(message for message in messages if message["type"] == "http.response.start")
    content = b"".join(message.get("body", b"") for message in messages if message["type"] == "http.response.body")
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], found, content)
