"""What the server refuses, and how it ends."""

import http.client
import json
import socket
import threading
from typing import Any

import pytest
from serving import running

from headwater.models import Server
from headwater.models.serving import server as module


def ask(
    server: Server, body: Any = None, path: str = "/v1/completions", method: str = "POST", **headers: str
) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection.request(method, path, content if method == "POST" else None, headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"prompt": "x", "max_tokens": 10**6}, "max_tokens"),
        ({"prompt": "x", "max_tokens": True}, "max_tokens"),
        ({"prompt": "x", "n": 65}, "n"),
        ({"prompt": ["x"] * 33, "n": 2}, "n"),
        ({"prompt": ["x"] * 65}, "prompt"),
        ({"prompt": []}, "prompt"),
        ({"prompt": {"a": 1}}, "prompt"),
        ({"prompt": "x" * 200_001}, "prompt"),
        ({"prompt": "x", "stop": ["a"] * 5}, "stop"),
        ({"prompt": "x", "stop": ""}, "stop"),
        ({"prompt": "x", "seed": "1"}, "seed"),
        ({"prompt": "x", "top_p": 0}, "top_p"),
        ({"prompt": "x", "top_k": 0}, "top_k"),
        ({"prompt": "x", "logprobs": 6}, "logprobs"),
        ({"prompt": "x", "stream": "yes"}, "stream"),
        ({"prompt": "x", "best_of": 3}, "best_of"),
        ({"prompt": "x", "sed": 1}, "sed"),
    ],
)
def test_a_wrong_parameter_is_named(server: Server, body: dict[str, Any], parameter: str) -> None:
    status, answer = ask(server, {"model": "lake", **body})
    assert (status, answer["error"]["param"]) == (400, parameter)
    assert answer["error"]["message"].startswith((parameter, "no parameter"))


@pytest.mark.parametrize(
    "messages",
    [None, [], [{"role": "king", "content": "x"}], [{"role": "user"}], ["x"], [{"role": "user", "content": [3]}]],
)
def test_wrong_messages_are_refused(server: Server, messages: Any) -> None:
    status, answer = ask(server, {"model": "lake", "messages": messages}, "/v1/chat/completions")
    assert (status, answer["error"]["param"]) == (400, "messages")


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(server: Server, content: bytes) -> None:
    assert ask(server, content)[0] == 400


def test_an_unknown_address_lists_the_known_ones(server: Server) -> None:
    status, answer = ask(server, {}, "/v1/images")
    assert status == 404 and "/v1/chat/completions" in answer["error"]["message"]
    assert ask(server, method="GET", path="/")[0] == 404


def test_a_web_page_and_a_foreign_host_name_are_refused(server: Server) -> None:
    body = {"model": "lake", "prompt": "x"}
    assert ask(server, body, Origin="https://lake.org")[0] == 403
    assert ask(server, body, Host="lake.org")[0] == 403
    assert ask(server, body, Host=f"localhost:{server.port}")[0] == 200


def test_a_large_body_is_refused_unread(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 5) as wire:
        wire.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n")
        assert b" 413 " in wire.recv(4096).split(b"\r\n")[0]
    with socket.create_connection(("127.0.0.1", server.port), 5) as wire:
        wire.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        assert b" 411 " in wire.recv(4096).split(b"\r\n")[0]


def test_it_listens_on_this_machine_alone_unless_told(server: Server) -> None:
    assert server.host == "127.0.0.1" and server.is_loopback


def test_nothing_is_logged(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    ask(server, {"model": "lake", "prompt": "a secret"})
    assert capfd.readouterr() == ("", "")


class Slow:
    """A model that answers when it is let."""

    hash = "slow"

    def __init__(self) -> None:
        self.asked, self.let = threading.Event(), threading.Event()

    def encode(self, text: str) -> list[int]:
        return list(text.encode())

    def decode(self, tokens: Any) -> str:
        return bytes(tokens).decode()

    def complete_tokens(self, prompts: Any, **_: Any) -> list[list[int]]:
        self.asked.set()
        self.let.wait(5)
        return [[120] for _ in prompts]


def test_what_is_being_answered_is_finished_before_it_ends() -> None:
    model = Slow()
    found: list[tuple[int, dict[str, Any]]] = []
    with running(model) as server:
        asking = threading.Thread(target=lambda: found.append(ask(server, {"model": "lake", "prompt": "x"})))
        asking.start()
        model.asked.wait(5)
        threading.Timer(0.2, model.let.set).start()
    asking.join(5)
    assert found[0][0] == 200 and found[0][1]["choices"][0]["text"] == "x"


def test_too_many_at_once_are_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_AT_ONCE", 1)
    model = Slow()
    with running(model) as server:
        first = threading.Thread(target=ask, args=(server, {"model": "lake", "prompt": "x"}))
        first.start()
        model.asked.wait(5)
        assert ask(server, {"model": "lake", "prompt": "x"})[0] == 429
        model.let.set()
        first.join(5)


def test_a_fault_of_the_model_is_no_traceback() -> None:
    class Broken(Slow):
        def complete_tokens(self, prompts: Any, **_: Any) -> list[list[int]]:
            raise ZeroDivisionError("a secret")

    with running(Broken()) as server:
        status, answer = ask(server, {"model": "lake", "prompt": "x"})
    assert (status, answer["error"]["message"]) == (500, "internal error (ZeroDivisionError)")
