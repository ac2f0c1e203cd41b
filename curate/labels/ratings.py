"""Reads who labelled what: one row a label (long), or one column an annotator (wide)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ...core import Corpus
from ..fairness.row_columns import Column, read_columns
from .agreement import Ints, Level, Ratings


@dataclass(frozen=True)
class Grouped:
    """Items or annotators by the values of a column: ``codes`` index ``names``, -1 where none or more than one."""

    name: str
    codes: Ints
    names: tuple[str, ...]


@dataclass(frozen=True)
class Labelled:
    """Ratings, the corpus row of each item (its first one), groups, and labels that did not count."""

    ratings: Ratings
    rows: Ints
    groups: tuple[Grouped, ...] = ()
    annotator_groups: tuple[Grouped, ...] = ()
    absent: tuple[str, ...] = ()
    repeated: int = 0


@dataclass(frozen=True)
class Layout:
    """Where the labels stand; ``annotators`` are columns (wide), else ``item``, ``annotator`` and ``label`` are."""

    item: str | None = None
    annotator: str | None = None
    label: str | None = None
    annotators: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    annotator_groups: tuple[str, ...] = ()
    level: Level = "nominal"
    order: tuple[str, ...] = field(default=())

    @property
    def named(self) -> list[str]:
        """All columns that are read, each once."""
        own = [name for name in (self.item, self.annotator, self.label) if name]
        return list(dict.fromkeys([*self.annotators, *own, *self.groups, *self.annotator_groups]))


def read_ratings(corpus: Corpus, layout: Layout) -> Labelled | str:
    """The labels of a corpus, or the reason why there are none that can be compared."""
    columns = read_columns(corpus, layout.named)
    needed = layout.annotators or tuple(name for name in (layout.item, layout.annotator, layout.label) if name)
    absent = [name for name in needed if name not in columns]
    if absent and (not layout.annotators or len(absent) > len(needed) - 2):
        return f"no row has a value in the column {absent[0]!r}"
    return _wide(columns, layout, len(corpus)) if layout.annotators else _long(columns, layout)


def _long(columns: dict[str, Column], layout: Layout) -> Labelled | str:
    item, annotator, label = (columns[name] for name in (layout.item, layout.annotator, layout.label) if name)
    rows = np.flatnonzero(item.known & annotator.known & label.known)
    if not len(rows):
        return "no row has an item, an annotator and a label"
    # The first label counts where an annotator labelled an item twice.
    pairs = item.codes[rows].astype(np.int64) * len(annotator.values) + annotator.codes[rows]
    first = np.sort(np.unique(pairs, return_index=True)[1])
    kept = rows[first]
    values = _values(label.values, label.codes[kept].astype(np.int64), layout)
    if isinstance(values, str):
        return values
    codes, categories, numbers = values
    ratings = Ratings(
        item.codes[kept].astype(np.int64), annotator.codes[kept].astype(np.int64), codes, item.values,
        annotator.values, categories, numbers,
    )  # fmt: skip
    places = np.zeros(len(item.values), np.int64)
    places[ratings.items[::-1]] = kept[::-1]
    found, absent = _grouped(columns, layout.groups, item.codes, len(item.values))
    people, absent_people = _grouped(columns, layout.annotator_groups, annotator.codes, len(annotator.values))
    return Labelled(ratings, places, found, people, (*absent, *absent_people), len(rows) - len(kept))


def _wide(columns: dict[str, Column], layout: Layout, size: int) -> Labelled | str:
    used = [columns[name] for name in layout.annotators if name in columns]
    names = tuple(sorted({value for column in used for value in column.values}))
    place = {name: index for index, name in enumerate(names)}
    items, annotators, values = [], [], []
    for number, column in enumerate(used):
        rows = np.flatnonzero(column.known)
        codes = np.array([place[value] for value in column.values], np.int64)
        items.append(rows)
        annotators.append(np.full(len(rows), number, np.int64))
        values.append(codes[column.codes[rows]])
    made = _values(names, np.concatenate(values), layout)
    if isinstance(made, str):
        return made
    codes, categories, numbers = made
    ratings = Ratings(
        np.concatenate(items).astype(np.int64), np.concatenate(annotators), codes,
        tuple(f"row {row + 1}" for row in range(size)), tuple(column.name for column in used), categories, numbers,
    )  # fmt: skip
    every = np.arange(size, dtype=np.int64)
    found, absent = _grouped(columns, layout.groups, every, size)
    return Labelled(ratings, every, found, (), absent)


def _values(names: Sequence[str], codes: Ints, layout: Layout) -> tuple[Ints, tuple[str, ...], np.ndarray | None] | str:
    """Codes into categories in their order, and the numbers that they stand for at the interval level."""
    used = np.unique(codes)
    present = [names[index] for index in used]
    if layout.order:
        unknown = [name for name in present if name not in layout.order]
        if unknown:
            return f"the label {unknown[0]!r} is not in order; name every label there, from the lowest to the highest"
        ranked = sorted(range(len(present)), key=lambda index: layout.order.index(present[index]))
    elif layout.level == "nominal":
        ranked = list(range(len(present)))
    else:
        numbers = _numbers(present)
        if numbers is None:
            way = "set order: [LOWEST, ..., HIGHEST]" if layout.level == "ordinal" else "set level: ordinal and order"
            return f"the level is {layout.level} and not every label is a number ({', '.join(present[:5])}); {way}"
        ranked = sorted(range(len(present)), key=lambda index: (numbers[index], present[index]))
    rank = np.empty(len(present), np.int64)
    rank[ranked] = np.arange(len(present))
    categories = tuple(present[index] for index in ranked)
    found = rank[np.searchsorted(used, codes)]
    if layout.level == "nominal":
        return found, categories, None
    values = _numbers(categories)
    if layout.level == "interval" and values is None:
        return f"the level is interval and not every label is a number ({', '.join(categories[:5])})"
    if values is None or layout.order:
        return found, categories, values if layout.level == "interval" else None
    return _merged(found, categories, values)


def _merged(codes: Ints, categories: tuple[str, ...], values: np.ndarray) -> tuple[Ints, tuple[str, ...], np.ndarray]:
    """Labels that are one number in two spellings (1 and 1.0) are one category."""
    distinct, first, place = np.unique(values, return_index=True, return_inverse=True)
    return place[codes].astype(np.int64), tuple(categories[index] for index in first), distinct


def _numbers(names: Sequence[str]) -> np.ndarray | None:
    try:
        found = np.array([float(name) for name in names])
    except ValueError:
        return None
    return found if np.isfinite(found).all() else None


def _grouped(
    columns: dict[str, Column], names: Sequence[str], owner: np.ndarray, owners: int
) -> tuple[tuple[Grouped, ...], tuple[str, ...]]:
    """Groups of items or annotators: ``owner`` (rows,) says whose row it is. One with two different values has none."""
    found, absent = [], []
    for name in names:
        column = columns.get(name)
        if column is None:
            absent.append(name)
            continue
        rows = np.flatnonzero(column.known & (owner >= 0))
        low = np.full(owners, len(column.values), np.int64)
        high = np.full(owners, -1, np.int64)
        np.minimum.at(low, owner[rows], column.codes[rows])
        np.maximum.at(high, owner[rows], column.codes[rows])
        found.append(Grouped(name, np.where(low == high, high, -1), column.values))
    return tuple(found), tuple(absent)
