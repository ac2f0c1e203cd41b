"""Lines for a crontab."""

import re
from collections.abc import Iterable
from pathlib import Path

from ..config import JobsFile
from ..schedule import trigger
from .fields import standard
from .words import HEADER, HERE, words

SAFE = re.compile(r"[A-Za-z0-9_@+=:,./-]+")

NOTES = (
    HEADER,
    "CRON_TZ is read by cronie (Fedora, RHEL, Arch). The cron of Debian and Ubuntu takes it for a variable and reads",
    "every line in the time zone of the machine: where that is another one, use --systemd. When the clock is changed",
    "crons differ: a time that cron leaves out is caught up by the next call, one that it starts twice runs once.",
)


def crontab(jobs: JobsFile, file: Path) -> dict[str, str]:
    """One file with a line for each job."""
    lines = [f"# {note}" for note in NOTES]
    lines += ["SHELL=/bin/sh", ""]
    for name, job in jobs.jobs.items():
        expression, zone = trigger(job.times)
        lines += [
            f"# {name}",
            f"CRON_TZ={zone}",
            f"{standard(expression, 'cron')} {command(words(file, name, HERE))}",
            "",
        ]
    return {"headwater.cron": "\n".join(lines)}


def command(parts: Iterable[str]) -> str:
    """Words quoted for the shell, and each percent sign for cron, which takes it for the end of the line.

    The backslash stands outside the quotes, so that it goes away with a cron that leaves it to the shell too.

    >>> print(command(["echo", "100% it's"]))
    echo '100'\\%' it'"'"'s'
    """
    return " ".join(part if SAFE.fullmatch(part) else _quoted(part) for part in parts)


def _quoted(part: str) -> str:
    inner = part.replace("'", "'\"'\"'").replace("%", "'\\%'")
    return f"'{inner}'"
