"""What a judged control can be, and how a whole gate ends."""

from collections.abc import Iterable
from typing import Literal

Status = Literal["fail", "stale", "not_measured", "inconclusive", "warn", "waived", "pass"]
STATUSES: tuple[Status, ...] = ("fail", "stale", "not_measured", "inconclusive", "warn", "waived", "pass")
"""The worst first: a control is as good as the worst of its parts."""

EXIT_CODES: dict[Status, int] = {"fail": 1, "stale": 5, "not_measured": 3, "inconclusive": 3}


def worst(statuses: Iterable[Status]) -> Status:
    """The worst of several; ``not_measured`` where there is none, because nothing was looked at."""
    return min(statuses, key=STATUSES.index, default="not_measured")


def exit_code(blocking: Iterable[Status]) -> int:
    """The exit code of a gate from the statuses of the controls that block it: 0 where none does."""
    return EXIT_CODES.get(worst([*blocking, "pass"]), 0)
