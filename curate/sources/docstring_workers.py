"""Many Python files read side by side, in order, each job in a process of its own.

The processes run ``docstrings.py`` alone: they start in 50 ms where a pool would import all of headwater, need no fork
of a program with threads and no guarded main module, and a file that crashes Python's parser takes only itself with it.
"""

import json
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from ...core import HeadwaterError
from . import docstrings
from .docstrings import Found, Unreadable

FILES_PER_JOB = 250
Content = list[Found] | Unreadable


def read_python_files(paths: Sequence[Path], minimum: int, code: bool, workers: int) -> Iterator[Content]:
    """What each file holds, in the order of ``paths`` whatever ``workers`` is; at most two jobs a worker are ahead."""
    jobs = iter([paths[start : start + FILES_PER_JOB] for start in range(0, len(paths), FILES_PER_JOB)])
    waiting: deque[Future[list[Content]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for job in jobs:
                waiting.append(pool.submit(_read, job, minimum, code))
                if len(waiting) >= 2 * workers:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _read(paths: Sequence[Path], minimum: int, code: bool) -> list[Content]:
    # -I: neither the folder of the script nor the user's environment may change what the program imports.
    command = [sys.executable, "-I", str(docstrings.__file__)]
    job = json.dumps({"paths": [str(path) for path in paths], "minimum": minimum, "code": code})
    done = subprocess.run(command, input=job.encode(), capture_output=True, check=False)
    if done.returncode == 0:
        return [_content(line) for line in done.stdout.splitlines()]
    if len(paths) > 1:
        return [content for path in paths for content in _read([path], minimum, code)]
    if done.returncode < 0:
        return [Unreadable("invalid-python", "crashes Python's parser")]
    last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    raise HeadwaterError(f"{paths[0]}: reading it failed ({last}); leave it out with the option exclude")


def _content(line: bytes) -> Content:
    values = json.loads(line)
    return Unreadable(*values) if isinstance(values[0], str) else [Found(*found) for found in values[0]]
