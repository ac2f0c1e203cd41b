"""Files by which another scheduler calls ``headwater jobs run-due`` when a job is due; our slots stay the truth."""

from collections.abc import Callable, Mapping
from pathlib import Path

from ..config import JobsFile
from .cron import crontab
from .github import workflows
from .kubernetes import cron_jobs
from .systemd import units

EMITTERS: Mapping[str, Callable[[JobsFile, Path, str], dict[str, str]]] = {
    "cron": lambda jobs, file, image: crontab(jobs, file),
    "systemd": lambda jobs, file, image: units(jobs, file),
    "kubernetes": cron_jobs,
    "github-actions": lambda jobs, file, image: workflows(jobs, file),
}
"""Files by name, from the jobs, the path of their file and the name of a container image."""

__all__ = ["EMITTERS"]
