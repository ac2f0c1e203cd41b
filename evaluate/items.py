"""What a metric measured on each item: kept beside the scores, so that two runs can be compared item by item."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from ..core import Score, UsageError, canonical_json, read_parquet, write_parquet
from .statistics import Floats, finite

ITEMS = "items.parquet"
ITEM_SCHEMA = pa.schema(
    [
        pa.field("metric", pa.string()),
        pa.field("method", pa.string()),
        pa.field("slice", pa.string()),  # canonical JSON
        pa.field("transform", pa.string()),
        pa.field("id", pa.string()),
        pa.field("numerator", pa.float64()),
        pa.field("denominator", pa.float64()),
    ]
)
Transform = Literal["none", "exp", "difference"]
Key = tuple[str, str, str]
Part = tuple[Sequence[str], ArrayLike, ArrayLike]
"""Ids, numerators and denominators of some items."""


@dataclass(frozen=True, slots=True)
class ItemValues:
    """The items behind one score: value = transform(sum(numerators) / sum(denominators)).

    ``metric``, ``method`` and ``slice`` are those of the score. ``ids`` name the items (documents, prompts, rows) and
    must mean the same item in every run; of a mean the denominators are 1. ``transform`` is ``exp`` for perplexity, and
    ``difference`` where the value is one ratio minus another: the items of the second have denominators below 0.
    Raises :class:`UsageError` for ids that occur twice and for numbers that are not finite.
    """

    metric: str
    method: str
    slice: Mapping[str, str]
    ids: Sequence[str]
    numerators: Floats
    denominators: Floats
    transform: Transform = field(default="none")

    def __post_init__(self) -> None:
        sizes = {len(self.ids), len(self.numerators), len(self.denominators)}
        if len(sizes) > 1 or len(set(self.ids)) < len(self.ids):
            raise UsageError(f"{self.metric}: each item needs one id of its own and one value")
        finite(self.numerators), finite(self.denominators)

    @classmethod
    def of_means(
        cls, metric: str, method: str, place: Mapping[str, str], ids: Sequence[str], values: ArrayLike
    ) -> "ItemValues":
        """The items of a mean or a rate."""
        numbers = finite(values)
        return cls(metric, method, place, tuple(ids), numbers, np.ones_like(numbers))

    @classmethod
    def of_difference(cls, score: Score, first: "Part", second: "Part") -> "ItemValues":
        """The items of one ratio of sums minus another, as the difference of two groups of items is.

        Raises :class:`UsageError` where a denominator of ``second`` is 0 or below: its sign tells the parts apart.
        """
        (ids, x, y), (others, u, v) = first, second
        below = finite(v)
        if (below <= 0).any():
            raise UsageError(f"{score.metric}: an item that is taken off needs a denominator above 0")
        names = (*ids, *others)
        numbers = np.concatenate([finite(x), finite(u)]), np.concatenate([finite(y), -below])
        return cls(score.metric, score.method, score.slice, names, *numbers, "difference")

    @property
    def value(self) -> float:
        """What the items amount to."""
        found = ratio_of(self.numerators, self.denominators)
        return math.exp(found) if self.transform == "exp" else found

    @property
    def key(self) -> Key:
        """(metric, slice as canonical JSON, transform): what two runs must share, beside the protocol."""
        return self.metric, canonical_json(dict(self.slice)).decode(), self.transform


def parts_of(denominators: Floats) -> list[NDArray[np.bool_]]:
    """The items of each ratio of sums: all, or those with a denominator below 0 by themselves."""
    below = denominators < 0
    return [part for part in (~below, below) if part.any()]


def ratio_of(numerators: Floats, denominators: Floats) -> float:
    """sum / sum, of each part; a part with denominators below 0 is thereby taken off."""
    parts = parts_of(denominators)
    return float(sum(numerators[part].sum() / denominators[part].sum() for part in parts))


def items_table(items: Sequence[ItemValues]) -> pa.Table:
    """All items of a run in :data:`ITEM_SCHEMA`, in the order of the metrics."""
    parts = []
    for one in items:
        n = len(one.ids)
        same = (one.metric, one.method, canonical_json(dict(one.slice)).decode(), one.transform)
        columns = [pa.array([value] * n, pa.string()) for value in same]
        columns += [pa.array(list(one.ids), pa.string()), pa.array(one.numerators), pa.array(one.denominators)]
        parts.append(pa.Table.from_arrays(columns, schema=ITEM_SCHEMA))
    return pa.concat_tables(parts) if parts else ITEM_SCHEMA.empty_table()


def write_items(folder: Path, items: Sequence[ItemValues]) -> None:
    """Write ``items.parquet`` into a run folder."""
    write_parquet(folder / ITEMS, items_table(items))


def read_items(folder: Path) -> tuple[ItemValues, ...]:
    """The items that :func:`write_items` wrote; none where there is no such file."""
    path = folder / ITEMS
    return tuple(_read(read_parquet(path))) if path.is_file() else ()


def _read(table: pa.Table) -> Iterator[ItemValues]:
    if table.schema != ITEM_SCHEMA:
        raise UsageError(f"{ITEMS} has other columns than {', '.join(ITEM_SCHEMA.names)}; evaluate the run again")
    groups = ("metric", "method", "slice", "transform")
    for key in table.select(groups).group_by(groups, use_threads=False).aggregate([]).to_pylist():
        mask = pc.and_kleene(pc.equal(table["metric"], key["metric"]), pc.equal(table["method"], key["method"]))
        mask = pc.and_kleene(mask, pc.equal(table["slice"], key["slice"]))
        rows = table.filter(pc.and_kleene(mask, pc.equal(table["transform"], key["transform"])))
        yield ItemValues(
            key["metric"],
            key["method"],
            json.loads(key["slice"]),
            tuple(rows["id"].to_pylist()),
            rows["numerator"].to_numpy(),
            rows["denominator"].to_numpy(),
            key["transform"],
        )
