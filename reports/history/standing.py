"""How old the newest evidence of each control is, held against what the policy allows."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ...core import IntegrityError, read_json
from ..gate import Control, Policy
from ..gate.policy import duration
from .timeline import LOST, VERDICTS

POLICY = "policy.json"
AHEAD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ControlAge:
    """One control: when it was last measured, how old that is and may be (days), and what the newest run says."""

    control: str
    title: str
    state: str
    sentence: str
    measured: str = ""
    days: float | None = None
    maximum: float | None = None
    status: str = ""


@dataclass(frozen=True)
class Standing:
    """A series under its policy. ``missed`` counts slots without a measurement since the newest evidence."""

    series: str
    policy: str
    folder: str
    verdict: str
    controls: tuple[ControlAge, ...]
    missed: int = 0

    @property
    def stale(self) -> bool:
        """Whether any evidence is older than the policy allows."""
        return any(one.state == "stale" for one in self.controls)

    @property
    def code(self) -> int:
        """5 where evidence is stale, 1 where the newest verdict fails, 3 where something is missing, else 0."""
        if self.stale or self.verdict == "stale":
            return 5
        if self.verdict == "fail":
            return 1
        missing = self.verdict != "pass" or any(one.state == "missing" for one in self.controls)
        return 3 if missing else 0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "code": self.code}


def newest_judged(connection: sqlite3.Connection, series: str) -> sqlite3.Row | None:
    """The newest run of a series that was judged."""
    query = "SELECT * FROM runs WHERE series = ? AND code IS NOT NULL ORDER BY finished DESC, folder DESC LIMIT 1"
    row: sqlite3.Row | None = connection.execute(query, (series,)).fetchone()
    return row


def all_series(connection: sqlite3.Connection) -> list[str]:
    """The series of the index by name."""
    return [row[0] for row in connection.execute("SELECT DISTINCT series FROM runs ORDER BY series")]


def standing(
    connection: sqlite3.Connection, series: str, policy: Policy | None, now: datetime, maximum: str | None = None
) -> Standing:
    """What a series has evidence of at the time ``now``; ``maximum`` takes the place of the policy's ages."""
    run = newest_judged(connection, series)
    ages = tuple(_ages(connection, series, run, policy, now, maximum))
    measured = max((one.measured for one in ages), default="")
    query = f"SELECT count(*) FROM slots WHERE scheduled_for > ? AND state IN ({', '.join('?' for _ in LOST)})"
    missed = connection.execute(query, (measured, *LOST)).fetchone()[0]
    name = policy.name if policy else run["policy"] if run else ""
    verdict = VERDICTS.get(run["code"], "incomplete") if run else "not judged"
    return Standing(series, name, run["folder"] if run else "", verdict, ages, missed)


def _ages(
    connection: sqlite3.Connection, series: str, run: sqlite3.Row | None, policy: Policy | None, now: datetime,
    maximum: str | None,
) -> Iterator[ControlAge]:  # fmt: skip
    if policy is None:
        held = connection.execute("SELECT * FROM controls WHERE run = ? ORDER BY rowid", (run["id"] if run else "",))
        for row in held.fetchall():
            yield _age(connection, series, row["control"], "", maximum, now)
        return
    for control in policy.controls:
        if control.kind != "attestation":
            yield _age(connection, series, control.id, control.title, maximum or _maximum(control, policy), now)


def _maximum(control: Control, policy: Policy) -> str | None:
    """The shortest age that any of its limits allows; one without an age of its own has that of the policy."""
    allowed = [limit.maximum_age or policy.maximum_age for limit in control.checks] or [policy.maximum_age]
    return min((age for age in allowed if age), key=duration, default=None)


def _age(
    connection: sqlite3.Connection, series: str, control: str, title: str, maximum: str | None, now: datetime
) -> ControlAge:
    """The newest run in which the control was really measured counts, not the newest judgement."""
    query = (
        "SELECT controls.status, controls.measured FROM controls JOIN runs ON runs.id = controls.run WHERE series = ? "
        "AND control = ? AND status != 'not_measured' AND measured != '' ORDER BY measured DESC LIMIT 1"
    )
    row = connection.execute(query, (series, control)).fetchone()
    limit = duration(maximum) if maximum else None
    days = limit / timedelta(days=1) if limit else None
    if row is None:
        return ControlAge(control, title, "missing", "never measured in a run of this series", maximum=days)
    age = now - datetime.fromisoformat(row["measured"])
    old = age / timedelta(days=1)
    shared = (row["measured"], round(old, 3), days, row["status"])
    if age < -AHEAD:
        said = f"its time lies {_span(-age)} ahead of now; a clock is wrong, so its age is unknown"
        return ControlAge(control, title, "stale", said, *shared)
    said = f"last evaluated {_span(age)} ago" + (f", policy says {_span(limit)}" if limit else ", no limit of age")
    return ControlAge(control, title, "stale" if limit and age > limit else "fresh", said, *shared)


def _span(span: timedelta) -> str:
    hours = int(span / timedelta(hours=1))
    if hours < 48:
        return "1 hour" if hours == 1 else f"{max(hours, 0)} hours"
    return f"{hours // 24} days"


def own_policy(root: Path, run: sqlite3.Row | None) -> Policy | None:
    """The policy by which a run was judged, as it lies in its folder; None where it is not there."""
    path = root / run["folder"] / POLICY if run is not None else None
    if path is None or path.is_symlink() or not path.is_file():
        return None
    try:
        return Policy.model_validate(read_json(path))
    except ValidationError as error:
        raise IntegrityError(
            f"{path}: not a policy ({error.error_count()} faults); 'headwater check' writes it"
        ) from None


def standings(
    connection: sqlite3.Connection, root: Path, now: datetime, policy: Policy | None = None, maximum: str | None = None
) -> list[Standing]:
    """Every series of the index, under ``policy`` or that of its newest judged run."""
    return [
        standing(connection, series, policy or own_policy(root, newest_judged(connection, series)), now, maximum)
        for series in all_series(connection)
    ]


def exit_code_of(standings: Sequence[Standing]) -> int:
    """The worst of several series: stale before failed before incomplete; 3 where there is none."""
    codes = [one.code for one in standings] or [3]
    return next(code for code in (5, 1, 3, 0) if code in codes)
