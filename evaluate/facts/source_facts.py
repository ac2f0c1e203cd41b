"""The facts of an output's sentence, each held against all facts of its source."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .dates import Date, dates
from .names import SourceNames, capitalised_names, inner_capitals
from .quantities import Quantity, quantities

Kind = Literal["name", "number", "date"]
KINDS: tuple[Kind, ...] = ("name", "number", "date")
_YEAR = re.compile(r"(?<!\d)[12]\d{3}(?!\d)")


@dataclass(frozen=True, slots=True)
class Fact:
    """A name, number or date of an output at [start, end), and whether the source holds it."""

    kind: Kind
    text: str
    start: int
    end: int
    supported: bool


class SourceFacts:
    """Names, numbers and dates of one source."""

    def __init__(self, text: str) -> None:
        self.names = SourceNames(text)
        self.capitals = inner_capitals(text)
        self.dates = dates(text)
        found = quantities(text)
        self._numbers: dict[object, set[str]] = {}
        for one in found:
            self._numbers.setdefault(one.value, set()).add(one.unit)
        self._years = set(_YEAR.findall(text))

    def holds_number(self, number: Quantity) -> bool:
        """Whether the source has the value with this unit; a number without unit is held by any of its value."""
        units = self._numbers.get(number.value, set())
        return number.unit in units or (not number.unit and (bool(units) or str(number.value) in self._years))

    def holds_date(self, date: Date) -> bool:
        """Whether a date of the source says all that this one says."""
        return any(date.supported_by(other) for other in self.dates)


def facts_of(output: str, source: SourceFacts) -> list[Fact]:
    """Names, numbers and dates of an output, in order; what stands inside a date counts as the date alone."""
    return sorted(_facts(output, source), key=lambda one: (one.start, one.end))


def _facts(output: str, source: SourceFacts) -> Iterator[Fact]:
    found = dates(output)
    starts = [date.start for date in found]
    for date in found:
        yield Fact("date", date.text, date.start, date.end, source.holds_date(date))

    def free(start: int, end: int) -> bool:
        before = bisect_left(starts, end)
        return not before or found[before - 1].end <= start

    for number in quantities(output):
        if free(number.start, number.end):
            yield Fact("number", number.text, number.start, number.end, source.holds_number(number))
    for name in capitalised_names(output, source.capitals):
        if free(name.start, name.end):
            yield Fact("name", name.text, name.start, name.end, source.names.holds(name))
