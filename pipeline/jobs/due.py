"""Which slot of a job runs now, and what becomes of the others: decided and written in one transaction."""

import sqlite3
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from ...core import canonical_json, sha256
from ...reports import append_entry, read_ledger
from .config import Job
from .slots import SEEN, Slot, ledger_folder, pass_slots, read_slots, record_end, start_slot, transaction, utc_text

MOST = 10_000
"""Slots that are looked at after a long pause; older ones are counted, not listed."""


@dataclass(frozen=True, slots=True)
class Scheduler:
    """Who asks: the root, who owns the leases, how long these last, and what the clock on the wall says."""

    root: Path
    owner: str
    lease: int
    clock: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """The slot to run, already taken; those that passed; those whose scheduler died; when to look again."""

    run: Slot | None = None
    passed: tuple[Slot, ...] = ()
    crashed: tuple[Slot, ...] = ()
    wait_until: datetime | None = None


def take(connection: sqlite3.Connection, name: str, job: Job, by: Scheduler) -> Decision:
    """Decide on a job's slots up to ``by.now`` and take one, or none. Nobody else can take the same."""
    with transaction(connection):
        since = first_seen(by.root, name, job, by.now)
        known = read_slots(connection, name)
        crashed = tuple(_crash(connection, slot, by) for slot in known if _expired(slot, by))
        running = [slot for slot in known if slot.state == "running" and not _expired(slot, by)]
        newest = max((slot.scheduled_for for slot in known), default="")
        start = max(since, datetime.fromisoformat(newest)) if newest else since
        pending, lost, wait = _pending(name, job, start, by.now)
        if lost:
            reason = f"{lost} more before {utc_text(pending[0])} are not listed"
            append_entry(ledger_folder(by.root), "slots-lost", utc_text(by.clock), job=name, count=lost, reason=reason)
        if running:
            passed = () if job.catch_up == "all" else _passed(connection, name, pending, known, by, overlap=True)
            return Decision(None, passed, crashed, wait)
        chosen, left = _choose(job, pending, by.now)
        again = None if chosen and job.catch_up != "all" else _again(job, known, crashed, by)
        passed = _passed(connection, name, left, known, by)
        if again is not None:
            return Decision(_start(connection, again, by), passed, crashed, wait)
        if chosen is None:
            return Decision(None, passed, crashed, wait)
        slot = Slot(name, utc_text(chosen), "running", folder=f"{chosen:%Y-%m-%dT%H%M%SZ}-{name}")
        return Decision(_start(connection, slot, by), passed, crashed, wait)


def first_seen(root: Path, name: str, job: Job, now: datetime) -> datetime:
    """When this schedule of the job was first seen: nothing is due before. Inside a transaction only."""
    schedule = sha256(canonical_json([job.schedule, job.timezone]))
    seen = None
    for entry in read_ledger(ledger_folder(root)):
        if entry.event == SEEN and entry.data["job"] == name:
            seen = entry if entry.data["schedule"] == schedule else None
    if seen is not None:
        return datetime.fromisoformat(seen.time)
    append_entry(ledger_folder(root), SEEN, utc_text(now), job=name, schedule=schedule)
    return now.replace(microsecond=0)


def delay(name: str, job: Job, instant: datetime) -> timedelta:
    """The jitter of a slot, below ``job.jitter``: the same for every scheduler."""
    if not job.jitter:
        return timedelta()
    return timedelta(seconds=int(sha256(f"{name} {utc_text(instant)}".encode())[:12], 16) % job.jitter)


def _pending(name: str, job: Job, start: datetime, now: datetime) -> tuple[list[datetime], int, datetime | None]:
    """Slots that are due and have no row, the number of older ones that are too many, and when the next is due."""
    kept: deque[datetime] = deque(maxlen=MOST)
    count, wait = 0, None
    for instant in job.times.between(start, now):
        if instant + delay(name, job, instant) > now:
            wait = instant + delay(name, job, instant)
            break
        kept.append(instant)
        count += 1
    return list(kept), count - len(kept), wait


def _choose(job: Job, pending: Sequence[datetime], now: datetime) -> tuple[datetime | None, list[datetime]]:
    """The slot that runs, and those that never will."""
    if not pending:
        return None, []
    if job.catch_up == "all":
        return pending[-job.cap :][0], list(pending[: -job.cap])
    late = job.catch_up == "skip" and now - pending[-1] > timedelta(seconds=job.grace + job.jitter)
    return (None, list(pending)) if late else (pending[-1], list(pending[:-1]))


def _passed(
    connection: sqlite3.Connection, name: str, pending: Sequence[datetime], known: Sequence[Slot], by: Scheduler,
    overlap: bool = False,
) -> tuple[Slot, ...]:  # fmt: skip
    spans = [(slot.started, slot.finished, slot.scheduled_for) for slot in known if slot.started and slot.finished]
    time, passed = utc_text(by.clock), []
    for text in map(utc_text, pending):
        busy = next((at for begin, end, at in spans if begin <= text <= end), None)
        if overlap:
            busy = next(slot.scheduled_for for slot in known if slot.state == "running")
        state = "skipped" if busy else "missed"
        reason = f"the run of {busy} was still going" if busy else "no scheduler ran in time"
        passed.append(Slot(name, text, state, finished=time, reason=reason))
    pass_slots(connection, by.root, passed)
    return tuple(passed)


def _expired(slot: Slot, by: Scheduler) -> bool:
    """No sign of life for a whole lease. One from the future (the clock went back) is believed until it is old."""
    age = by.clock - datetime.fromisoformat(slot.heartbeat) if slot.state == "running" else timedelta()
    return age > timedelta(seconds=by.lease)


def _crash(connection: sqlite3.Connection, slot: Slot, by: Scheduler) -> Slot:
    reason = f"no sign of life since {slot.heartbeat}"
    ended = replace(slot, state="crashed", finished=utc_text(by.clock), exit_code=None, reason=reason)
    record_end(connection, by.root, ended)
    return ended


def backoff(job: Job, slot: Slot) -> float:
    """Seconds between the end of an attempt and the next."""
    return job.retries.backoff * 2.0 ** (slot.attempt - 1)


def _again(job: Job, known: Sequence[Slot], crashed: Sequence[Slot], by: Scheduler) -> Slot | None:
    """The newest slot that was begun, where it has attempts left and whoever began it will not go on with it.

    A scheduler that waits for the next attempt after a temporary failure has a lease longer than the wait itself.
    """
    begun = max((slot for slot in known if slot.attempt), key=lambda slot: slot.scheduled_for, default=None)
    if begun is None or begun.attempt > job.retries.limit:
        return None
    newest = next((slot for slot in crashed if slot.scheduled_for == begun.scheduled_for), begun)
    if newest.state == "crashed":
        return newest
    if newest.state != "failed" or newest.exit_code not in job.retries.codes:
        return None
    age = by.clock - datetime.fromisoformat(newest.finished)
    return newest if age > timedelta(seconds=backoff(job, newest) + by.lease) else None


def _start(connection: sqlite3.Connection, slot: Slot, by: Scheduler) -> Slot:
    time = utc_text(by.clock)
    taken = replace(
        slot, state="running", attempt=slot.attempt + 1, owner=by.owner, heartbeat=time, started=time, finished="",
        exit_code=None, reason="",
    )  # fmt: skip
    start_slot(connection, by.root, taken)
    return taken
