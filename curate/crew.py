"""Processes that share the work of a run, or none of them."""

import multiprocessing
import os
import pickle
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, TypeVar

from ..core import TemporaryError

Item = TypeVar("Item")
Setting = TypeVar("Setting")


class Crew:
    """Calls a function on many items, on ``workers`` processes. With one worker, or where ``settings`` cannot be sent
    to another process, everything happens here; the results are the same.

    ``settings`` go to each process once. Processes are started when they are first needed and end with the block.
    """

    def __init__(self, workers: int, settings: Sequence[Any]) -> None:
        self.workers, self.settings = workers, list(settings)
        self._pool: ProcessPoolExecutor | None = None

    def map(self, call: Callable[[Setting, Item], None], setting: Setting, items: Iterator[Item]) -> Iterator[None]:
        """``call(setting, item)`` for each item, in order; ``setting`` is one of the crew's settings."""
        if self.workers <= 1 or not _can_travel(self.settings):
            for item in items:
                call(setting, item)
                yield
            return
        place = next(place for place, known in enumerate(self.settings) if known is setting)
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.workers, context, _start, (self.settings, os.getpid()))
        try:
            yield from self._pool.map(_call, ((call, place, item) for item in items))
        except BrokenProcessPool:
            raise TemporaryError(
                "a worker process of the curation died (out of memory?); start again with fewer workers, finished "
                "shards are kept. In a script of your own, call curate below 'if __name__ == \"__main__\":'"
            ) from None

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def _can_travel(settings: Sequence[Any]) -> bool:
    """Whether the settings can be sent to another process; a class made inside a function, for one, cannot."""
    try:
        pickle.dumps(settings)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


_SETTINGS: list[Any] = []


def _start(settings: list[Any], parent: int) -> None:
    _SETTINGS[:] = settings
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """A worker whose parent was killed must not work on beside the run that follows."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _call(task: tuple[Callable[[Any, Any], None], int, Any]) -> None:
    call, place, item = task
    call(_SETTINGS[place], item)
