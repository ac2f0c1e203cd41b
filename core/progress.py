"""Progress that a stage reports and somebody else draws."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Task(Protocol):
    """One bar: something countable that is under way."""

    def advance(self, amount: float = 1) -> None:
        """Move the bar on by ``amount``."""

    def note(self, text: str) -> None:
        """Show a short text beside the bar (a loss, a count)."""


class Progress(Protocol):
    """Where a stage says what it is doing."""

    def task(self, name: str, total: float | None = None) -> AbstractContextManager[Task]:
        """Open a bar for the length of a ``with`` block."""


class SilentTask:
    """A bar that nobody sees."""

    def advance(self, amount: float = 1) -> None:
        """Ignore the step."""

    def note(self, text: str) -> None:
        """Ignore the text."""


class SilentProgress:
    """Draws nothing: the default of every stage, so that the API works in any program."""

    @contextmanager
    def _open(self) -> Iterator[Task]:
        yield SilentTask()

    def task(self, name: str, total: float | None = None) -> AbstractContextManager[Task]:
        """A bar that nobody sees."""
        return self._open()


SILENT: Progress = SilentProgress()
