"""A service and a timer for each job."""

from pathlib import Path

from ..config import Job, JobsFile
from ..schedule import trigger
from .on_calendar import on_calendar
from .words import HEADER, HERE, WAIT, words

SERVICE = """\
# {header}
[Unit]
Description=headwater job {name}

[Service]
Type=oneshot
ExecStart={command}
TimeoutStartSec={timeout}
KillMode=control-group
NoNewPrivileges=yes
ProtectSystem=full
"""
TIMER = """\
# {header}
[Unit]
Description=timer of the headwater job {name}

[Timer]
{calendars}
Persistent=true
RandomizedDelaySec={jitter}
AccuracySec=1s

[Install]
WantedBy=timers.target
"""


def units(jobs: JobsFile, file: Path) -> dict[str, str]:
    """Both units of each job, for the interpreter that makes them; meant for ``~/.config/systemd/user``."""
    found = {}
    for name, job in jobs.jobs.items():
        expression, zone = trigger(job.times)
        calendars = "\n".join(f"OnCalendar={one}" for one in on_calendar(expression, zone))
        command = " ".join(quoted(word) for word in words(file, name, HERE))
        found[f"headwater-{name}.service"] = SERVICE.format(
            header=HEADER, name=name, command=command, timeout=longest(job)
        )
        found[f"headwater-{name}.timer"] = TIMER.format(
            header=HEADER, name=name, calendars=calendars, jitter=job.jitter
        )
    return found


def longest(job: Job) -> int:
    """Seconds that one call can take: jitter, all attempts, the waits between them, and some more."""
    waits = sum((job.retries.backoff << attempt) for attempt in range(job.retries.limit))
    return job.jitter + job.timeout * (job.retries.limit + 1) + waits + WAIT


def quoted(word: str) -> str:
    """A word of a command line: quoted, and without specifiers (%) and variables ($)."""
    inner = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{inner}"'
