"""Categories that may be one: the same but for case and punctuation, or one letter apart. Pure functions."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .column_types import Typed

RARE_SHARE, SHORTEST, LONGEST, MOST = 0.05, 5, 60, 5_000
SEPARATORS = re.compile(r"[\s_\-]+")
ENDS = " \t.,;:!\"'`*"
DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class Alike:
    """Two values (their codes): ``rare`` may be meant as ``common``."""

    rare: int
    common: int
    why: str


def alike_values(one: Typed) -> list[Alike]:
    """Pairs of values of a category column that may be one, those with the most rare rows first.

    Each value is paired once. Values that differ in a digit are left alone: ``11th`` is not ``12th``.
    """
    used = np.flatnonzero(~one.marked)
    if one.kind != "category" or not 2 <= len(used) <= MOST:
        return []
    order = sorted(used.tolist(), key=lambda code: (-int(one.counts[code]), one.column.values[code]))
    found: dict[int, Alike] = {}
    for first, second, why in (*_same_plain(order, one.column.values), *_one_letter(order, one.column.values)):
        rare, common = (second, first) if one.counts[second] <= one.counts[first] else (first, second)
        slip = why == "one letter apart"
        if rare not in found and not (slip and one.counts[rare] > RARE_SHARE * one.counts[common]):
            found[rare] = Alike(rare, common, why)
    return sorted(found.values(), key=lambda pair: (-int(one.counts[pair.rare]), pair.rare))


def plain(value: str) -> str:
    """The value without case, outer punctuation and the kind of its separators."""
    return SEPARATORS.sub(" ", value.casefold()).strip(ENDS)


def _same_plain(order: Sequence[int], values: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Values in ``order`` (the most common first) that have the plain form of an earlier one."""
    first: dict[str, int] = {}
    for code in order:
        form = plain(values[code])
        if form and form in first:
            yield first[form], code, "the same but for case or punctuation"
        else:
            first[form] = code


def _one_letter(order: Sequence[int], values: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Pairs one insertion, deletion, substitution or swap of neighbours apart, found by their forms with a gap."""
    seen: dict[str, list[int]] = {}
    for code in order:
        form = plain(values[code])
        if not SHORTEST <= len(form) <= LONGEST:
            continue
        near = [other for gap in _gaps(form) for other in seen.get(gap, ())]
        for other in dict.fromkeys(near):
            if is_slip(form, plain(values[other])):
                yield other, code, "one letter apart"
                break
        for gap in _gaps(form):
            seen.setdefault(gap, []).append(code)


def _gaps(form: str) -> list[str]:
    return list(dict.fromkeys([form, *(form[:place] + form[place + 1 :] for place in range(len(form)))]))


def is_slip(one: str, other: str) -> bool:
    """Whether two different words are one edit (Damerau 1964) apart and have the same digits."""
    if one == other or abs(len(one) - len(other)) > 1 or DIGITS.findall(one) != DIGITS.findall(other):
        return False
    start = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[start:], other[start:]
    if len(one) != len(other):
        return a[1:] == b or a == b[1:]
    return a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
