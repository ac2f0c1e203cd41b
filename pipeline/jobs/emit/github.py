"""A workflow of GitHub Actions for each job."""

import os
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ....core import UsageError
from ..config import Job, JobsFile
from ..schedule import trigger
from .fields import expanded, listed, standard
from .systemd import longest
from .words import HEADER, words, yaml_text

NOTES = (
    HEADER,
    "GitHub reads schedules in UTC, at best every five minutes, often late, only on the default branch, and stops them",
    "after 60 days without a commit to the repository. Where a time zone changes its clock there is a line for each of",
    "its offsets: the slots let only one of them run. They travel from call to call in the cache; the first call only",
    "remembers that the job is known. Pin the actions to hashes that you have checked.",
)
MOST_MINUTES = 360
"""What a hosted runner allows for a job."""


def workflows(jobs: JobsFile, file: Path) -> dict[str, str]:
    """A workflow for each job; the file of jobs has to lie in the repository, and its root too."""
    base = repository(file.parent)
    notes = "".join(f"# {note}\n" for note in NOTES)
    found = {}
    for name, job in jobs.jobs.items():
        made = _workflow(name, job, _inside(file, base), _inside(Path(jobs.out), base))
        found[f".github/workflows/headwater-{name}.yml"] = notes + yaml_text(made)
    return found


def repository(folder: Path) -> Path:
    """The nearest folder above that is a repository, else the folder itself."""
    return next((one for one in (folder, *folder.parents) if (one / ".git").exists()), folder)


def utc_crons(cron: str, zone: str, year: int = 2026) -> list[str]:
    """Expressions in UTC, one or more for each offset of the zone in a year.

    Where midnight lies between and dates are named, every day is asked: the slots know which of them is due.
    """
    found: dict[str, None] = {}
    for offset in _offsets(zone, year):
        for one in _shifted(cron, offset):
            found[one] = None
    return list(found)


def _offsets(zone: str, year: int) -> list[int]:
    """Minutes east of UTC, each that holds in a year."""
    hours = (datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(0, 8760, 12))
    offsets = (instant.astimezone(ZoneInfo(zone)).utcoffset() or timedelta() for instant in hours)
    return sorted({int(offset.total_seconds() // 60) for offset in offsets})


def _shifted(cron: str, offset: int) -> Iterator[str]:
    if offset == 0:
        yield standard(cron, "GitHub")
        return
    standard(cron, "GitHub")
    fields = expanded(cron)
    times: dict[tuple[int, int], set[int]] = {}  # (days later, hour) to minutes
    for hour in fields["hour"]:
        for minute in fields["minute"]:
            days, rest = divmod(hour * 60 + minute - offset, 1440)
            times.setdefault((days, rest // 60), set()).add(rest % 60)
    alike: dict[tuple[str, tuple[int, ...]], list[int]] = {}
    for (days, hour), minutes in times.items():
        alike.setdefault((_dates(cron, fields, days), tuple(sorted(minutes))), []).append(hour)
    for (dates, same), hours in alike.items():
        yield f"{listed(list(same), 'minute')} {listed(sorted(set(hours)), 'hour')} {dates}"


def _dates(cron: str, fields: dict[str, list[int]], days: int) -> str:
    _, _, day, month, _ = cron.split()
    if days == 0:
        return " ".join(listed(fields[name], name) for name in ("day", "month", "weekday"))
    if (day, month) != ("*", "*"):
        return "* * *"
    return f"* * {listed(sorted((number + days) % 7 for number in fields['weekday']), 'weekday')}"


def _workflow(name: str, job: Job, file: str, root: str) -> dict[str, Any]:
    state = f"headwater-jobs-{name}"
    return {
        "name": f"headwater {name}",
        "on": {
            "schedule": [{"cron": one} for one in utc_crons(*trigger(job.times))],
            "workflow_dispatch": {},
        },
        "permissions": {"contents": "read"},
        "concurrency": {"group": state, "cancel-in-progress": False},
        "jobs": {
            "run": {
                "runs-on": "ubuntu-latest",
                "timeout-minutes": min(longest(job) // 60 + 1, MOST_MINUTES),
                "steps": [
                    {"uses": "actions/checkout@v4", "with": {"persist-credentials": False}},
                    {"uses": "actions/setup-python@v5", "with": {"python-version": "3.12"}},
                    {"run": "python -m pip install headwater"},
                    {"uses": "actions/cache/restore@v4", "with": _cache(state, root)},
                    {"run": shlex.join(words(Path(file), name))},
                    {"if": "always()", "uses": "actions/cache/save@v4", "with": _saved(state, root)},
                    {
                        "if": "always()",
                        "uses": "actions/upload-artifact@v4",
                        "with": {"name": f"headwater-{name}", "path": f"{root}/*-{name}/report.*"},
                    },
                ],
            }
        },
    }


def _saved(state: str, root: str) -> dict[str, str]:
    key = f"{state}-${{{{ github.run_id }}}}-${{{{ github.run_attempt }}}}"
    return {"path": f"{root}/jobs\n{root}/history.db\n", "key": key}


def _cache(state: str, root: str) -> dict[str, str]:
    return {**_saved(state, root), "restore-keys": f"{state}-"}


def _inside(path: Path, base: Path) -> str:
    """The path below the repository, if GitHub can only read it as a path."""
    text = Path(os.path.relpath(path, base)).as_posix()
    if text.startswith(".."):
        raise UsageError(f"{path} lies outside the repository {base}; a runner of GitHub could not find it")
    if "${{" in text or not text.isprintable() or any(mark in text for mark in "*?[]!\\"):
        raise UsageError(f"{text!r} holds ${{{{, a wildcard or a control character, which GitHub would read; rename it")
    return f"./{text}" if text.startswith(("-", "~")) else text
