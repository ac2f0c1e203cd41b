"""Where commands print: as wide as the terminal, and wide where there is none."""

from rich.console import Console

WIDE = 200
"""Characters of a line in a file or a pipe: tables are not squeezed into a terminal that is not there."""


def terminal(*, err: bool = False, quiet: bool = False) -> Console:
    """Standard output, or standard error with ``err``."""
    found = Console(stderr=err, highlight=False, quiet=quiet)
    return found if found.is_terminal else Console(stderr=err, highlight=False, quiet=quiet, width=WIDE)
