"""What changed about a job since the last time somebody was told.

A topic (the gate, the run, missed times, a score) is in a state, good or bad. An alert is a topic whose state is not
that of the last alert; the first state of all is worth one only where it is bad.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ..slots import RUN_FAILED, Slot

GOOD = frozenset({"pass", "ok", "none", "recovered", "fresh"})
GATES = {0: "pass", 1: "fail", 3: "incomplete", 5: "stale"}
PLAIN = re.compile(r"[^A-Za-z0-9 _.:/=+,()-]")
LONGEST = 120


class Change(Protocol):
    """What the comparison with earlier runs finds: a metric of a slice, its new state, and numbers."""

    @property
    def metric(self) -> str:
        """Whose state changed."""

    @property
    def slice(self) -> Mapping[str, str]:
        """Of which part of the data."""

    @property
    def state(self) -> str:
        """The new state: regressed, recovered, stale, fresh, or of the gate, which we know ourselves."""

    @property
    def before(self) -> float | None:
        """The value of the reference."""

    @property
    def after(self) -> float | None:
        """The value of the run."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One change of one topic of one job: names, numbers, states and codes, never a text of the data."""

    job: str
    topic: str
    state: str
    previous: str = ""
    run: str = ""
    """The run folder; empty where nothing ran."""
    scheduled_for: str = ""
    """When the slot was due, the last one of those that were missed."""
    time: str = ""
    numbers: Mapping[str, float] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether it tells of a recovery."""
        return self.state in GOOD

    @property
    def title(self) -> str:
        """One line."""
        mark = "recovered" if self.good else "alert"
        before = f", before: {self.previous}" if self.previous else ""
        if self.topic == "times":
            count = int(self.numbers.get("missed", 0))
            what = f"{count} times missed" if count > 1 else "a time was missed" if count else "runs on time again"
            return f"[headwater] {mark}: {self.job}: {what}"
        return f"[headwater] {mark}: {self.job}: {self.topic} is {self.state}{before}"


def plain(text: str) -> str:
    """A name that no channel could read as anything else: redacted, without markup, control characters or length."""
    from ....curate import redact

    return PLAIN.sub("_", redact(str(text)[: 4 * LONGEST]))[:LONGEST]


def subject_of(change: Change) -> str:
    """The metric and its slice."""
    parts = ", ".join(f"{key}={value}" for key, value in sorted(change.slice.items()))
    return plain(f"{change.metric} ({parts})" if parts else change.metric)


def states_of(slots: Sequence[Slot]) -> dict[tuple[str, str], tuple[str, Slot, dict[str, float]]]:
    """Topic to its newest state, slot and numbers, from the slots that one call of run-due wrote."""
    found: dict[tuple[str, str], tuple[str, Slot, dict[str, float]]] = {}
    for slot in sorted(slots, key=lambda one: (one.scheduled_for, one.attempt)):
        if slot.attempt:
            ran = slot.state if slot.state in ("crashed", "timed_out") else _ran(slot)
            found[slot.job, "run"] = (ran, slot, _code(slot))
            if ran == "ok":
                found[slot.job, "gate"] = (GATES[slot.exit_code or 0], slot, _code(slot))
    for job in dict.fromkeys(slot.job for slot in slots):
        missed = [slot for slot in slots if slot.job == job and slot.state in ("missed", "skipped")]
        if missed:
            found[job, "times"] = ("missed", missed[-1], {"missed": float(len(missed))})
        elif (job, "run") in found:
            found[job, "times"] = ("ok", found[job, "run"][1], {})
    return found


def alerts_of(
    slots: Sequence[Slot], changes: Iterable[tuple[Slot, Change]], told: Mapping[tuple[str, str], str], time: str
) -> list[Alert]:
    """The alerts: topics whose state differs from ``told``, the state at the last alert."""
    states = states_of(slots)
    for slot, change in changes:
        if not change.state.startswith("gate"):
            measured = {"before": change.before, "after": change.after}
            known = {name: float(value) for name, value in measured.items() if value is not None}
            states[slot.job, subject_of(change)] = (plain(change.state), slot, known)
    found = []
    for (job, topic), (state, slot, numbers) in states.items():
        previous = told.get((job, topic), "")
        if state != previous and (previous or state not in GOOD):
            found.append(Alert(job, topic, state, previous, slot.folder, slot.scheduled_for, time, numbers))
    return found


def _ran(slot: Slot) -> str:
    return "ok" if slot.exit_code in GATES and slot.reason != RUN_FAILED else "failed"


def _code(slot: Slot) -> dict[str, float]:
    return {} if slot.exit_code is None else {"exit_code": float(slot.exit_code)}
