"""A cron expression as calendar events of systemd (man 7 systemd.time)."""

from .fields import RANGES, either, expanded

DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def on_calendar(cron: str, zone: str) -> list[str]:
    """Calendar events that together come when the expression does: two where day and weekday are joined by "or".

    >>> on_calendar("30 3 * * MON", "Europe/Berlin")
    ['Mon *-*-* 03:30:00 Europe/Berlin']
    """
    fields = expanded(cron)
    listed = {name: _listed(numbers, name) for name, numbers in fields.items()}
    clock = f"{listed['hour']}:{listed['minute']}:00 {zone}"
    names = ",".join(DAYS[number] for number in fields["weekday"])
    days = "" if len(fields["weekday"]) == 7 else f"{names} "
    dated, every = f"*-{listed['month']}-{listed['day']}", f"*-{listed['month']}-*"
    return [f"{dated} {clock}", f"{days}{every} {clock}"] if either(cron) else [f"{days}{dated} {clock}"]


def _listed(numbers: list[int], name: str) -> str:
    low, high = RANGES[name]
    return "*" if numbers == list(range(low, high + 1)) else ",".join(f"{number:02d}" for number in numbers)
