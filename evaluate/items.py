"""What a metric measured on each item: kept beside the scores, so that two runs can be compared item by item."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike

from ..core import UsageError, canonical_json, read_parquet, write_parquet
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
Transform = Literal["none", "exp"]
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class ItemValues:
    """The items behind one score: value = transform(sum(numerators) / sum(denominators)).

    ``metric``, ``method`` and ``slice`` are those of the score. ``ids`` name the items (documents, prompts, rows) and
    must mean the same item in every run; of a mean the denominators are 1. ``transform`` is ``exp`` for perplexity.
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

    @property
    def key(self) -> Key:
        """(metric, slice as canonical JSON, transform): what two runs must share, beside the protocol."""
        return self.metric, canonical_json(dict(self.slice)).decode(), self.transform


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
