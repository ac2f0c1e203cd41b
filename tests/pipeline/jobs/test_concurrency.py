"""Several schedulers at once, as real processes, some of them killed: each slot is executed, and none twice at once."""

import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from headwater.pipeline.jobs.config import load_jobs
from headwater.pipeline.jobs.scheduler import Runner
from headwater.pipeline.jobs.slots import read_slots
from headwater.reports import open_history, read_ledger

from .helpers import START, Counting, made

SLOTS = 40


def schedule(folder: str, minutes: int, lag: int, pause: float) -> None:
    """A scheduler of its own: asks again until nothing is left. ``lag`` seconds make its leases old already."""
    os.setpgid(0, 0)
    jobs = load_jobs(Path(folder) / "jobs.yaml")
    command = Counting(Path(folder) / "count", pause=pause)
    runner = Runner(jobs, lambda: datetime.now(UTC) - timedelta(seconds=lag), command=command)
    for minute in range(1, minutes + 1):
        runner.run_due(START + timedelta(minutes=minute))


def started(folder: Path, count: int, pause: float, lag: int = 0) -> list[multiprocessing.process.BaseProcess]:
    context = multiprocessing.get_context("fork")
    found = [context.Process(target=schedule, args=(str(folder), SLOTS, lag, pause)) for _ in range(count)]
    for one in found:
        one.start()
    return list(found)


def test_four_schedulers_at_once_execute_every_slot_once(tmp_path: Path) -> None:
    jobs = made(tmp_path, "catch_up: all, cap: 1000", top="lease: 60")
    run = Counting(tmp_path / "count")
    Runner(jobs, lambda: datetime.now(UTC), command=run).run_due(START)
    for one in started(tmp_path, 4, 0.0):
        one.join(120)
        assert one.exitcode == 0
    # What was going while the others asked for the last time is caught up here.
    Runner(jobs, lambda: datetime.now(UTC), command=run).run_due(START + timedelta(minutes=SLOTS))
    counts = Counter(run.executions())
    assert len(counts) == SLOTS and set(counts.values()) == {1}
    with open_history(Path(jobs.out)) as connection:
        slots = read_slots(connection)
    assert {slot.state for slot in slots} == {"succeeded"} and {slot.attempt for slot in slots} == {1}
    # More than one process had a share in it, or the test would show nothing.
    assert len({slot.owner for slot in slots}) > 1


def test_killed_schedulers_lose_no_slot_and_double_none_that_ended(tmp_path: Path) -> None:
    jobs = made(tmp_path, "catch_up: all, cap: 1000, retries: {limit: 20, backoff: 0}", top="lease: 5")
    run = Counting(tmp_path / "count")
    Runner(jobs, lambda: datetime.now(UTC), command=run).run_due(START)
    rng, killed = random.Random(3), 0
    for _ in range(4):
        processes = started(tmp_path, 2, 0.05)
        before = len(run.executions())
        limit = time.monotonic() + 20
        while len(run.executions()) < before + 3 and time.monotonic() < limit:
            time.sleep(0.02)
        time.sleep(rng.random() * 0.1)
        for one in processes:
            os.kill(int(one.pid or 0), signal.SIGKILL)
            one.join()
            killed += 1
        time.sleep(0.2)  # what was begun by a killed one ends by itself
        clock = datetime.now(UTC) + timedelta(seconds=10)  # the leases of the dead are over
        Runner(jobs, lambda clock=clock: clock, command=run).run_due(START)  # type: ignore[misc]
    clock = datetime.now(UTC) + timedelta(seconds=30)
    Runner(jobs, lambda: clock, command=run).run_due(START + timedelta(minutes=SLOTS))
    with open_history(Path(jobs.out)) as connection:
        slots = read_slots(connection)
    assert len(slots) == SLOTS and {slot.state for slot in slots} == {"succeeded"}
    counts = Counter(run.executions())
    begun = Counter(
        entry.data["scheduled_for"] for entry in read_ledger(Path(jobs.out) / "jobs") if entry.event == "slot-started"
    )
    # Nothing runs that the ledger does not tell of, and only a crash lets a slot run again.
    assert all(counts[slot.folder] <= begun[slot.scheduled_for] == slot.attempt for slot in slots)
    again = sum(count - 1 for count in counts.values())
    assert 0 <= again <= killed and len(counts) == SLOTS
