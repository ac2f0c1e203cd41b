"""Progress bars with rate and time left on a terminal, one line a stage elsewhere."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from ..core import SILENT, Progress, Task


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
