"""The commands, as processes: real runs of a small corpus, what they print, and the documentation."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headwater.core import InputError
from headwater.pipeline import jobs_command
from headwater.pipeline.jobs.config import JobsFile, load_jobs
from headwater.pipeline.jobs.scheduler import sleep_until
from headwater.pipeline.jobs.slots import Slot

from .helpers import START, made

ROOT = Path(__file__).parents[3]
RUN = "corpus: {source: jsonl, path: corpus.jsonl}\ncurate: [unicode, exact-duplicates]\n"


def headwater(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "headwater", "jobs", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    rows = [{"text": f"Record {at} tells of the river {at * 7} and of its mill."} for at in range(30)]
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (tmp_path / "run.yaml").write_text(RUN, "utf-8")
    made(tmp_path, "catch_up: all")
    return tmp_path


def test_a_real_run_is_done_once_and_its_folder_is_whole(project: Path) -> None:
    assert headwater(project, "run-due", "jobs.yaml", "--time", "2026-05-04T12:00:00").returncode == 0
    for _ in range(2):
        done = headwater(project, "run-due", "jobs.yaml", "--time", "2026-05-04T12:01:00", "--json")
        assert done.returncode == 0, done.stderr
    assert (project / "runs" / "2026-05-04T120100Z-a" / "report.html").is_file()
    listed = json.loads(headwater(project, "list", "jobs.yaml", "--json").stdout)
    assert [(slot["state"], slot["exit_code"], slot["attempt"]) for slot in listed] == [("succeeded", 0, 1)]


def test_a_wrong_config_fails_with_its_own_code(project: Path) -> None:
    (project / "run.yaml").write_text(RUN + "modle: {}\n", "utf-8")
    headwater(project, "run-due", "jobs.yaml", "--time", "2026-05-04T12:00:00")
    done = headwater(project, "run-due", "jobs.yaml", "--time", "2026-05-04T12:01:00")
    assert done.returncode == 2 and "the config or a file is wrong" in done.stdout
    (log,) = (project / "runs" / "jobs" / "logs").iterdir()
    assert "modle" in log.read_text()
    assert headwater(project, "check", "jobs.yaml").returncode == 2


def test_check_shows_the_next_times_local_and_utc(project: Path) -> None:
    made(project, "timezone: Europe/Berlin", schedule='"30 2 29 3 *"')
    done = headwater(project, "check", "jobs.yaml", "--time", "2026-01-01", "--count", "2")
    assert "Sun 2026-03-29 03:00:00 CEST  2026-03-29T01:00:00Z" in done.stdout
    assert "Mon 2027-03-29 02:30:00 CEST  2027-03-29T00:30:00Z" in done.stdout


def test_a_name_that_is_no_job_and_a_missing_format_are_said(project: Path) -> None:
    done = headwater(project, "run-due", "jobs.yaml", "--job", "b")
    assert done.returncode == 2 and "no job 'b'" in done.stderr
    done = headwater(project, "emit", "jobs.yaml")
    assert done.returncode == 2 and "--systemd" in done.stderr


def test_emit_writes_files_and_names_them(project: Path) -> None:
    done = headwater(project, "emit", "jobs.yaml", "--systemd", "--cron", "--out", "files")
    assert sorted(path.name for path in (project / "files").iterdir()) == [
        "headwater-a.service", "headwater-a.timer", "headwater.cron",
    ]  # fmt: skip
    assert len(done.stdout.splitlines()) == 3


def test_the_loop_runs_until_it_is_asked_to_end(project: Path) -> None:
    command = [sys.executable, "-P", "-m", "headwater", "jobs", "loop", "jobs.yaml", "--quiet"]
    process = subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    limit = time.monotonic() + 30
    while not (project / "runs" / "jobs" / "ledger.jsonl").exists() and time.monotonic() < limit:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, b"")


def test_the_loop_sleeps_until_the_next_job_and_not_too_long(tmp_path: Path) -> None:
    assert sleep_until(made(tmp_path, schedule="every 2m"), START.replace(second=30)) == 90
    assert sleep_until(made(tmp_path, schedule="every 2d"), START) == 300


def test_the_example_and_the_page_are_right_files_of_jobs(tmp_path: Path) -> None:
    assert isinstance(load_jobs(ROOT / "examples" / "jobs.yaml"), JobsFile)
    assert Path(load_jobs(ROOT / "examples" / "jobs.yaml").jobs["nightly"].config).is_file()
    page = (ROOT / "docs" / "jobs.md").read_text("utf-8")
    blocks = re.findall(r"^```yml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    for block in blocks:
        (tmp_path / "jobs.yaml").write_text(block, "utf-8")
        load_jobs(tmp_path / "jobs.yaml")
    assert blocks


def test_every_key_stands_on_the_page() -> None:
    from headwater.pipeline.jobs.config import CHANNELS, Job, Retries

    page = (ROOT / "docs" / "jobs.md").read_text("utf-8")
    kinds = (JobsFile, Job, Retries, *CHANNELS.values())
    keys = {key for kind in kinds for key in kind.model_fields}
    assert {key for key in keys if f"`{key}" not in page} == set()


def test_a_run_is_compared_with_earlier_ones_and_one_that_cannot_be_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def detect(root: Path, folder: Path, now: object) -> tuple[()]:
        asked.append(folder)
        raise InputError("another series")

    monkeypatch.setattr(jobs_command, "detect", detect)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "manifest.json").write_text("{}")
    said: list[str] = []
    for folder, state in (("run", "failed"), ("none", "failed"), ("run", "crashed")):
        slot = Slot("a", "2026-05-04T12:00:00+00:00", state, 1, folder=folder)
        assert jobs_command._changes(tmp_path, slot, said.append) == ()
    assert asked == [tmp_path / "run"] and "another series" in said[0]
