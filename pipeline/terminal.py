"""Where commands print: as wide as the terminal, and wide where there is none."""

import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from .spelling import Spelling, spelled

WIDE = 200
"""Characters of a line in a file or a pipe: tables are not squeezed into a terminal that is not there."""


class Terminal(Console):
    """A console of rich: its own colours reach the terminal, commands inside a text do not, and no text is markup."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments, spelled."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(spelled(segment.text), segment.style)


def terminal(*, err: bool = False, quiet: bool = False) -> Console:
    """Standard output, or standard error with ``err``."""
    stream = sys.stderr if err else sys.stdout
    file = stream.beneath if isinstance(stream, Spelling) else None
    options: dict[str, Any] = {"file": file, "stderr": err, "highlight": False, "quiet": quiet}
    found = Terminal(**options, markup=False, emoji=False)
    return found if found.is_terminal else Terminal(**options, markup=False, emoji=False, width=WIDE)
