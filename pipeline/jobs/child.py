"""A run as a process of its own: no shell, a process group that ends as a whole, and its exit code."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .config import Job

GRACE = 10.0
"""Seconds that a group has between the request to end and its end."""
SAID = 20_000
"""Bytes that are kept of what a process says."""
STEP = 0.05
"""Seconds between two looks at the process, at first; it grows to a second."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended. ``why``: exited, timed_out, stopped (we were asked to), lost (another took the slot)."""

    why: str
    code: int
    said: str = ""
    judged: bool = True


Alive = Callable[[], str]
"""Called about once a second; the reason to stop, or an empty text."""


def commands(job: Job, folder: Path) -> list[list[str]]:
    """What is executed for a slot: the run, then the judgement where there is a policy."""
    begin = [sys.executable, "-P", "-m", "headwater"]
    run = [*begin, "run", job.config, "--out", str(folder), "--json"]
    policy = ["--policy", job.policy] if job.policy else []
    return [run, [*begin, "check", str(folder), *policy, "--json"]]


def execute(command: Sequence[str], timeout: float, alive: Alive) -> Ended:
    """Run one command to its end, or end it. The end of what it prints on standard error is kept, the rest is not.

    The file for it has no name: of a scheduler that is killed nothing is left that was not redacted.
    """
    deadline = time.monotonic() + timeout
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
        )
        try:
            why = _watch(process, deadline, alive)
        except BaseException:
            end_group(process)
            raise
        if why != "exited":
            end_group(process)
        errors.seek(max(os.fstat(errors.fileno()).st_size - SAID, 0))
        said = errors.read(SAID).decode("utf-8", "replace")
    return Ended(why, process.returncode, said)


def _watch(process: "subprocess.Popen[bytes]", deadline: float, alive: Alive) -> str:
    pause, asked = STEP, time.monotonic()
    while process.poll() is None:
        now = time.monotonic()
        if now >= deadline:
            return "timed_out"
        if now - asked >= 1:
            asked = now
            if why := alive():
                return why
        time.sleep(min(pause, max(deadline - now, 0)))
        pause = min(pause * 1.5, 0.5)
    return "exited"


def end_group(process: "subprocess.Popen[bytes]") -> None:
    """Ask the whole group to end, then kill what is left of it."""
    _signal(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE)
    _signal(process.pid, signal.SIGKILL)
    process.wait()


def _signal(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
