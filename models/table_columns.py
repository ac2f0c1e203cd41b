"""One column of a table as a model sees it: the values that it may take one by one, and the modes of its numbers.

A category is one of ``values``; beyond the most that are told apart, the rarest share a last place and are drawn there
as often as training showed them. A number or date is one of ``values`` (missing, a text among numbers, a number that
many rows share, as in CTAB-GAN, Zhao et al. 2021, arXiv 2102.08369), or lies in one of ``modes``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import numpy as np

from ..curate import MISSING_MARKS, Typed, days_of, numbers_of
from .table_modes import Floats, Modes, fit_modes

Cell = str | int | float | bool | None
Kind = Literal["category", "number", "date"]
Reads = Literal["text", "boolean", "whole", "real"]
FEW = 20
"""Numbers of at most so many different values are categories; so many texts among numbers are told apart."""
POINT_SHARE = 0.05
"""A number that so many of the rows share is a value of its own."""
MOST_DECIMALS = 6
LARGEST_WHOLE = 2.0**53
"""Beyond it, floats skip whole numbers."""
SECOND = 1 / 86_400
BINS = 10
"""Parts, equally full in training, in which the numbers of a column are counted."""


@dataclass(frozen=True)
class TableColumn:
    """See above. ``counts`` are the training rows of each of ``values``; those of ``pooled`` share one more place.

    ``low`` and ``high`` bound the numbers that are not among ``values``; ``step`` is the grid that they lie on, 0 for
    none. ``reads`` says what the texts of a category are: ``text``, ``boolean``, or numbers, ``whole`` or ``real``.
    ``bins`` are borders of stretches of the numbers and ``bin_counts`` the training rows of each. ``anchor`` is a
    date that says whether the day or the month leads in this column.
    """

    name: str
    kind: Kind
    values: tuple[Cell, ...]
    counts: tuple[int, ...]
    pooled: tuple[tuple[Cell, int], ...] = ()
    modes: Modes | None = None
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    bins: tuple[float, ...] = ()
    bin_counts: tuple[int, ...] = ()
    anchor: str | None = None
    reads: Reads = "text"

    @property
    def points(self) -> int:
        """Places that stand for single values, the shared one included."""
        return len(self.values) + bool(self.pooled)

    @property
    def width(self) -> int:
        """Places in all: single values, then modes."""
        return self.points + (0 if self.modes is None else len(self.modes.means))

    @property
    def is_numeric(self) -> bool:
        """Whether some of its values are drawn from modes."""
        return self.modes is not None

    def read(self, texts: Sequence[str]) -> tuple[list[Cell], Floats]:
        """The value behind each text of a cell, and its number (or day), NaN where it is none.

        Marks of missing values, such as ``?``, are values of a category of texts, and missing among numbers.
        """
        numbers = self._numbers(texts)
        if self.kind == "category" and self.reads in ("text", "boolean"):
            booleans: dict[str, Cell] = {"true": True, "false": False} if self.reads == "boolean" else {}
            return [booleans.get(text, text) for text in texts], numbers
        found = zip(texts, numbers.tolist(), strict=True)
        return [
            self.cell(x) if np.isfinite(x) else None if text.casefold() in MISSING_MARKS else text for text, x in found
        ], numbers

    def _numbers(self, texts: Sequence[str]) -> Floats:
        if self.kind == "date":
            return days_of([*texts, *([self.anchor] if self.anchor else [])])[: len(texts)]
        if self.kind == "category" and self.reads in ("text", "boolean"):
            return np.full(len(texts), np.nan)
        return np.array([numbers_of([text])[0] for text in texts], np.float64)

    def cell(self, x: float) -> Cell:
        """A number as it is written into a row: on its grid, whole numbers as such, days in ISO 8601."""
        if self.kind == "date":
            return _iso(x, whole=self.step == 1)
        if self.kind == "category":
            return int(x) if self.reads == "whole" else float(x)
        if not self.step:
            return float(x)
        decimals = max(0, round(-np.log10(self.step)))
        return int(round(x)) if decimals == 0 else round(float(x), decimals)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        modes = self.modes and {name: getattr(self.modes, name).tolist() for name in ("weights", "means", "sds")}
        return {**vars(self), "modes": modes}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "TableColumn":
        """The column that :meth:`to_json` wrote."""
        modes = data["modes"] and Modes(**{name: np.array(data["modes"][name], float) for name in data["modes"]})
        tuples = {name: tuple(data[name]) for name in ("values", "counts", "bins", "bin_counts")}
        return cls(**{**data, **tuples, "pooled": tuple((value, n) for value, n in data["pooled"]), "modes": modes})


def plan_column(told: Typed, rows: int, categories: int, modes: int, seed: int) -> TableColumn | str:
    """The plan of a column of ``rows`` training rows, or why a model of tables leaves it out."""
    if "nested" in told.column.types:
        return "holds lists or objects"
    if told.kind == "identifier":
        return "has a value of its own in nearly every row, as an identifier does"
    if told.kind == "text":
        return f"holds free text ({told.distinct:,} different values in {told.rows:,} rows)"
    numeric = told.kind in ("integer", "real", "date")
    if told.kind == "mixed":
        texts = int((~told.marked & ~np.isfinite(told.numbers)).sum())
        if texts > FEW:
            return f"mixes numbers or dates with {texts:,} different texts"
        numeric = True
    if not numeric or told.distinct <= FEW:
        return _category(told, rows, categories)
    return _numeric(told, rows, modes, seed)


def _category(told: Typed, rows: int, most: int) -> TableColumn:
    """Commonest values first."""
    plan = TableColumn(told.name, "category", (), (), reads=_reads(told))
    found: dict[Cell, int] = {}
    for value, n in zip(plan.read(told.column.values)[0], told.counts.tolist(), strict=True):
        found[value] = found.get(value, 0) + n
    if missing := rows - int(told.counts.sum()):
        found[None] = found.get(None, 0) + missing
    ranked = sorted(found.items(), key=lambda item: (-item[1], str(item[0])))
    kept, pooled = (ranked, []) if len(ranked) <= most else (ranked[: most - 1], ranked[most - 1 :])
    values, counts = tuple(value for value, _ in kept), tuple(n for _, n in kept)
    return replace(plan, values=values, counts=counts, pooled=tuple(pooled))


def _reads(told: Typed) -> Reads:
    """What the texts of a category are: numbers where all but the marks of missing values are."""
    if told.column.types == {"boolean"}:
        return "boolean"
    numbers = told.numbers[~told.marked]
    if told.dated or not len(numbers) or not np.isfinite(numbers).all():
        return "text"
    whole = (numbers == np.rint(numbers)).all() and np.abs(numbers).max() < LARGEST_WHOLE
    return "whole" if whole else "real"


def plan_type(told: Typed) -> Reads:
    """What a column as it stands holds, for a table with typed columns: numbers only where every value is one."""
    return "text" if told.dated or "nested" in told.column.types or told.kind == "mixed" else _reads(told)


def _numeric(told: Typed, rows: int, most: int, seed: int) -> TableColumn:
    is_number = ~told.marked & np.isfinite(told.numbers)
    kind: Kind = "date" if told.dated else "number"
    step = _step(told.numbers[is_number], told.dated)
    common = is_number & (told.counts >= POINT_SHARE * rows)
    rest = is_number & ~common
    plan = TableColumn(told.name, kind, (), (), step=step, anchor=_anchor(told) if told.dated else None)
    single = common | (~told.marked & ~is_number)
    read = plan.read(told.column.values)[0]
    points = [(read[index], int(told.counts[index])) for index in np.flatnonzero(single)]
    missing = rows - int(told.counts[~told.marked].sum())
    named = [(None, missing)] * (missing > 0) + sorted(points, key=lambda item: (-item[1], str(item[0])))
    x = np.repeat(told.numbers[rest], told.counts[rest])
    borders, counted = _bins(x) if len(x) else ((), ())
    return replace(
        plan,
        values=tuple(value for value, _ in named),
        counts=tuple(n for _, n in named),
        modes=fit_modes(x, most, seed, told.name, step) if len(x) else None,
        low=float(x.min()) if len(x) else 0.0,
        high=float(x.max()) if len(x) else 0.0,
        bins=borders,
        bin_counts=counted,
    )


def _bins(x: Floats) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Borders of at most ten stretches that are about equally full, and how many numbers lie in each."""
    borders = np.unique(np.quantile(x, np.linspace(0, 1, BINS + 1), method="higher"))
    return tuple(borders.tolist()), tuple(bin_counts(x, borders).tolist())


def bin_counts(x: Floats, borders: Floats) -> np.ndarray:
    """How many numbers lie in each stretch [border, next border), the last closed; all lie between the outer ones."""
    place = np.clip(np.searchsorted(borders, x, "right") - 1, 0, max(len(borders) - 2, 0))
    return np.bincount(place, minlength=max(len(borders) - 1, 1))


def _step(x: Floats, dated: bool) -> float:
    """The grid of the numbers: a power of ten down to a millionth, a day, a second; 0 where they lie on none."""
    if dated:
        return 1.0 if (x == np.rint(x)).all() else SECOND
    if np.abs(x).max() >= LARGEST_WHOLE:
        return 0.0
    for decimals in range(MOST_DECIMALS + 1):
        if (np.round(x, decimals) == x).all():
            return float(10.0**-decimals)
    return 0.0


def _anchor(told: Typed) -> str:
    """A date by which the rest of the column is read as in training."""
    second_of_january = 10_958.0
    day_first = days_of([*told.column.values, "02/01/2000"])[-1] == second_of_january
    return "31/01/2000" if day_first else "01/31/2000"


def _iso(day: float, whole: bool) -> str:
    moment = datetime(1970, 1, 1) + timedelta(seconds=round(day * 86_400))
    return moment.date().isoformat() if whole else moment.isoformat(" ", "seconds")
