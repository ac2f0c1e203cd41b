"""When a job is due: cron expressions in a time zone, or a fixed interval, as instants in UTC.

Wall-clock times follow two rules where the clock is changed: a local time that is skipped counts once, at the next
instant that exists; a local time that occurs twice counts once, the first time. Fixed intervals know no local time.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EVERY = re.compile(r"every ([0-9]{1,5}) ?(m|h|d)")
DAILY = re.compile(r"daily at ([01]?[0-9]|2[0-3]):([0-5][0-9])")
MINUTES = {"m": 1, "h": 60, "d": 1440}
LONGEST = 366 * 1440


@dataclass(frozen=True, slots=True)
class Schedule:
    """A cron expression in a zone, or ``minutes`` between two starts, counted from 1 January 1970 in UTC."""

    cron: str | None
    zone: str
    minutes: int = 0

    def after(self, start: datetime) -> Iterator[datetime]:
        """Every instant later than ``start``, in order, in UTC."""
        return self._wall(start) if self.cron else self._interval(start)

    def between(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Every instant later than ``start`` and not later than ``end``."""
        for instant in self.after(start):
            if instant > end:
                return
            yield instant

    def next(self, start: datetime, count: int) -> list[datetime]:
        """The next few."""
        return list(islice(self.after(start), count))

    def _interval(self, start: datetime) -> Iterator[datetime]:
        step = timedelta(minutes=self.minutes)
        instant = EPOCH + ((start - EPOCH) // step + 1) * step
        while True:
            yield instant
            instant += step

    def _wall(self, start: datetime) -> Iterator[datetime]:
        assert self.cron is not None
        zone = ZoneInfo(self.zone)
        # Two days earlier, because a change of the clock can place an earlier local time after the start.
        local = start.astimezone(zone).replace(tzinfo=None) - timedelta(days=2)
        last = start
        for wall in CronSim(self.cron, local):
            instant = first_instant(wall, zone)
            if instant > last:
                yield instant
                last = instant


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """When a local time is first reached, in UTC; of one that is skipped, the first instant after the gap.

    >>> first_instant(datetime(2026, 3, 29, 2, 30), ZoneInfo("Europe/Berlin")).isoformat()
    '2026-03-29T01:00:00+00:00'
    """
    instant = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    # In a gap the offset before it (fold 0) leads to an instant after it, the one after it (fold 1) to one before.
    low, high = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), instant
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high


def parse_schedule(text: str, zone: str) -> Schedule:
    """``0 3 * * 1``, ``every 6h`` or ``daily at 03:00``; else a :class:`ValueError` that says the way out."""
    if found := EVERY.fullmatch(text.strip()):
        minutes = int(found[1]) * MINUTES[found[2]]
        if not 1 <= minutes <= LONGEST:
            raise ValueError("an interval is at least a minute and at most a year")
        return Schedule(None, zone, minutes)
    if found := DAILY.fullmatch(text.strip()):
        return Schedule(f"{int(found[2])} {int(found[1])} * * *", zone)
    fields = text.split()
    if len(fields) != 5 or len(text) > 200:
        raise ValueError("is no schedule; write five fields of cron ('0 3 * * 1'), 'every 6h' or 'daily at 03:00'")
    try:
        next(CronSim(" ".join(fields), datetime(2000, 1, 1)))
    except CronSimError as error:
        raise ValueError(f"is no cron expression: {str(error)[0].lower()}{str(error)[1:]}") from None
    except StopIteration:
        raise ValueError("never comes: no date of the next 50 years matches") from None
    return Schedule(" ".join(fields).upper(), zone)


def trigger(schedule: Schedule) -> tuple[str, str]:
    """Cron expression and zone at which another scheduler has to start us, so that no time is missed.

    An interval that cron cannot say is started at the longest interval that it can and that divides it.
    """
    if schedule.cron:
        return schedule.cron, schedule.zone
    if schedule.minutes % 60:
        step = math.gcd(schedule.minutes, 60)
        return (f"*/{step} * * * *" if step > 1 else "* * * * *"), "UTC"
    hours = math.gcd(schedule.minutes // 60, 24)
    return {1: "0 * * * *", 24: "0 0 * * *"}.get(hours, f"0 */{hours} * * *"), "UTC"
