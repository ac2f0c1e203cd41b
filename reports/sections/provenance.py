"""What the report was made from: hashes, seeds, versions, configuration."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ...core import Table
from ..catalogue import Catalogue
from ..lineage import Chain, lineage_of, lineage_table
from ..run import Run
from .base import SECTIONS


@dataclass(frozen=True, slots=True)
class Provenance:
    """Entries by label in the caller's order; nested ones are flattened to ``outer › inner``. ``lineage`` is the graph
    from sources to signatures, ``table`` the same as a list."""

    entries: tuple[tuple[str, str], ...]
    lineage: tuple[Chain, ...] = ()
    table: Table | None = None


@SECTIONS.register("provenance", title="Provenance", order="90")
def provenance(run: Run) -> Provenance:
    """Sources to signatures as a graph; hashes, seeds, versions: what is needed to repeat and to check this run."""
    lineage = lineage_of(run)
    table = lineage_table(lineage, Catalogue(run.language)) if lineage else None
    return Provenance(tuple(_flat(run.provenance)), lineage, table)


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key} › ")
        else:
            yield f"{above}{key}", str(value)
