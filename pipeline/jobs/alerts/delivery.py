"""Bring alerts to their channels, each once. What was told and what could not be told stands in the ledger of jobs.

An alert that cannot be delivered never changes what becomes of a job; it is tried again by the next call.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ....core import HeadwaterError, UsageError, open_own
from ....reports import Entry, append_entry, read_ledger
from ..config import Channel, File, JobsFile, Mail, Slack, Webhook
from ..due import backoff
from ..slots import Slot, ended_since, ledger_folder, utc_text
from .changes import Alert, Change, alerts_of
from .messages import mail, payload, signature, slack_body, webhook_body
from .transport import post, send_mail

CHANGED, SENT, FAILED, LOOKED = "alert", "alert-sent", "alert-failed", "alerts-looked"
TRIES, PAUSE = 3, 1.0
GIVEN_UP = 50
"""Calls after which an alert that cannot be delivered is left alone."""

Detect = Callable[[Slot], Iterable[Change]]
Say = Callable[[str], None]


@dataclass
class Box:
    """What the ledger says of alerts: the last state told of each topic, and what is still to be delivered."""

    told: dict[tuple[str, str], str] = field(default_factory=dict)
    waiting: dict[tuple[int, str], Alert] = field(default_factory=dict)
    failures: dict[tuple[int, str], int] = field(default_factory=dict)
    looked: int = 0
    """The entry up to which slots were looked at for alerts: what ended after it was never told, whoever died."""


def report_changes(
    jobs: JobsFile, slots: Sequence[Slot], now: datetime, say: Say, detect: Detect = lambda _: (),
    sleep: Callable[[float], None] = time.sleep,
) -> None:  # fmt: skip
    """Tell the channels what changed by these slots, and what could not be told before. Never raises for a channel.

    Slots of a scheduler that was killed before it told of them are found in the ledger, and told of now.
    """
    root = Path(jobs.out)
    with _alone(root):
        box = read_box(root)
        slots, end = _untold(jobs, slots, box.looked, now)
        changes = [(slot, change) for slot in slots if slot.attempt and slot.folder for change in detect(slot)]
        for alert in alerts_of(slots, changes, box.told, utc_text(now)):
            channels = list(jobs.jobs[alert.job].alerts)
            append_entry(ledger_folder(root), CHANGED, alert.time, alert=payload(alert), channels=channels)
        if end > box.looked:
            append_entry(ledger_folder(root), LOOKED, utc_text(now), through=end)
        for (number, name), alert in read_box(root).waiting.items():
            _deliver(jobs, root, number, name, alert, utc_text(now), say, sleep)


def read_box(root: Path) -> Box:
    """What the ledger of a root says of alerts."""
    box = Box()
    for entry in read_ledger(ledger_folder(root)):
        if entry.event == CHANGED:
            _changed(box, entry)
        elif entry.event == LOOKED:
            box.looked = max(box.looked, entry.data["through"])
        elif entry.event in (SENT, FAILED):
            key = (entry.data["alert"], entry.data["channel"])
            box.failures[key] = box.failures.get(key, 0) + 1
            if entry.event == SENT or box.failures[key] >= GIVEN_UP:
                box.waiting.pop(key, None)
    return box


def _untold(jobs: JobsFile, slots: Sequence[Slot], looked: int, now: datetime) -> tuple[list[Slot], int]:
    """These slots and those that ended since the last look, of jobs with channels; and the last entry looked at."""
    ended, end = ended_since(Path(jobs.out), looked)
    known = {(slot.job, slot.scheduled_for) for slot in slots}
    others = [one for one in ended if (one.job, one.scheduled_for) not in known and one.job in jobs.jobs]
    found = [*(one for one in others if not _tried_again(jobs, one, now)), *slots]
    return [one for one in found if jobs.jobs[one.job].alerts], end


def _tried_again(jobs: JobsFile, slot: Slot, now: datetime) -> bool:
    """Whether another scheduler waits for the next attempt at a slot: how it ends is told then."""
    job = jobs.jobs[slot.job]
    if slot.state != "failed" or slot.exit_code not in job.retries.codes or slot.attempt > job.retries.limit:
        return False
    return (now - datetime.fromisoformat(slot.finished)).total_seconds() <= backoff(job, slot) + jobs.lease


def _changed(box: Box, entry: Entry) -> None:
    told = entry.data["alert"]
    alert = Alert(**{name: told[name] for name in Alert.__slots__ if name in told})
    box.told[alert.job, alert.topic] = alert.state
    # An older message about the same topic says nothing any more.
    for key in [key for key, old in box.waiting.items() if (old.job, old.topic) == (alert.job, alert.topic)]:
        del box.waiting[key]
    box.waiting.update({(entry.number, name): alert for name in entry.data["channels"]})


def _deliver(
    jobs: JobsFile, root: Path, number: int, name: str, alert: Alert, now: str, say: Say,
    sleep: Callable[[float], None],
) -> None:  # fmt: skip
    reason = "no such channel in the file of jobs any more"
    if name in jobs.channels:
        reason = _tried(jobs.channels[name], alert, now, sleep)
    if reason:
        append_entry(ledger_folder(root), FAILED, now, alert=number, channel=name, reason=reason)
        say(f"alert to {name} not delivered: {reason}; tried again next time")
    else:
        append_entry(ledger_folder(root), SENT, now, alert=number, channel=name)
        say(f"{alert.title} -> {name}")


def _tried(channel: Channel, alert: Alert, now: str, sleep: Callable[[float], None]) -> str:
    """Send with a few tries; the reason why it failed, or an empty text."""
    reason = ""
    for attempt in range(TRIES):
        try:
            send(channel, alert, now)
            return ""
        except UsageError as error:  # trying again would change nothing
            return str(error)
        except (HeadwaterError, OSError) as error:
            reason = str(error) if isinstance(error, HeadwaterError) else type(error).__name__
        if attempt + 1 < TRIES:
            sleep(PAUSE * 2.0**attempt)
    return reason


def send(channel: Channel, alert: Alert, now: str) -> None:
    """Send one alert to one channel."""
    if isinstance(channel, Webhook):
        body, stamp = webhook_body(alert), str(int(datetime.fromisoformat(now).timestamp()))
        signed = signature(secret(channel.key_env), stamp, body)
        url = channel.url or secret(str(channel.url_env))
        post(url, body, {"X-Headwater-Timestamp": stamp, "X-Headwater-Signature": signed})
    elif isinstance(channel, Slack):
        post(secret(channel.url_env), slack_body(alert), {})
    elif isinstance(channel, Mail):
        login = (secret(channel.user_env), secret(channel.password_env or "")) if channel.user_env else None
        send_mail(mail(alert, channel), channel.host, channel.port, starttls=channel.starttls, login=login)
    else:
        _append(channel, payload(alert))


def secret(variable: str) -> str:
    """A secret from the environment; its name may be shown, its value never."""
    value = os.environ.get(variable, "")
    if not value:
        raise UsageError(f"the environment variable {variable} is not set")
    return value


def _append(channel: File, told: dict[str, Any]) -> None:
    path = Path(channel.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(json.dumps(told, sort_keys=True, ensure_ascii=True).encode() + b"\n")


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One teller at a time, so that nothing is told twice."""
    folder = ledger_folder(root)
    folder.mkdir(parents=True, exist_ok=True)
    with open_own(folder / ".alerts.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
