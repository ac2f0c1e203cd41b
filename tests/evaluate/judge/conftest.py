import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "models" / "adapters"))  # so that the tests can import loopback.py
from loopback import Lake, loopback

Reply = Callable[[str, int], str]


class Court(Lake):
    """A chat server that answers by a rule on the question and how many were asked before."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        text = self.reply(body["messages"][-1]["content"], len(self.asked))
        return {"choices": [{"message": {"content": text}}], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}


@pytest.fixture
def court() -> Iterator[Callable[[Reply], Court]]:
    with ExitStack() as stack:

        def opened(reply: Reply) -> Court:
            server = Court(reply)
            stack.enter_context(loopback(server))
            return server

        yield opened
