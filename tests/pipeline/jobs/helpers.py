"""What the tests of jobs share: a file of jobs without any real run."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from headwater.pipeline.jobs.config import Job, JobsFile, load_jobs

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
COUNTING = """\
import os, sys, time
path, name, pause, code = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
os.write(handle, f"{name} begin\\n".encode())
time.sleep(pause)
os.write(handle, f"{name} end\\n".encode())
sys.exit(code)
"""


def made(folder: Path, job: str = "", top: str = "lease: 5", schedule: str = "every 1m") -> JobsFile:
    """A file with the one job ``a``."""
    text = f"{top}\njobs:\n  a: {{config: run.yaml, schedule: {schedule}{', ' if job else ''}{job}}}\n"
    (folder / "jobs.yaml").write_text(text, "utf-8")
    return load_jobs(folder / "jobs.yaml")


class Counting:
    """In the place of a real run: a process that writes its slot into a file at its begin and its end."""

    def __init__(self, file: Path, pause: float = 0.0, code: int = 0) -> None:
        self.file, self.pause, self.code = file, pause, code

    def __call__(self, job: Job, folder: Path) -> list[list[str]]:
        arguments = [str(self.file), folder.name, str(self.pause), str(self.code)]
        return [[sys.executable, "-I", "-S", "-c", COUNTING, *arguments]]

    def executions(self, what: str = "begin") -> list[str]:
        """The slots that were executed, in order."""
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        return [line.split()[0] for line in lines if line.endswith(what)]
