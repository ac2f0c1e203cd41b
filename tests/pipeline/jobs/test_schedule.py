"""Times against an enumeration that only asks zoneinfo what every minute of UTC is called there."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from headwater.pipeline.jobs.schedule import EPOCH, parse_schedule, trigger

MINUTE = timedelta(minutes=1)


@cache
def clock(zone: str, begin: datetime, end: datetime) -> tuple[dict[datetime, datetime], list[datetime], list[datetime]]:
    """Local time to the first instant that is called so; all instants and local times, in order of the instants."""
    first: dict[datetime, datetime] = {}
    instant, instants, walls = begin, [], []
    while instant <= end:
        wall = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        first.setdefault(wall, instant)
        instants.append(instant)
        walls.append(wall)
        instant += MINUTE
    return first, instants, walls


def enumerated(zone: str, begin: datetime, end: datetime, hours: set[int], minutes: set[int]) -> list[datetime]:
    """Every local time with these hours and minutes: first instant of that name, else the first with a later name."""
    first, instants, walls = clock(zone, begin, end)
    found: set[datetime] = set()
    highest = [max(walls[: at + 1][-200:]) for at in range(len(walls))]
    wall = walls[0]
    while wall <= walls[-1]:
        if wall.hour in hours and wall.minute in minutes:
            place = bisect_left(highest, wall)
            found.add(first[wall] if wall in first else instants[place])
        wall += MINUTE
    return sorted(found)


CHANGES = [
    ("Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 24, 12, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 7, 12, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 10, 31, 12, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 0, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 0, tzinfo=UTC)),
    ("Asia/Kolkata", datetime(2026, 3, 28, 12, tzinfo=UTC)),
]


@pytest.mark.parametrize(("zone", "begin"), CHANGES)
@pytest.mark.parametrize(
    ("cron", "hours", "minutes"),
    [
        ("30 2 * * *", {2}, {30}),
        ("15 2 * * *", {2}, {15}),
        ("45 1 * * *", {1}, {45}),
        ("0 3 * * *", {3}, {0}),
        ("*/15 * * * *", set(range(24)), {0, 15, 30, 45}),
        ("0 * * * *", set(range(24)), {0}),
        ("10,40 1-3 * * *", {1, 2, 3}, {10, 40}),
    ],
)
def test_times_around_a_change_of_the_clock_are_those_of_an_enumeration(
    zone: str, begin: datetime, cron: str, hours: set[int], minutes: set[int]
) -> None:
    end = begin + timedelta(days=2)
    wide = enumerated(zone, begin - timedelta(hours=3), end + timedelta(hours=3), hours, minutes)
    expected = [instant for instant in wide if begin < instant <= end]
    assert list(parse_schedule(cron, zone).between(begin, end)) == expected
    assert expected


def test_a_skipped_local_time_runs_once_at_the_next_instant_that_exists() -> None:
    found = parse_schedule("30 2 * * *", "Europe/Berlin").between(
        datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 30, 12, tzinfo=UTC)
    )
    assert list(found) == [datetime(2026, 3, 29, 1, 0, tzinfo=UTC), datetime(2026, 3, 30, 0, 30, tzinfo=UTC)]


def test_a_repeated_local_time_runs_once_the_first_time() -> None:
    found = parse_schedule("30 1 * * *", "America/New_York").between(
        datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
    )
    assert list(found) == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC)]


def test_a_start_inside_the_repeated_hour_does_not_give_the_time_again() -> None:
    start = datetime(2026, 11, 1, 6, 10, tzinfo=UTC)  # 01:10 for the second time
    assert parse_schedule("30 1 * * *", "America/New_York").next(start, 1) == [datetime(2026, 11, 2, 6, 30, tzinfo=UTC)]


def test_a_whole_day_that_a_zone_leaves_out_gives_its_first_instant_after() -> None:
    found = parse_schedule("0 12 * * *", "Pacific/Apia").next(datetime(2011, 12, 29, 23, tzinfo=UTC), 2)
    assert found == [datetime(2011, 12, 30, 10, tzinfo=UTC), datetime(2011, 12, 30, 22, tzinfo=UTC)]


def test_leap_day_comes_in_leap_years_only() -> None:
    found = parse_schedule("0 0 29 2 *", "UTC").next(datetime(2096, 3, 1, tzinfo=UTC), 2)
    assert found == [datetime(2104, 2, 29, tzinfo=UTC), datetime(2108, 2, 29, tzinfo=UTC)]


def test_every_counts_elapsed_time_through_a_change_of_the_clock() -> None:
    start = datetime(2026, 3, 28, 20, tzinfo=UTC)
    found = parse_schedule("every 6h", "Europe/Berlin").next(start, 4)
    assert [later - earlier for earlier, later in zip(found, found[1:], strict=False)] == [timedelta(hours=6)] * 3
    assert all((instant - EPOCH) % timedelta(hours=6) == timedelta() for instant in found)


def test_daily_at_is_a_time_on_the_wall() -> None:
    assert parse_schedule("daily at 03:05", "UTC").cron == "5 3 * * *"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 0 31 2 *", "day-of-month"),
        ("0 0 30 2 *", "day-of-month"),
        ("61 * * * *", "minute"),
        ("* * * *", "five fields"),
        ("* * * * * *", "five fields"),
        ("@daily", "five fields"),
        ("every 0m", "at least a minute"),
        ("every 400d", "a year"),
        ("daily at 25:00", "five fields"),
        ("0 0 ١ * *", "day-of-month"),
        ("0 0 * * *; rm -rf /", "five fields"),
    ],
)
def test_what_is_no_schedule_is_refused_with_a_way_out(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_schedule(text, "UTC")


@pytest.mark.parametrize("text", ["every 7h", "every 90m", "every 25m", "every 6h", "every 2d", "every 5d", "every 1m"])
def test_a_trigger_comes_at_every_time_of_an_interval(text: str) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    wanted = set(parse_schedule(text, "UTC").between(start, start + timedelta(days=11)))
    calls = set(parse_schedule(*trigger(parse_schedule(text, "UTC"))).between(start, start + timedelta(days=11)))
    assert wanted and wanted <= calls
