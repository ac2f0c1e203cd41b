"""What time it is. Only commands ask; what they call takes the time as an argument."""

import os
from datetime import UTC, datetime

from ..core import UsageError

PINNED = "SOURCE_DATE_EPOCH"


def utc_now() -> datetime:
    """The time in UTC, in whole seconds; ``SOURCE_DATE_EPOCH`` (seconds since 1970) stands still where it is set."""
    pinned = os.environ.get(PINNED)
    if pinned is None:
        return datetime.now(UTC).replace(microsecond=0)
    if not pinned.isdigit():
        raise UsageError(f"{PINNED}={pinned!r} is not a number of seconds since 1970")
    return datetime.fromtimestamp(int(pinned), UTC)


def read_time(text: str | None) -> datetime:
    """``2026-11-30`` or ``2026-11-30T03:00:00+00:00`` as a time in UTC; now where it is None."""
    if text is None:
        return utc_now()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a time; write 2026-11-30 or 2026-11-30T03:00:00+00:00") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def wall_clock() -> datetime:
    """The time in UTC as it passes: leases of running jobs are judged by it, which a pinned time would never end."""
    return datetime.now(UTC)
