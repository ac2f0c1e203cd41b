"""The command that other schedulers call, and what of it they must not read as anything else."""

import sys
from pathlib import Path
from typing import Any

import yaml

from ....core import UsageError
from ..config import CONTROL

HEADER = "Made by 'headwater jobs emit'; change the file of jobs and emit again."
HERE = (sys.executable, "-P", "-m", "headwater")
"""The program for schedulers on this machine."""
WAIT = 600
"""Seconds beyond the time limit of all attempts before another scheduler may end us."""


def words(file: Path, name: str, program: tuple[str, ...] = ("headwater",)) -> list[str]:
    """The words of the command."""
    if CONTROL.search(str(file)) or not str(file).isprintable():
        raise UsageError("the path of the file of jobs holds a line break or another control character; rename it")
    return [*program, "jobs", "run-due", str(file), "--job", name, "--wait"]


class _Plain(yaml.SafeDumper):
    """No aliases, which other readers forbid, and texts of several lines as such."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _lines(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Plain.add_representer(str, _lines)


def yaml_text(value: Any) -> str:
    """YAML that means exactly ``value``, whatever its texts hold."""
    return yaml.dump(value, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)
