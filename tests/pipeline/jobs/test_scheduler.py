"""What becomes of each slot: catch-up, overlap, time limit, retry, crash, clocks; and the ledger that tells it."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headwater.core import IntegrityError
from headwater.pipeline.jobs.alerts.changes import alerts_of
from headwater.pipeline.jobs.config import Job, JobsFile
from headwater.pipeline.jobs.scheduler import Outcome, Runner, Stop
from headwater.pipeline.jobs.slots import read_slots, rebuild_slots, transaction
from headwater.reports import open_history, read_ledger

from .helpers import START, Counting, made


def later(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def now() -> datetime:
    return datetime.now(UTC)


def due(jobs: JobsFile, at: datetime, command: Callable[[Job, Path], list[list[str]]], **more: object) -> Outcome:
    return Runner(jobs, now, command=command, **more).run_due(at)  # type: ignore[arg-type]


def states(jobs: JobsFile) -> dict[str, str]:
    """Minute to state."""
    with open_history(Path(jobs.out)) as connection:
        return {slot.scheduled_for[14:16]: slot.state for slot in reversed(read_slots(connection))}


def test_nothing_is_due_before_a_job_was_first_seen(tmp_path: Path) -> None:
    run, jobs = Counting(tmp_path / "count"), made(tmp_path, "catch_up: all")
    assert due(jobs, START, run).exit_code == 0
    assert due(jobs, later(1), run).exit_code == 0
    assert run.executions() == ["2026-05-04T120100Z-a"]


def test_run_due_twice_at_the_same_time_runs_once(tmp_path: Path) -> None:
    run, jobs = Counting(tmp_path / "count"), made(tmp_path)
    for at in (0, 1, 1, 1.5, 1):
        due(jobs, later(at), run)
    assert len(run.executions()) == 1


@pytest.mark.parametrize(
    ("job", "expected", "code"),
    [
        ("catch_up: latest", "mmmmr", 3),
        ("catch_up: all", "rrrrr", 0),
        ("catch_up: all, cap: 2", "mmmrr", 3),
        ("catch_up: skip, grace: 0", "mmmmm", 3),
        ("catch_up: skip, grace: 10m", "mmmmr", 3),
    ],
)
def test_what_becomes_of_times_that_passed(tmp_path: Path, job: str, expected: str, code: int) -> None:
    run, jobs = Counting(tmp_path / "count"), made(tmp_path, job)
    due(jobs, START, run)
    outcome = due(jobs, later(5.5), run)
    letters = {"missed": "m", "succeeded": "r"}
    assert "".join(letters[state] for state in states(jobs).values()) == expected
    assert outcome.exit_code == code
    assert len(run.executions()) == expected.count("r")


def test_a_changed_schedule_is_new_from_the_moment_it_was_seen(tmp_path: Path) -> None:
    run = Counting(tmp_path / "count")
    due(made(tmp_path, "catch_up: all"), START, run)
    jobs = made(tmp_path, "catch_up: all", schedule="every 2m")
    due(jobs, later(9), run)
    assert run.executions() == []
    due(jobs, later(12), run)
    assert [name[11:15] for name in run.executions()] == ["1210", "1212"]


def test_a_clock_that_goes_back_runs_nothing_again(tmp_path: Path) -> None:
    run, jobs = Counting(tmp_path / "count"), made(tmp_path, "catch_up: all")
    for at in (0, 3, 1, 2, 3):
        due(jobs, later(at), run)
    assert len(run.executions()) == len(set(run.executions())) == 3


def test_jitter_delays_each_slot_by_the_same_for_every_scheduler_and_wait_sleeps_it_out(tmp_path: Path) -> None:
    run, jobs = Counting(tmp_path / "count"), made(tmp_path, "jitter: 50s")
    due(jobs, START, run)
    slept: list[float] = []

    class Quick(Stop):
        def sleep(self, seconds: float) -> None:
            slept.append(seconds)

    assert due(jobs, later(1), run).slots == []
    due(jobs, later(1), run, stop=Quick(), wait=True)
    assert len(run.executions()) == 1 and 0 < slept[0] < 50


def test_a_time_limit_ends_the_whole_process_group(tmp_path: Path) -> None:
    jobs, child = made(tmp_path, "timeout: 1s"), tmp_path / "child"
    program = f"sleep 60 & echo $! > {child}; wait"
    due(jobs, START, lambda job, folder: [])
    outcome = due(jobs, later(1), lambda job, folder: [["/bin/sh", "-c", program]])
    assert [slot.state for slot in outcome.slots] == ["timed_out"] and outcome.exit_code == 75
    time.sleep(0.1)
    assert not alive(int(child.read_text()))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[-1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize(("code", "attempts"), [(75, 3), (1, 1), (3, 1), (0, 1)])
def test_only_a_temporary_failure_is_tried_again(tmp_path: Path, code: int, attempts: int) -> None:
    run, jobs = Counting(tmp_path / "count", code=code), made(tmp_path, "retries: {limit: 2, backoff: 0}")
    due(jobs, START, run)
    outcome = due(jobs, later(1), run)
    assert len(run.executions()) == attempts and len(set(run.executions())) == 1
    assert outcome.exit_code == code


def test_the_worst_code_counts_and_a_strange_one_is_a_failure(tmp_path: Path) -> None:
    jobs = made(tmp_path, "catch_up: all")
    due(jobs, START, Counting(tmp_path / "count"))
    codes: Iterator[int] = iter([5, 101, 3])

    def command(job: Job, folder: Path) -> list[list[str]]:
        return Counting(tmp_path / "count", code=next(codes))(job, folder)

    assert due(jobs, later(3), command).exit_code == 1


def test_the_judgement_runs_after_the_run_and_its_code_is_kept(tmp_path: Path) -> None:
    jobs, run = made(tmp_path, "policy: genai-baseline"), Counting(tmp_path / "count")
    judged = Counting(tmp_path / "count", code=3)
    due(jobs, START, run)
    outcome = due(jobs, later(1), lambda job, folder: run(job, folder) + judged(job, folder))
    assert outcome.slots[-1].exit_code == 3 and len(run.executions()) == 2


@pytest.mark.parametrize(("extra", "topic"), [([], "run"), (["check"], "gate")])
def test_a_run_that_breaks_is_no_verdict_of_the_gate(tmp_path: Path, extra: list[str], topic: str) -> None:
    jobs, failing = made(tmp_path, "policy: genai-baseline"), Counting(tmp_path / "count", code=1)
    due(jobs, START, failing)
    outcome = due(jobs, later(1), lambda job, folder: [failing(job, folder)[0] + extra])
    assert outcome.exit_code == 1
    assert [alert.topic for alert in alerts_of(outcome.slots, [], {}, "")] == [topic]


def test_a_slot_that_comes_while_the_last_run_goes_is_skipped(tmp_path: Path) -> None:
    jobs, run = made(tmp_path), Counting(tmp_path / "count", pause=1.5)
    due(jobs, START, run)
    thread = threading.Thread(target=due, args=(jobs, later(1), run))
    thread.start()
    while not run.executions():
        time.sleep(0.02)
    outcome = due(jobs, later(2), run)
    thread.join()
    assert [slot.state for slot in outcome.slots] == ["skipped"] and "12:01" in outcome.slots[0].reason
    assert len(run.executions()) == 1


def test_with_all_a_slot_waits_for_the_last_run_instead(tmp_path: Path) -> None:
    jobs, run = made(tmp_path, "catch_up: all"), Counting(tmp_path / "count", pause=1)
    due(jobs, START, run)
    thread = threading.Thread(target=due, args=(jobs, later(1), run))
    thread.start()
    while not run.executions():
        time.sleep(0.02)
    assert due(jobs, later(2), run).slots == []
    thread.join()
    due(jobs, later(2), run)
    assert len(set(run.executions())) == len(run.executions()) == 2


def test_a_lease_without_a_sign_of_life_has_crashed_and_the_slot_is_tried_again_in_its_folder(tmp_path: Path) -> None:
    jobs, run = made(tmp_path), Counting(tmp_path / "count")
    due(jobs, START, run)
    hung = Runner(jobs, lambda: now() - timedelta(minutes=2), command=run)
    hung._attempts = lambda job, slot: slot  # type: ignore[method-assign]  # killed right after it took the slot
    assert [slot.state for slot in hung.run_due(later(1)).slots] == ["running"]
    outcome = due(jobs, later(1), run)
    assert [slot.state for slot in outcome.slots] == ["crashed", "succeeded"] and outcome.exit_code == 0
    assert outcome.slots[-1].attempt == 2 and run.executions() == ["2026-05-04T120100Z-a"]


def test_who_lost_the_lease_stops_and_does_not_write_the_end(tmp_path: Path) -> None:
    jobs, run = made(tmp_path), Counting(tmp_path / "count", pause=30)
    due(jobs, START, run)
    found: list[Outcome] = []
    thread = threading.Thread(target=lambda: found.append(due(jobs, later(1), run)))
    thread.start()
    while not run.executions():
        time.sleep(0.02)
    with open_history(Path(jobs.out)) as connection:
        connection.execute("UPDATE slots SET owner = 'another', attempt = 2")
    thread.join(20)
    assert not thread.is_alive() and run.executions("end") == []
    assert states(jobs) == {"01": "running"} and found[0].slots[-1].reason.startswith("another")


def test_a_stop_ends_the_run_and_the_next_call_goes_on(tmp_path: Path) -> None:
    jobs, stop = made(tmp_path), Stop()
    due(jobs, START, Counting(tmp_path / "count"))
    threading.Timer(1.2, lambda: stop(signal.SIGTERM, None)).start()
    outcome = due(jobs, later(1), Counting(tmp_path / "count", pause=30), stop=stop)
    assert outcome.exit_code == 75 and states(jobs) == {"01": "crashed"}
    assert due(jobs, later(1), Counting(tmp_path / "count")).slots[-1].state == "succeeded"


def test_a_process_that_is_killed_has_crashed(tmp_path: Path) -> None:
    jobs = made(tmp_path, "retries: {limit: 0}")
    due(jobs, START, lambda job, folder: [])
    outcome = due(jobs, later(1), lambda job, folder: [["/bin/sh", "-c", "kill -9 $$"]])
    assert (outcome.slots[-1].state, outcome.slots[-1].exit_code) == ("crashed", -9)


def test_the_rows_can_be_made_again_from_the_ledger(tmp_path: Path) -> None:
    jobs, run = made(tmp_path), Counting(tmp_path / "count", code=1)
    for at in (0, 1, 4):
        due(jobs, later(at), run)
    root = Path(jobs.out)
    with open_history(root) as connection:
        before = read_slots(connection)
        connection.execute("DELETE FROM slots")
        assert rebuild_slots(connection, root) == len(before) == 4
        assert [one.to_json() for one in read_slots(connection)] == [one.to_json() for one in before]


def test_an_index_that_was_deleted_does_not_let_a_slot_run_again(tmp_path: Path) -> None:
    jobs, run = made(tmp_path, "catch_up: all"), Counting(tmp_path / "count")
    due(jobs, START, run)
    due(jobs, later(2), run)
    for path in Path(jobs.out).glob("history.db*"):
        path.unlink()
    due(jobs, later(3), run)
    assert len(run.executions()) == len(set(run.executions())) == 3


def test_a_changed_ledger_is_refused(tmp_path: Path) -> None:
    jobs, run = made(tmp_path), Counting(tmp_path / "count", code=1)
    due(jobs, START, run)
    due(jobs, later(1), run)
    due(jobs, later(2), run)
    ledger = Path(jobs.out) / "jobs" / "ledger.jsonl"
    ledger.write_text(ledger.read_text().replace('"exit_code":1', '"exit_code":0'))
    with pytest.raises(IntegrityError, match="chain is broken"):
        due(jobs, later(3), run)


def test_what_a_failed_process_said_is_kept_redacted(tmp_path: Path) -> None:
    jobs = made(tmp_path)
    due(jobs, START, lambda job, folder: [])
    due(jobs, later(1), lambda job, folder: [["/bin/sh", "-c", "echo ask jane.doe@mail.org >&2; exit 2"]])
    (log,) = (Path(jobs.out) / "jobs" / "logs").iterdir()
    assert log.read_text() == "ask [EMAIL]\n"
    assert "jane" not in (Path(jobs.out) / "jobs" / "ledger.jsonl").read_text()


def test_a_long_pause_is_counted_and_not_listed_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headwater.pipeline.jobs.due.MOST", 50)
    jobs, run = made(tmp_path), Counting(tmp_path / "count")
    due(jobs, START, run)
    assert len(due(jobs, later(200), run).slots) == 50
    lost = [entry for entry in read_ledger(Path(jobs.out) / "jobs") if entry.event == "slots-lost"]
    assert [entry.data["count"] for entry in lost] == [150]


def test_a_transaction_that_fails_leaves_no_row(tmp_path: Path) -> None:
    with open_history(tmp_path) as connection:
        with pytest.raises(RuntimeError), transaction(connection):
            connection.execute("INSERT INTO slots (job, scheduled_for, state) VALUES ('a', 'b', 'missed')")
            raise RuntimeError
        assert read_slots(connection) == []
