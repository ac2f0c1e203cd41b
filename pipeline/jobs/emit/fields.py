"""Fields of a cron expression as numbers, in the words that every cron knows."""

from ....core import UsageError

RANGES = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 6)}
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
WEEKDAYS = "SUN MON TUE WED THU FRI SAT"
SYMBOLS = {
    "month": {name: number for number, name in enumerate(MONTHS.split(), 1)},
    "weekday": {name: number for number, name in enumerate(WEEKDAYS.split())},
}


def expanded(cron: str) -> dict[str, list[int]]:
    """Every value of each field, in order; Sunday is 0. L, W and # raise :class:`UsageError`."""
    return {name: _numbers(text, name) for text, name in zip(cron.split(), RANGES, strict=True)}


def either(cron: str) -> bool:
    """Whether a day matches by its date or by its weekday: cron asks for both only where one of them begins with *."""
    _, _, day, _, weekday = cron.split()
    return not day.startswith("*") and not weekday.startswith("*")


def standard(cron: str, scheduler: str) -> str:
    """The expression in numbers and lists, without names, ranges and a seventh day, which not every parser knows."""
    _, _, day, _, weekday = cron.split()
    if "*" not in (day, weekday) and not either(cron):
        raise UsageError(
            f"{scheduler} may read {cron!r} in another way: one of day and weekday is a step (*/2), the other a list; "
            "write the steps out, or use --systemd"
        )
    return " ".join(listed(numbers, name) for name, numbers in expanded(cron).items())


def listed(numbers: list[int], name: str) -> str:
    """``*`` for all of them, else a list.

    >>> listed([1, 3], "hour")
    '1,3'
    """
    low, high = RANGES[name]
    return "*" if numbers == list(range(low, high + 1)) else ",".join(map(str, numbers))


def _numbers(text: str, name: str) -> list[int]:
    low, high = RANGES[name]
    last_of_all = 7 if name == "weekday" else high
    found: set[int] = set()
    for term in text.upper().split(","):
        base, _, step = term.partition("/")
        first, _, last = base.partition("-")
        try:
            begin = low if base == "*" else _number(first, name)
            end = last_of_all if base == "*" or (step and not last) else _number(last or first, name)
            found.update(range(begin, end + 1, int(step or 1)))
        except ValueError:
            raise UsageError(
                f"{text!r} of a cron expression cannot be said to another scheduler (L, W and # cannot); use "
                "'headwater jobs loop'"
            ) from None
    return sorted({number % 7 for number in found} if name == "weekday" else found)


def _number(text: str, name: str) -> int:
    known = SYMBOLS.get(name, {})
    return known[text] if text in known else int(text)
