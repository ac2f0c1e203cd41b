"""Times of the ledger and the evidence, in the form that schemas ask for."""

from datetime import UTC, datetime

from ..run import Run


def utc(text: str) -> str:
    """A time in ISO 8601 as ``2026-11-30T03:00:00Z``; empty where the text is none.

    >>> utc("2026-11-30T04:00:00+01:00"), utc("yesterday")
    ('2026-11-30T03:00:00Z', '')
    """
    try:
        found = datetime.fromisoformat(text)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return found.replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def event(run: Run, name: str) -> str:
    """The time of the newest event of that name in the ledger; empty where there is none."""
    return next((utc(entry.time) for entry in reversed(run.ledger) if entry.event == name), "")
