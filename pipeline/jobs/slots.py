"""Slots: one row for each job and time it was due, taken by one scheduler only, and written to a chained ledger first.

The row is a cache of the ledger in ``ROOT/jobs/``: every event stands there before the transaction is committed, so
that the rows can be made again, and nothing is executed before the commit.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ...core import IntegrityError
from ...reports import Indexed, append_entry, index_runs, open_history, read_ledger, reindex

FOLDER = "jobs"
TAKEN, ENDED, PASSED, SEEN = "slot-started", "slot-ended", "slots-passed", "job-seen"
RUN_FAILED = "the run itself ended with an error; its log says which"
COLUMNS = (
    "job", "scheduled_for", "state", "attempt", "owner", "heartbeat", "started", "finished", "folder", "exit_code",
    "reason",
)  # fmt: skip
WRITE = f"INSERT OR REPLACE INTO slots ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which a job was due, and what became of it. Times are UTC in ISO 8601, empty where unknown."""

    job: str
    scheduled_for: str
    state: str
    attempt: int = 0
    owner: str = ""
    heartbeat: str = ""
    started: str = ""
    finished: str = ""
    folder: str = ""
    exit_code: int | None = None
    reason: str = ""

    @property
    def values(self) -> tuple[Any, ...]:
        """The columns in the order of the table."""
        return tuple(getattr(self, name) for name in COLUMNS)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {name: getattr(self, name) for name in COLUMNS}


def ledger_folder(root: Path) -> Path:
    """Where the ledger of the jobs of a root lies."""
    return root / FOLDER


def utc_text(time: datetime) -> str:
    """A time in UTC, to the second."""
    return time.astimezone(UTC).replace(microsecond=0).isoformat()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """``BEGIN IMMEDIATE``: one scheduler at a time reads and decides; undone by any error."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def read_slots(connection: sqlite3.Connection, job: str | None = None, last: int | None = None) -> list[Slot]:
    """The slots of a job, or of all, the newest first."""
    where, values = ("WHERE job = ?", [job]) if job is not None else ("", [])
    limit = f"LIMIT {int(last)}" if last is not None else ""
    rows = connection.execute(f"SELECT * FROM slots {where} ORDER BY scheduled_for DESC, job {limit}", values)
    return [Slot(**{name: row[name] for name in COLUMNS}) for row in rows]


def start_slot(connection: sqlite3.Connection, root: Path, slot: Slot) -> None:
    """Write a slot that is taken: the ledger first, then the row. Inside a transaction only."""
    append_entry(
        ledger_folder(root), TAKEN, slot.started, job=slot.job, scheduled_for=slot.scheduled_for, attempt=slot.attempt,
        owner=slot.owner, run=slot.folder,
    )  # fmt: skip
    connection.execute(WRITE, slot.values)


def end_slot(connection: sqlite3.Connection, root: Path, slot: Slot) -> bool:
    """Write how an attempt ended, if its owner still holds it; whether that was so."""
    with transaction(connection):
        if not holds(connection, slot):
            return False
        record_end(connection, root, slot)
    return True


def record_end(connection: sqlite3.Connection, root: Path, slot: Slot) -> None:
    """Write how an attempt ended. Inside a transaction only."""
    append_entry(
        ledger_folder(root), ENDED, slot.finished, job=slot.job, scheduled_for=slot.scheduled_for, state=slot.state,
        attempt=slot.attempt, exit_code=slot.exit_code, reason=slot.reason,
    )  # fmt: skip
    connection.execute(WRITE, slot.values)


def holds(connection: sqlite3.Connection, slot: Slot) -> bool:
    """Whether the owner and attempt of a slot are still those of its row."""
    found = connection.execute(
        "SELECT 1 FROM slots WHERE job = ? AND scheduled_for = ? AND state = 'running' AND owner = ? AND attempt = ?",
        (slot.job, slot.scheduled_for, slot.owner, slot.attempt),
    )
    return found.fetchone() is not None


def beat(connection: sqlite3.Connection, slot: Slot, now: datetime) -> bool:
    """Give a sign of life; False where somebody else has taken the slot over: the work must stop."""
    done = connection.execute(
        "UPDATE slots SET heartbeat = ? WHERE job = ? AND scheduled_for = ? AND state = 'running' AND owner = ? "
        "AND attempt = ?",
        (utc_text(now), slot.job, slot.scheduled_for, slot.owner, slot.attempt),
    )
    return done.rowcount == 1


def pass_slots(connection: sqlite3.Connection, root: Path, slots: Iterable[Slot]) -> None:
    """Write slots that nobody ran, missed or skipped, in one event. Inside a transaction only."""
    passed = list(slots)
    if not passed:
        return
    rows = [[one.scheduled_for, one.state, one.reason] for one in passed]
    append_entry(ledger_folder(root), PASSED, passed[0].finished, job=passed[0].job, slots=rows)
    connection.executemany(WRITE, [one.values for one in passed])


def rebuild_slots(connection: sqlite3.Connection, root: Path) -> int:
    """Make the table of slots again from the ledger of a root; the number of slots.

    A slot whose end is not in the ledger is running with the sign of life of its start: an expired lease, unless its
    owner lives and gives the next one. Raises :class:`IntegrityError` where the chain is broken.
    """
    with transaction(connection):
        return _rebuild(connection, root)


def restore_slots(connection: sqlite3.Connection, root: Path) -> None:
    """Make the table again where it is empty: an index that was deleted must not let old slots run once more."""
    with transaction(connection):
        if connection.execute("SELECT 1 FROM slots LIMIT 1").fetchone() is None:
            _rebuild(connection, root)


def up_to_date(root: Path, anew: bool = False) -> Indexed:
    """Bring the index of a root up to date with its run folders and with the ledger of its jobs; ``anew`` reads all."""
    done = reindex(root) if anew else index_runs(root)
    with open_history(root) as connection:
        (rebuild_slots if anew else restore_slots)(connection, root)
    return done


def ended_since(root: Path, number: int) -> tuple[list[Slot], int]:
    """The slots that ended or passed after an entry of the ledger, as they stand now, and the number of the last."""
    told = list(_history(root))
    newest = {(slot.job, slot.scheduled_for): slot for _, slot in told}
    keys = dict.fromkeys((slot.job, slot.scheduled_for) for at, slot in told if at > number)
    found = [newest[key] for key in keys if newest[key].state != "running"]
    return found, max((at for at, _ in told), default=number)


def _rebuild(connection: sqlite3.Connection, root: Path) -> int:
    slots = {(slot.job, slot.scheduled_for): slot for _, slot in _history(root)}
    connection.execute("DELETE FROM slots")
    connection.executemany(WRITE, [slot.values for slot in slots.values()])
    return len(slots)


def _history(root: Path) -> Iterator[tuple[int, Slot]]:
    """Every state of every slot, with the number of the entry that tells it."""
    slots: dict[tuple[str, str], Slot] = {}
    for entry in read_ledger(ledger_folder(root)):
        if entry.event in (TAKEN, ENDED, PASSED):
            try:
                for slot in _told(slots, entry.event, entry.time, entry.data):
                    slots[slot.job, slot.scheduled_for] = slot
                    yield entry.number, slot
            except (KeyError, TypeError, ValueError):
                raise IntegrityError(f"{ledger_folder(root)}: entry {entry.number} tells of no slot") from None


def _told(slots: Mapping[tuple[str, str], Slot], event: str, time: str, data: Mapping[str, Any]) -> Iterator[Slot]:
    if event == PASSED:
        for scheduled_for, state, reason in data["slots"]:
            yield Slot(data["job"], scheduled_for, state, finished=time, reason=reason)
        return
    key = (data["job"], data["scheduled_for"])
    if event == TAKEN:
        yield Slot(*key, "running", data["attempt"], data["owner"], time, time, "", data["run"])
        return
    before = slots[key]
    yield Slot(
        *key, data["state"], data["attempt"], before.owner, before.heartbeat, before.started, time, before.folder,
        data["exit_code"], data["reason"],
    )  # fmt: skip
