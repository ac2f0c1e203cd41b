"""Processes that share the work of a run, or none of them."""

import multiprocessing
import os
import pickle
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from types import TracebackType
from typing import Any, TypeVar

from ..core import TemporaryError

Item = TypeVar("Item")
Setting = TypeVar("Setting")
Result = TypeVar("Result")
AHEAD = 4  # items that wait for each worker: enough to keep it busy, few enough to bound memory


class Crew:
    """Calls a function on many items, on ``workers`` processes. With one worker, or where ``settings`` cannot be sent
    to another process, everything happens here; the results are the same.

    ``settings`` go to each process once. Processes are started when there are two items for them and end with the
    block.
    """

    def __init__(self, workers: int, settings: Sequence[Any]) -> None:
        self.workers, self.settings = workers, list(settings)
        self._pool: ProcessPoolExecutor | None = None

    def map(self, call: Callable[[Setting, Item], Result], setting: Setting, items: Iterable[Item]) -> Iterator[Result]:
        """``call(setting, item)`` for each item, in order; ``setting`` is one of the crew's settings.

        Items are taken while earlier ones are worked on: what makes them runs beside the workers.
        """
        items = iter(items)
        first = list(islice(items, 2)) if self.workers > 1 and _can_travel(self.settings) else []
        if len(first) < 2:
            yield from (call(setting, item) for item in chain(first, items))
            return
        place = next(place for place, known in enumerate(self.settings) if known is setting)
        waiting: deque[Future[Result]] = deque()
        try:
            for item in chain(first, items):
                waiting.append(self._processes().submit(_call, call, place, item))
                if len(waiting) > AHEAD * self.workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            raise TemporaryError(
                "a worker process of the curation died (out of memory?); start again with fewer workers, finished "
                "shards are kept. In a script of your own, call curate below 'if __name__ == \"__main__\":'"
            ) from None

    def _processes(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.workers, context, _start, (self.settings, os.getpid()))
        return self._pool

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


def _call(call: Callable[[Any, Any], Result], place: int, item: Any) -> Result:
    return call(_SETTINGS[place], item)
