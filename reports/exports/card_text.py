"""Markdown of cards and sheets: texts that cannot be markup, tables, facts that a person states or has not stated."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...core import Cell, Measurement, NotMeasured, Score
from ...curate import redact
from ..governance import fact
from ..hidden import visible
from ..numbers import number, score_interval, score_value

LONGEST_CELL = 300
_MARKS = re.compile(r"([\\`*_\[\]|~$#@!])")
_LEADING = re.compile(r"^(\s*)([-+=:>]|\d{1,9}[.)](?=\s|$))")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def plain(text: object) -> str:
    """One line of Markdown that renders as the text and nothing else; hidden characters become visible marks."""
    shown = " ".join(visible(str(text)).split())
    for character, entity in _ENTITIES.items():
        shown = shown.replace(character, entity)
    return _LEADING.sub(_lead, _MARKS.sub(r"\\\1", shown))


def shown(text: object, longest: int = LONGEST_CELL) -> str:
    """The same for a text of a run: personal data and secrets are replaced, and it is cut."""
    safe = redact(str(text))
    return plain(safe if len(safe) <= longest else safe[: longest - 1] + "…")


def stated_or_not(governance: Mapping[str, Any], key: str) -> str:
    """What is stated under a key, or that it is not, with the key where it belongs."""
    found = fact(governance, key)
    return "; ".join(plain(text) for text in found) if found else f"**not stated:** `governance.{key}`"


def paragraphs(text: str) -> str:
    """A stated text of several paragraphs."""
    return "\n\n".join(plain(part) for part in re.split(r"\r?\n\s*\r?\n", text) if part.strip())


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; the cells must be Markdown already."""
    lines = [list(columns), ["---"] * len(columns), *([str(cell) or " " for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def value(measurement: Measurement) -> str:
    """A score with interval and n, or that it was not measured and why."""
    if isinstance(measurement, NotMeasured):
        return f"**not measured:** {shown(measurement.reason)}"
    return f"{cell(score_value(measurement))} {plain(measurement.unit)} ({_certainty(measurement)})"


def cell(content: Cell) -> str:
    """A cell of a stage's table, redacted and as Markdown."""
    return shown(number(content))


def share(part: float, whole: float) -> str:
    """A share in percent.

    >>> share(1, 3), share(1, 100_000), share(0, 5), share(5, 5)
    ('33.3%', '< 0.1%', '0%', '100%')
    """
    if not whole:
        return "–"
    percent = 100 * part / whole
    if percent in (0, 100):
        return f"{percent:.0f}%"
    return "< 0.1%" if percent < 0.1 else "> 99.9%" if percent > 99.9 else f"{percent:.1f}%"


def _certainty(score: Score) -> str:
    if score.low is None:
        return f"no interval: {shown(score.interval, 120)}; n = {score.n:,}" if score.interval else f"n = {score.n:,}"
    return f"{score.confidence:.0%} interval {score_interval(score)}, n = {score.n:,}"


def _lead(match: re.Match[str]) -> str:
    mark = match.group(2)
    return f"{match.group(1)}\\{mark}" if len(mark) == 1 else f"{match.group(1)}{mark[:-1]}\\{mark[-1]}"
