"""With ``SOURCE_DATE_EPOCH`` the same work gives the same bytes, wherever it is done."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from .project import call, environment, write_project

CLOCKED = "runs/first/checkpoint/timing.json"
SAME = ("report.html", "report.json", "evidence.jsonl", "ledger.jsonl", "policy.json", "manifest.json")


def test_two_runs_in_two_places_give_the_same_report_and_exports(project: Path, tmp_path: Path) -> None:
    """The machine's name stands in the evidence, on purpose, and what training used of time and energy in a file of
    its own. With that file the same and judged anew, everything is: no other clock, place or order of a set
    is in any of it.
    """
    other = write_project(tmp_path / "another" / "place")
    assert call(other, "run", "run.yaml", "--out", "runs/first").returncode == 0
    shutil.copy(project / CLOCKED, other / CLOCKED)
    for place, out in ((project, tmp_path / "a"), (other, tmp_path / "b")):
        for name in ("evidence.jsonl", "ledger.jsonl"):
            (place / "runs" / "first" / name).unlink()
        assert call(place, "check", "runs/first", "--quiet").returncode in (1, 3)
        assert call(place, "export", "runs/first", "--out", out).returncode == 0
    for name in SAME:
        one, two = (place / "runs" / "first" / name for place in (project, other))
        assert one.read_bytes() == two.read_bytes(), name
    exports = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(exports) > 8 and exports == sorted(path.name for path in (tmp_path / "b").iterdir())
    for name in exports:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_importing_connects_nowhere_and_starts_nothing(tmp_path: Path) -> None:
    """Every module of the package, in a process that writes attempts to connect down."""
    told = """
import importlib, pkgutil, threading, headwater
for found in pkgutil.walk_packages(headwater.__path__, "headwater."):
    if found.name.split(".")[1] in ("core", "curate", "models", "evaluate", "reports", "pipeline"):
        importlib.import_module(found.name)
import json, multiprocessing
print(json.dumps([thread.name for thread in threading.enumerate()]), len(multiprocessing.active_children()))
"""
    env = environment({"HEADWATER_TEST_CONNECTIONS": str(tmp_path / "connections.txt")})
    done = subprocess.run([sys.executable, "-P", "-c", told], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    threads, children = done.stdout.strip().rsplit(" ", 1)
    assert json.loads(threads) == ["MainThread"] and children == "0"
    assert not (tmp_path / "connections.txt").exists()
