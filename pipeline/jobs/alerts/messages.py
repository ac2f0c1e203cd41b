"""An alert in the words of each channel."""

import hashlib
import hmac
from email.message import EmailMessage
from typing import Any

from ....core import ConfigError, canonical_json
from ..config import Mail
from .changes import Alert

MENTION = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "(at)", "`": "'", "*": "'", "_": " ", "~": "-"})


def payload(alert: Alert) -> dict[str, Any]:
    """The alert as plain values: what webhooks and files get."""
    return {
        "job": alert.job, "topic": alert.topic, "state": alert.state, "previous": alert.previous, "run": alert.run,
        "scheduled_for": alert.scheduled_for, "time": alert.time, "recovered": alert.good, "title": alert.title,
        "numbers": dict(alert.numbers),
    }  # fmt: skip


def lines(alert: Alert) -> list[str]:
    """The alert as lines for people."""
    numbers = [f"{name}: {value:g}" for name, value in sorted(alert.numbers.items())]
    places = [f"run: {alert.run}"] if alert.run else []
    places += [f"was due: {alert.scheduled_for}"] if alert.scheduled_for else []
    return [alert.title, *places, *numbers, f"time: {alert.time}"]


def webhook_body(alert: Alert) -> bytes:
    """The body of a webhook: canonical JSON, so that its signature can be checked byte for byte."""
    return canonical_json(payload(alert))


def signature(key: str, timestamp: str, body: bytes) -> str:
    """``sha256=`` and the HMAC over ``timestamp.body``: the time is signed too, against replay."""
    return "sha256=" + hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def slack_body(alert: Alert) -> bytes:
    """A message in plain text: nothing in it can be a link, a mention or markup."""
    text = "\n".join(lines(alert)).translate(MENTION)
    return canonical_json({"text": text, "mrkdwn": False, "link_names": False, "unfurl_links": False})


def mail(alert: Alert, channel: Mail) -> EmailMessage:
    """The mail. A line break in a header, by which one could add others, is refused."""
    message = EmailMessage()
    for name, value in (
        ("Subject", alert.title), ("From", channel.sender), ("To", ", ".join(channel.to)),
        ("Auto-Submitted", "auto-generated"),
    ):  # fmt: skip
        if any(character in value for character in "\r\n\0"):
            raise ConfigError(f"the header {name} of a mail holds a line break; it is not sent")
        message[name] = value
    message.set_content("\n".join(lines(alert)) + "\n")
    return message
