import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # so that the tests can import loopback.py
from loopback import KEY, Lake, loopback


@pytest.fixture
def lake() -> Iterator[Lake]:
    server = Lake()
    with loopback(server):
        yield server


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("LAKE_KEY", KEY)
    return "LAKE_KEY"
