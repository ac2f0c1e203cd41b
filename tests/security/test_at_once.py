"""Several commands on one run at the same moment: one waits or gives up, and no file is torn."""

import subprocess
import sys
from pathlib import Path

from headwater.core import Manifest
from headwater.reports import check_index, index_runs, read_ledger, reindex, verify
from headwater.reports.gate.evidence import read_evidence

from .project import call, environment

RUN = "runs/first"
SIGN = ["sign", RUN, "--key", "anna.pem", "--name", "Anna", "--role", "risk", "--decision", "no-go"]


def at_once(folder: Path, *commands: list[str]) -> list[tuple[int, str]]:
    """Code and errors of commands that were all started before any was waited for."""
    begin = [sys.executable, "-P", "-m", "headwater"]
    started = [
        subprocess.Popen(
            [*begin, *one], cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        for one in commands
    ]  # fmt: skip
    return [(one.wait(), told.decode()) for one in started for told in [one.communicate()[1]]]


def test_checks_runs_signatures_and_indexing_at_once_tear_nothing(project: Path) -> None:
    assert call(project, "keys", "new", "anna.pem").returncode == 0
    check = ["check", RUN, "--policy", "genai-baseline", "--quiet"]
    first = at_once(
        project, check, check, ["run", "run.yaml", "--out", RUN, "--quiet"], ["history", "runs", "--rebuild"],
        ["history", "runs", "--rebuild"], ["jobs", "run-due", "jobs.yaml", "--time", "2026-11-27T04:00:00Z"],
    )  # fmt: skip
    second = at_once(project, SIGN, SIGN, check)
    for code, told in (*first, *second):
        assert "Traceback" not in told, told
        assert code in (0, 1, 2, 3, 75), told
    assert {code for code, _ in second[:2]} <= {0, 75} and 0 in {code for code, _ in second[:2]}
    whole(project / RUN)
    assert verify(project / RUN).holds
    index_runs(project / "runs")
    assert check_index(project / "runs") == ()
    reindex(project / "runs")
    assert check_index(project / "runs") == ()


def whole(run: Path) -> None:
    """Every chain and every hash of a run holds, and nothing half written is left."""
    manifest = Manifest.load(run)
    manifest.verify(run)
    entries = list(read_ledger(run))
    assert [one.number for one in entries] == list(range(1, len(entries) + 1))
    assert len({one.check for one in read_evidence(run, manifest.hash)}) == sum(
        one.event == "checked" for one in entries
    )
    assert [path for path in run.rglob("*.tmp")] == []
