"""Run what is due: idempotent, without a daemon, and safe to be called by several machines or timers at once."""

import os
import platform
import secrets
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType

from ...core import write_text
from ...reports import open_history
from .child import Ended, commands, execute
from .config import Job, JobsFile
from .due import Scheduler, backoff, take
from .slots import (
    RUN_FAILED,
    Slot,
    beat,
    end_slot,
    ledger_folder,
    read_slots,
    restore_slots,
    start_slot,
    transaction,
    utc_text,
)  # fmt: skip

WORST = (4, 2, 1, 5, 3, 75)
"""Exit codes, the worst first: integrity, usage, failed, stale, incomplete, temporary."""
STATES = {"timed_out": 75, "crashed": 75, "skipped": 75, "missed": 3}

Commands = Callable[[Job, Path], list[list[str]]]
Clock = Callable[[], datetime]


@dataclass
class Outcome:
    """What came of one call: the slots that were run, passed or found crashed, in order."""

    slots: list[Slot] = field(default_factory=list)
    stopped: bool = False

    @property
    def exit_code(self) -> int:
        """0 if everything that was due ran and passed, else the worst code of all slots, as of now."""
        last = {(slot.job, slot.scheduled_for): slot for slot in self.slots}
        codes = {code_of(slot) for slot in last.values()} | ({75} if self.stopped else set())
        return next((code for code in WORST if code in codes), 0)


def code_of(slot: Slot) -> int:
    """The exit code that a slot stands for; one that DESIGN does not know counts as a failure."""
    if slot.state in STATES:
        return STATES[slot.state]
    code = slot.exit_code
    return code if code is not None and code in (0, *WORST) else 1


class Stop:
    """Set by SIGTERM or SIGINT: the run that goes is ended, and no other begins."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """As a handler of signals."""
        self.asked = True

    def listen(self) -> None:
        """Take the signals over."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self)

    def sleep(self, seconds: float) -> None:
        """Sleep, but not past a signal."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.5))


@dataclass
class Runner:
    """Runs what is due of a file of jobs. ``clock`` is the clock on the wall, by which leases are judged."""

    jobs: JobsFile
    clock: Clock
    stop: Stop = field(default_factory=Stop)
    command: Commands = commands
    say: Callable[[str], None] = lambda _: None
    wait: bool = False

    def run_due(self, now: datetime, names: Sequence[str] = ()) -> Outcome:
        """Run every slot that is due at ``now`` and that nobody has taken; all others become rows too."""
        self.owner = f"{platform.node()}:{os.getpid()}:{secrets.token_hex(4)}"
        outcome = Outcome()
        with open_history(self.root) as self.connection:
            restore_slots(self.connection, self.root)
            for name in names or self.jobs.jobs:
                self._job(name, now, outcome)
        outcome.stopped = self.stop.asked
        return outcome

    @property
    def root(self) -> Path:
        """The folder of all runs."""
        return Path(self.jobs.out)

    def _job(self, name: str, now: datetime, outcome: Outcome) -> None:
        """Decide for a job and run what was taken, until nothing is left; the jitter is slept out once at most."""
        job, waited = self.jobs.jobs[name], not self.wait
        while not self.stop.asked:
            by = Scheduler(self.root, self.owner, self.jobs.lease, self.clock(), now)
            decision = take(self.connection, name, job, by)
            for slot in (*decision.crashed, *decision.passed):
                outcome.slots.append(slot)
                self.say(f"{name} {slot.scheduled_for}: {slot.state}, {slot.reason}")
            if decision.run is not None:
                outcome.slots.append(self._attempts(job, decision.run))
            elif waited or decision.wait_until is None:
                return
            else:
                waited = True
                self.say(f"{name}: waits until {utc_text(decision.wait_until)} (jitter)")
                self.stop.sleep((decision.wait_until - now).total_seconds())
                now = decision.wait_until

    def _attempts(self, job: Job, slot: Slot) -> Slot:
        """Run a slot, again after a temporary failure, and write how it ended."""
        while True:
            self.say(f"{slot.job} {slot.scheduled_for}: attempt {slot.attempt}")
            slot = self._ended(slot, self._run(job, slot))
            held = end_slot(self.connection, self.root, slot)
            said = self._log(slot)
            words = [slot.state, slot.reason, f"see {said}" if slot.state != "succeeded" and said.is_file() else ""]
            self.say(f"{slot.job} {slot.scheduled_for}: {', '.join(word for word in words if word)}")
            again = slot.state == "failed" and slot.exit_code in job.retries.codes
            if not held or not again or slot.attempt > job.retries.limit or self.stop.asked:
                return slot
            self.stop.sleep(backoff(job, slot))
            taken = self._retake(slot)
            if taken is None:
                return slot
            slot = taken

    def _log(self, slot: Slot) -> Path:
        return ledger_folder(self.root) / "logs" / f"{slot.folder}.{slot.attempt}.log"

    def _retake(self, slot: Slot) -> Slot | None:
        """The next attempt at a slot, if nobody else has begun one and we were not asked to stop."""
        if self.stop.asked:
            return None
        with transaction(self.connection):
            current = next(one for one in read_slots(self.connection, slot.job) if _same(one, slot))
            if (current.state, current.attempt) != ("failed", slot.attempt):
                return None
            time = utc_text(self.clock())
            taken = replace(
                current, state="running", attempt=slot.attempt + 1, owner=self.owner, heartbeat=time, started=time,
                finished="", exit_code=None, reason="",
            )  # fmt: skip
            start_slot(self.connection, self.root, taken)
        return taken

    def _run(self, job: Job, slot: Slot) -> Ended:
        """The processes of one attempt, one after another; the first that does not end with 0 ends it."""
        end = time.monotonic() + job.timeout
        folder = self.root / slot.folder
        log = self._log(slot)
        beaten = [time.monotonic()]

        def alive() -> str:
            if self.stop.asked:
                return "stopped"
            if time.monotonic() - beaten[0] < self.jobs.lease / 4:
                return ""
            beaten[0] = time.monotonic()
            return "" if beat(self.connection, slot, self.clock()) else "lost"

        ended = Ended("exited", 0)
        for command in self.command(job, folder):
            if "check" in command and not job.policy and not (folder / "policy.json").is_file():
                continue
            ended = execute(command, max(end - time.monotonic(), 0.01), alive)
            _keep(log, ended)
            if ended.why != "exited" or ended.code:
                # Only the check's own 1, 3 and 5 are a verdict: a run that breaks says nothing about the gate.
                return ended if "check" in command else replace(ended, judged=False)
        return ended

    def _ended(self, slot: Slot, ended: Ended) -> Slot:
        state, code, reason = _verdict(ended)
        return replace(slot, state=state, exit_code=code, reason=reason, finished=utc_text(self.clock()))


def _verdict(ended: Ended) -> tuple[str, int | None, str]:
    """State, exit code and reason."""
    if ended.why == "timed_out":
        return "timed_out", None, "stopped at its time limit"
    if ended.why == "stopped":
        return "crashed", None, "the scheduler was asked to stop"
    if ended.why == "lost":
        return "crashed", None, "another scheduler took the slot over"
    if ended.code < 0:
        return "crashed", ended.code, f"killed by signal {-ended.code}"
    return ("succeeded", 0, "") if ended.code == 0 else ("failed", ended.code, _reason(ended))


def _reason(ended: Ended) -> str:
    broken = not ended.judged and ended.code in (1, 3, 5)
    return RUN_FAILED if broken else REASONS.get(ended.code, "")


REASONS = {
    1: "the gate failed", 2: "the config or a file is wrong", 3: "not everything was measured",
    4: "files and their hashes disagree", 5: "evidence is stale", 75: "a temporary failure",
}  # fmt: skip


def _same(one: Slot, other: Slot) -> bool:
    return (one.job, one.scheduled_for) == (other.job, other.scheduled_for)


def _keep(log: Path, ended: Ended) -> None:
    """Keep what a process that did not end well had to say, redacted."""
    if ended.said.strip() and (ended.why != "exited" or ended.code):
        from ...curate import redact

        write_text(log, redact(ended.said))


def sleep_until(jobs: JobsFile, now: datetime, longest: float = 300.0) -> float:
    """Seconds until any job is due next, at least one and at most ``longest``: clocks are changed, files too."""
    instants = [instant for job in jobs.jobs.values() for instant in job.times.next(now, 1)]
    soonest = min(instants, default=now + timedelta(seconds=longest))
    return min(max((soonest - now).total_seconds(), 1.0), longest)
