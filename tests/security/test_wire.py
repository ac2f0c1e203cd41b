"""The viewer over a real socket: bytes as an attacker sends them, which no client has put in order first."""

import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from .project import environment

SECRET = "the secret beside the runs"
LIMIT = 10.0


@dataclass(frozen=True)
class Served:
    """A viewer that runs in a process of its own."""

    port: int
    token: str
    run: str
    root: Path
    process: "subprocess.Popen[str]"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def send(self, content: bytes, limit: float = LIMIT) -> bytes:
        """What comes back for these bytes; what came until the limit where the other side keeps silent."""
        with socket.create_connection(("127.0.0.1", self.port), limit) as connection:
            connection.sendall(content)
            answer = b""
            try:
                while part := connection.recv(65_536):
                    answer += part
            except (TimeoutError, ConnectionResetError):
                pass
            return answer

    def get(self, target: bytes, *headers: bytes, method: bytes = b"GET", host: bytes | None = None) -> bytes:
        """The answer to one request with the token; ``headers`` are whole lines."""
        lines = [method + b" " + target + b" HTTP/1.1", b"Host: " + (host or self.host.encode()), *headers]
        cookie = f"Cookie: headwater={self.token}".encode()
        return self.send(b"\r\n".join([*lines, cookie, b"Connection: close", b"", b""]))


@pytest.fixture(scope="module")
def served(hostile_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """``headwater serve`` over one run, with a secret beside it."""
    import shutil

    place = tmp_path_factory.mktemp("wire")
    (place / "secret.txt").write_text(SECRET, "utf-8")
    root = place / "runs"
    for name in ("one", "two"):
        shutil.copytree(hostile_project / "runs" / "first", root / name)
    command = [sys.executable, "-P", "-m", "headwater", "serve", str(root), "--port", "0"]
    env = environment() | {"PYTHONPATH": "", "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)/\?token=(\S+)", process.stdout.readline())
        assert found is not None
        served = Served(int(found[1]), found[2], "", root, process)
        for _ in range(200):
            try:
                page = served.get(b"/").decode("utf-8")
                break
            except ConnectionRefusedError:
                time.sleep(0.1)
        run = re.search(r"/runs/([0-9a-f]{64})", page)
        assert run is not None, page[:2000]
        yield Served(served.port, served.token, run[1], root, process)
    finally:
        process.kill()
        process.wait()


def status(answer: bytes) -> int:
    """The code of the first line; 0 where the connection was closed without an answer."""
    found = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
    return int(found[1]) if found else 0


TARGETS = [
    b"/%2e%2e/secret.txt", b"/..%2fsecret.txt", b"/../secret.txt", b"/..\\secret.txt", b"/..%5csecret.txt",
    b"/%252e%252e%252fsecret.txt", b"/..;/secret.txt", b"/secret.txt;x", b"/#/../secret.txt", b"/%23/../secret.txt",
    b"/..%00/secret.txt", b"/secret.txt\x00", b"/%00", b"//etc/passwd", b"/%2fetc%2fpasswd", b"\\\\host\\share\\x",
    b"/%5c%5chost%5cshare%5csecret.txt", b"/..%c0%afsecret.txt", b"/%c0%ae%c0%ae/secret.txt", b"/..\xc0\xafsecret.txt",
    b"/\xff\xfe", b"/.%2e/secret.txt", b"/%uff0e%uff0e/secret.txt", b"file:///etc/passwd", b"*", b"", b"secret.txt",
    b"/runs/../../secret.txt", b"/runs/%2e%2e%2f%2e%2e%2fsecret.txt/report", b"/runs/one/report", b"/runs/one",
    b"/runs/..%2f..%2fsecret.txt/report", b"/runs/" + b"A" * 64 + b"/report", b"/runs/" + b"." * 20_000,
    b"/style.css/../../secret.txt", b"/style.css%2f..%2f..%2fsecret.txt", b"/runs/~root/report",
]  # fmt: skip


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: repr(target[:40]))
def test_no_spelling_of_a_path_leads_out(served: Served, target: bytes) -> None:
    answer = served.get(target)
    assert status(answer) in (0, 303, 307, 400, 404, 414), answer[:200]
    assert SECRET.encode() not in answer and b"root:x" not in answer
    assert str(served.root.parent).encode() not in answer


def test_the_address_of_another_server_is_not_fetched(served: Served) -> None:
    """A request target in absolute form: the viewer is no proxy, and what it shows is its own page at most."""
    for target in (b"http://evil.example/", b"http://evil.example:80/../secret.txt"):
        answer = served.get(target)
        assert status(answer) in (200, 400, 404) and b"evil.example" not in answer and SECRET.encode() not in answer


@pytest.mark.parametrize(
    "host",
    [b"evil.example", b"127.0.0.1", b"127.0.0.1:1", b"localhost.evil.example", b"[::1]", b"127.0.0.1:80\tx", b"0x7f.1",
     b"127.1:8800", b"\xc4\xb1"],
)  # fmt: skip
def test_a_name_that_was_bound_to_this_address_is_refused(served: Served, host: bytes) -> None:
    assert status(served.get(b"/", host=host)) in (400, 421)


def test_requests_that_two_readers_would_read_differently_are_refused(served: Served) -> None:
    """Two hosts, a folded header, two lengths, a length and chunks: nothing is answered as if it were plain."""
    own, cookie = served.host.encode(), f"Cookie: headwater={served.token}".encode()
    for lines in (
        [b"GET / HTTP/1.1", b"Host: " + own, b"Host: evil.example", cookie],
        [b"GET / HTTP/1.1", b"Host: evil.example", b"Host: " + own, cookie],
        [b"GET / HTTP/1.1", b"Host: evil.example", b" " + own, cookie],
        [b"GET / HTTP/1.1", cookie],
        [b"GET / HTTP/1.0", cookie],
        [b"POST / HTTP/1.1", b"Host: " + own, b"Content-Length: 3", b"Content-Length: 4", cookie],
        [b"POST / HTTP/1.1", b"Host: " + own, b"Content-Length: -1", cookie],
        [b"POST / HTTP/1.1", b"Host: " + own, b"Content-Length: 4", b"Transfer-Encoding: chunked", cookie],
    ):
        answer = served.send(b"\r\n".join([*lines, b"Connection: close", b"", b""]), limit=5)
        assert status(answer) in (0, 400, 403, 421), (lines, answer[:300])


def test_what_only_looks_is_answered_and_what_acts_is_not(served: Served) -> None:
    head = served.get(b"/", method=b"HEAD")
    assert status(head) == 200 and head.split(b"\r\n\r\n", 1)[1] == b""
    for method in (b"OPTIONS", b"PUT", b"DELETE", b"TRACE", b"CONNECT", b"PROPFIND", b"G\x00T"):
        answer = served.get(b"/", method=method)
        assert status(answer) in (0, 400, 405), (method, answer[:200])
        assert b"access-control" not in answer.lower()


def test_a_form_of_another_site_is_refused(served: Served) -> None:
    for origin in (b"Origin: http://evil.example", b"Origin: null", b"Referer: http://evil.example"):
        target = f"/runs/{served.run}/trace".encode()
        answer = served.get(target, origin, b"Content-Length: 0", method=b"POST")
        assert status(answer) == 403


def test_without_the_token_nothing_is_shown_and_it_is_not_guessed_from_answers(served: Served) -> None:
    own = served.host.encode()
    for cookie in (b"", b"Cookie: headwater=", f"Cookie: headwater={served.token[:-1]}".encode()):
        lines = [b"GET / HTTP/1.1", b"Host: " + own, *([cookie] if cookie else []), b"Connection: close", b"", b""]
        answer = served.send(b"\r\n".join(lines))
        assert status(answer) == 401 and served.run.encode() not in answer
        assert served.token.encode() not in answer


def test_a_body_that_never_comes_keeps_nobody_waiting(served: Served) -> None:
    """A hundred connections that say nothing or half a request, and others are still answered."""
    half = f"POST /runs/{served.run}/trace HTTP/1.1\r\nHost: {served.host}\r\nContent-Length: 1000000\r\n".encode()
    half += f"Cookie: headwater={served.token}\r\nOrigin: http://{served.host}\r\n\r\ntext=".encode()
    open_ones = [socket.create_connection(("127.0.0.1", served.port), LIMIT) for _ in range(100)]
    try:
        for at, connection in enumerate(open_ones):
            connection.sendall((b"", b"GET /", half)[at % 3])
        started = time.monotonic()
        assert status(served.get(b"/")) == 200
        assert time.monotonic() - started < LIMIT
    finally:
        for connection in open_ones:
            connection.close()
    assert status(served.get(b"/")) == 200


def test_many_ask_at_once(served: Served) -> None:
    found: list[int] = []
    asking = [threading.Thread(target=lambda: found.append(status(served.get(b"/")))) for _ in range(20)]
    for one in asking:
        one.start()
    for one in asking:
        one.join(60)
    assert found == [200] * 20


def test_headers_without_end_are_cut_off(served: Served) -> None:
    answer = served.send(b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 400_000, limit=5)
    assert status(answer) in (0, 400, 431)
    assert status(served.get(b"/")) == 200


def test_a_folder_that_became_a_link_after_indexing_is_not_followed(served: Served) -> None:
    import shutil

    page = served.get(b"/").decode("utf-8")
    assert "two" in page
    outside = served.root.parent / "outside"
    shutil.copytree(served.root / "two", outside)
    (outside / "report.html").write_text(SECRET, "utf-8")
    shutil.rmtree(served.root / "two")
    (served.root / "two").symlink_to(outside)
    for run in set(re.findall(r"/runs/([0-9a-f]{64})", page)):
        assert SECRET.encode() not in served.get(f"/runs/{run}/report".encode())


def test_the_token_stands_nowhere_but_in_the_line_that_opens_the_viewer(served: Served) -> None:
    """Last in this file: the viewer is ended and everything it said is read."""
    served.send(f"GET /?token={served.token} HTTP/1.1\r\nHost: {served.host}\r\nConnection: close\r\n\r\n".encode())
    served.process.terminate()
    assert served.process.stdout is not None
    assert served.token not in served.process.stdout.read()
    files = [path for path in served.root.parent.rglob("*") if path.is_file() and path.stat().st_size < 10_000_000]
    assert [path for path in files if served.token.encode() in path.read_bytes()] == []
