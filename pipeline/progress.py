"""Progress bars with rate and time left on a terminal, one line a stage elsewhere."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bars
from rich.progress import Task as BarTask
from rich.text import Text

from ..core import SILENT, Progress, Task


class RateColumn(ProgressColumn):
    """How fast a task is: ``12.3M/s`` of whatever it counts (bytes of the source, documents, shards)."""

    def render(self, task: BarTask) -> Text:
        """The mean rate of the task so far; blank until there is one."""
        speed = task.finished_speed or task.speed
        return Text("" if not speed else rate(speed))


def rate(speed: float) -> str:
    """A rate for people, with three digits.

    >>> rate(0.25), rate(950), rate(12_345), rate(6_200_000)
    ('0.25/s', '950/s', '12.3k/s', '6.2M/s')
    """
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if speed >= size:
            return f"{speed / size:.3g}{unit}/s"
    return f"{speed:.3g}/s"


class _Bar:
    def __init__(self, bars: Bars, name: str, total: float | None) -> None:
        self.bars = bars
        self.id = bars.add_task(name, total=total, note="")

    def advance(self, amount: float = 1) -> None:
        self.bars.advance(self.id, amount)

    def note(self, text: str) -> None:
        self.bars.update(self.id, note=text)


class RichProgress:
    """Draws each task as a bar on standard error; a finished bar disappears."""

    def __init__(self, console: Console) -> None:
        self.bars = Bars(
            TextColumn("  {task.description:<28}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            RateColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=console,
            transient=True,
        )
        self.open = 0

    @contextmanager
    def _task(self, name: str, total: float | None) -> Iterator[Task]:
        self.open += 1
        if self.open == 1:
            self.bars.start()
        bar = _Bar(self.bars, name, total)
        try:
            yield bar
        finally:
            self.bars.remove_task(bar.id)
            self.open -= 1
            if not self.open:
                self.bars.stop()

    def task(self, name: str, total: float | None = None) -> AbstractContextManager[Task]:
        """A bar for the length of the ``with`` block."""
        return self._task(name, total)


def progress_for(console: Console) -> Progress:
    """Bars on a terminal, silence where the output is piped."""
    return RichProgress(console) if console.is_terminal else SILENT
