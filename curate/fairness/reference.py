"""The population that a corpus is compared with: shares of groups, declared in a config or read from a file."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core import UsageError
from ..privacy import redact
from .row_columns import as_text

MOST_CELLS, MOST_COLUMNS = 10_000, 10
TOLERANCE = 0.01
NUMBERS = ("share", "count")
Cell = tuple[str, ...]
Declared = Mapping[str, Any] | Sequence[Mapping[str, Any]] | str | None


@dataclass(frozen=True)
class Reference:
    """``shares`` of the cells of ``keys``, which sum to 1."""

    keys: tuple[str, ...]
    shares: Mapping[Cell, float]

    def over(self, keys: Sequence[str]) -> dict[Cell, float]:
        """The shares of some of its columns, in the order of ``keys``: the others are added up."""
        places = [self.keys.index(key) for key in keys]
        found: dict[Cell, float] = {}
        for cell, share in self.shares.items():
            part = tuple(cell[place] for place in places)
            found[part] = found.get(part, 0.0) + share
        return found


def references(declared: Declared) -> tuple[Reference, ...]:
    """One reference for each set of columns that is declared together.

    ``declared`` is a mapping of columns to mappings of groups to shares or counts, a list of cells, each with its
    columns and a ``share`` or a ``count``, or the path of a CSV or JSON file. Raises :class:`UsageError` in one
    sentence for anything else, and for shares that are negative or do not sum to 1.
    """
    if declared is None:
        return ()
    if isinstance(declared, str):
        from .reference_file import read_reference

        path = Path(declared)
        return _with_place(f"reference {path.name}", read_reference(path))
    return _with_place("reference", declared)


def reference_columns(declared: Declared) -> list[str]:
    """The columns that a reference speaks of."""
    return list(dict.fromkeys(key for one in references(declared) for key in one.keys))


def share_of(found: Sequence[Reference], keys: Sequence[str]) -> dict[Cell, float] | None:
    """The shares of the cells of ``keys``: as declared, else added up from the reference with the fewest columns."""
    fitting = [one for one in found if set(keys) <= set(one.keys)]
    return min(fitting, key=lambda one: len(one.keys)).over(keys) if fitting else None


def _with_place(place: str, declared: Any) -> tuple[Reference, ...]:
    cells = _of_mapping(declared, place) if isinstance(declared, Mapping) else declared
    if not isinstance(cells, Sequence) or not all(isinstance(cell, Mapping) for cell in cells):
        raise UsageError(
            f"{place}: write a mapping of columns, {{sex: {{Male: 0.49, Female: 0.51}}}}, or a list of cells"
        )
    if not cells:
        raise UsageError(f"{place}: holds no group; name each group with its share, or leave it out")
    if len(cells) > MOST_CELLS:
        raise UsageError(f"{place}: {len(cells):,} cells are more than {MOST_CELLS:,}; use coarser groups")
    by_keys: dict[tuple[str, ...], dict[Cell, tuple[str, float]]] = {}
    for number, cell in enumerate(cells, 1):
        keys, values, amount = _cell(cell, f"{place}, cell {number}")
        of_keys = by_keys.setdefault(keys, {})
        if values in of_keys:
            raise UsageError(f"{place}, cell {number}: {_shown(keys, values)} stands there twice; keep one of them")
        of_keys[values] = amount
    return tuple(Reference(keys, _shares(found, f"{place}, {' and '.join(keys)}")) for keys, found in by_keys.items())


def _of_mapping(declared: Mapping[Any, Any], place: str) -> list[dict[str, Any]]:
    cells = []
    for column, groups in declared.items():
        if not isinstance(groups, Mapping) or not groups:
            raise UsageError(f"{place}.{column}: write a mapping of groups to shares, {{Male: 0.49, Female: 0.51}}")
        whole = all(isinstance(amount, int) for amount in groups.values()) and sum(groups.values()) > 1
        name = "count" if whole else "share"
        cells += [{str(column): group, name: amount} for group, amount in groups.items()]
    return cells


def _cell(cell: Mapping[str, Any], place: str) -> tuple[tuple[str, ...], Cell, tuple[str, float]]:
    given = [name for name in NUMBERS if as_text(cell.get(name)) is not None]
    if len(given) != 1:
        raise UsageError(f"{place}: needs a share or a count, and has {'both' if given else 'neither'}")
    pairs = {str(key): as_text(value) for key, value in cell.items() if key not in NUMBERS}
    if any(isinstance(cell[key], (Mapping, list)) for key in cell):
        raise UsageError(f"{place}: a group is a single value, not a list or a mapping")
    known = {key: value for key, value in pairs.items() if value is not None}
    if not known:
        raise UsageError(f"{place}: names no group; write COLUMN: GROUP beside its {given[0]}")
    if len(known) > MOST_COLUMNS:
        raise UsageError(f"{place}: {len(known)} columns are more than {MOST_COLUMNS}; name the columns of groups only")
    amount = _number(cell[given[0]], f"{place}: the {given[0]} of {_shown(known, known.values())}")
    keys = tuple(sorted(known))
    return keys, tuple(known[key] for key in keys), (given[0], amount)


def _number(value: Any, what: str) -> float:
    try:
        found = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        found = math.nan
    if not math.isfinite(found):
        raise UsageError(f"{what} is {redact(str(value)[:40])!r}; write a number such as 0.51")
    if found < 0:
        raise UsageError(f"{what} is {found:g}; a share or count cannot be negative")
    return found


def _shares(found: Mapping[Cell, tuple[str, float]], place: str) -> dict[Cell, float]:
    kinds = {kind for kind, _ in found.values()}
    if len(kinds) > 1:
        raise UsageError(f"{place}: some cells have a share and some a count; give all of them the same")
    total = sum(amount for _, amount in found.values())
    if "share" in kinds and abs(total - 1) > TOLERANCE:
        percent = "; they look like percentages: divide by 100" if abs(total - 100) < 2 else ""
        hint = percent or "; add the missing groups, or give a count for each"
        raise UsageError(f"{place}: the shares sum to {total:.4g}, not to 1{hint}")
    if not total > 0:
        raise UsageError(f"{place}: every count is 0; give the people in each group")
    return {cell: amount / total for cell, (_, amount) in found.items()}


def _shown(keys: Iterable[str], values: Iterable[str]) -> str:
    return redact(" and ".join(f"{key}: {value}" for key, value in zip(keys, values, strict=True)))[:120]
