"""What the report was made from: hashes, seeds, versions, configuration."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..run import Run
from .base import SECTIONS


@dataclass(frozen=True, slots=True)
class Provenance:
    """Entries by label in the caller's order; nested ones are flattened to ``outer › inner``."""

    entries: tuple[tuple[str, str], ...]


@SECTIONS.register("provenance", title="Provenance", order="90")
def provenance(run: Run) -> Provenance:
    """Hashes, seeds, versions and configuration: what is needed to repeat and to check this run."""
    return Provenance(tuple(_flat(run.provenance)))


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key} › ")
        else:
            yield f"{above}{key}", str(value)
