"""A running server for tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from headwater.models import Server, Service


@contextmanager
def running(model: Any, name: str = "lake") -> Iterator[Server]:
    """A server of one model on any free port of this machine."""
    server = Server(Service(model, name, clock=lambda: 1_700_000_000.0, entropy=lambda: 7))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(5)
