"""The HTTP side: threads of the standard library, on the loopback address unless told otherwise.

Nothing that is asked or answered is logged. A browser's requests (header Origin) and requests to a host name that is
not of this machine are refused, so that a web page cannot reach the model.
"""

import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

from .request import Refused
from .service import Service

LARGEST_BODY = 1 << 20
MOST_AT_ONCE = 16
PATIENCE = 30.0
GRACE = 10.0


class Server:
    """A server for one :class:`Service`. Raises :class:`OSError` where the address is taken; port 0 is any free one."""

    def __init__(self, service: Service, host: str = "127.0.0.1", port: int = 0) -> None:
        self.service = service
        self._room = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._running = 0
        self._changed = threading.Condition()
        self._http = _Http((host, port), _handler(self))
        self.host, self.port = host, int(self._http.server_address[1])

    @property
    def url(self) -> str:
        """What a client is given as its base address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/v1"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        return is_local_name(self.host)

    def run(self) -> None:
        """Serve until :meth:`stop` or Ctrl-C; what is being answered is finished, for ten seconds at most."""
        try:
            self._http.serve_forever(poll_interval=0.1)
        finally:
            self._http.server_close()
            with self._changed:
                self._changed.wait_for(lambda: self._running == 0, GRACE)

    def stop(self) -> None:
        """Ask :meth:`run`, in another thread, to end."""
        self._http.shutdown()

    def answer(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """The answer to one request, or the events of a stream."""
        name = path.split("?")[0].rstrip("/")
        if (method, name) == ("GET", "/v1/models"):
            return self.service.models()
        if (method, name) == ("GET", f"/v1/models/{self.service.name}"):
            return self.service.described()
        asked: dict[str, Callable[[Mapping[str, Any]], Any]] = {
            "/v1/completions": self.service.completion,
            "/v1/chat/completions": self.service.chat,
        }
        if method == "POST" and name in asked:
            return asked[name](body)
        raise Refused(f"nothing is served at this address; there are {', '.join(['/v1/models', *asked])}", status=404)

    def limited(self, work: Callable[[], None]) -> None:
        """Do one request's work, unless too many are waiting."""
        if not self._room.acquire(blocking=False):
            raise Refused("too many requests at once; try again in a second", status=429, code="rate_limit_exceeded")
        self._count(1)
        try:
            work()
        finally:
            self._room.release()
            self._count(-1)

    def _count(self, more: int) -> None:
        with self._changed:
            self._running += more
            self._changed.notify_all()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no event."""


def is_local_name(header: str) -> bool:
    """Whether a host name, with or without a port, is of this machine.

    >>> [is_local_name(name) for name in ("127.0.0.1:8000", "localhost", "[::1]:8000", "lake.org:8000", "")]
    [True, True, True, False, False]
    """
    name = header.rsplit(":", 1)[0] if header.count(":") == 1 or "]:" in header else header
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name.lower() == "localhost"


def system_clock() -> float:
    """Seconds since 1970."""
    return time.time()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        owner = server

    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "headwater", ""
    timeout = PATIENCE
    owner: Server

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        try:
            self._guard()
            body = self._body() if method == "POST" else {}
            self.owner.limited(lambda: self._answer(method, body))
        except Refused as refused:
            self._json(refused.status, refused.to_json())
        except OSError:
            self.close_connection = True
        except Exception as error:
            self.close_connection = True
            self._json(500, Refused(f"internal error ({type(error).__name__})", status=500).to_json())

    def _answer(self, method: str, body: Mapping[str, Any]) -> None:
        answer = self.owner.answer(method, self.path, body)
        if isinstance(answer, dict):
            self._json(200, answer)
        else:
            self._stream(answer)

    def _guard(self) -> None:
        if self.headers.get("Origin") is not None:
            raise self._closing("requests of web pages are not served", 403)
        if self.owner.is_loopback and not is_local_name(self.headers.get("Host", "")):
            raise self._closing("the host name of the request is not of this machine", 403)

    def _closing(self, message: str, status: int) -> Refused:
        """A refusal after which the rest of the request is not read."""
        self.close_connection = True
        return Refused(message, status=status)

    def _body(self) -> dict[str, Any]:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or self.headers.get("Transfer-Encoding"):
            raise self._closing("a request needs a Content-Length", 411)
        if len(length) > 12 or int(length) > LARGEST_BODY:
            raise self._closing(f"a request may have {LARGEST_BODY:,} bytes", 413)
        try:
            content = self.rfile.read(int(length))
        except TimeoutError:
            raise self._closing("the request did not arrive in time", 408) from None
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            raise Refused("the body is no JSON") from None
        if not isinstance(body, dict):
            raise Refused("the body is no JSON object")
        return body

    def _json(self, status: int, answer: Mapping[str, Any]) -> None:
        content = json.dumps(answer, ensure_ascii=True).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        if status == 429:
            self.send_header("Retry-After", "1")
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, events: Any) -> None:
        self.close_connection = True
        self.send_response(200)
        for name, value in (("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")):
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        for event in events:
            self.wfile.write(b"data: " + json.dumps(event, ensure_ascii=True).encode() + b"\n\n")
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Prompts and addresses go into no log."""
