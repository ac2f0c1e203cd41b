"""A server on this machine that speaks the OpenAI protocol, with the faults of real ones."""

import json
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-lake-0123456789abcdef-secret"


class Lake:
    """What the server does: ``faults`` are played in order before real answers; ``asked`` keeps every request."""

    def __init__(self, *faults: str) -> None:
        self.faults, self.asked = list(faults), list[dict[str, Any]]()
        self.headers: list[dict[str, str]] = []
        self.lock = threading.Lock()
        self.busy = self.most_busy = 0
        self.url = ""
        self.hold = threading.Event()
        self.hold.set()

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        usage = {"prompt_tokens": 10, "completion_tokens": 5}
        if path.endswith("/embeddings"):
            return {"data": [{"embedding": [float(len(body["input"])), 1.0]}], "usage": usage}
        if path.endswith("/chat/completions"):
            said = body["messages"][-1]["content"]
            return {"choices": [{"message": {"content": f" heard {said} with {KEY}"}}], "usage": usage}
        if body.get("echo"):
            tokens = spelled(body["prompt"])
            logs = [None, *(-math.log(len(token) + 1) for token in tokens[1:])]
            return {"choices": [{"text": body["prompt"], "logprobs": {"tokens": tokens, "token_logprobs": logs}}],
                    "usage": usage}  # fmt: skip
        text = f" the lake of {body.get('seed')} and {KEY} is deep"
        tokens = spelled(text)
        logs = {"tokens": tokens, "token_logprobs": [-1.0] * len(tokens)} if body.get("logprobs") else None
        return {"choices": [{"text": text, "logprobs": logs}], "usage": usage}


def spelled(text: str) -> list[str]:
    """Tokens of three characters."""
    return [text[place : place + 3] for place in range(0, len(text), 3)]


@contextmanager
def loopback(lake: Lake) -> Iterator[str]:
    """The address of a running server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(lake))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    lake.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield lake.url
    finally:
        lake.hold.set()
        server.shutdown()
        server.server_close()


def _handler(lake: Lake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lake.lock:
                lake.asked.append(body)
                lake.headers.append(dict(self.headers))
                lake.busy += 1
                lake.most_busy = max(lake.most_busy, lake.busy)
                fault = lake.faults.pop(0) if lake.faults else ""
            lake.hold.wait(5)
            with lake.lock:  # before the answer: who has it may ask again at once
                lake.busy -= 1
            with suppress(BrokenPipeError):
                self.play(fault) if fault else self.say(200, json.dumps(lake.answer(self.path, body)).encode())

        def play(self, fault: str) -> None:
            refused = json.dumps({"error": {"message": f"no, not with {KEY} from ada@lake.org"}}).encode()
            if fault.isdigit():
                self.say(int(fault), refused)
            elif fault.startswith("wait "):
                self.say(429, refused, {"Retry-After": fault.removeprefix("wait ")})
            elif fault == "slow":
                lake.hold.clear()
                lake.hold.wait(1.0)
                lake.hold.set()
            elif fault == "cut":
                self.say(200, b'{"choices": [{"te', {"Content-Length": "4000"})
            elif fault == "huge":
                self.say(200, b'{"choices": "' + b"x" * 300_000 + b'"}')
            elif fault == "redirect":
                self.say(307, b"", {"Location": "http://127.0.0.1:9/steal"})
            else:
                self.say(200, fault.encode())

        def say(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(content))} | (headers or {})).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
