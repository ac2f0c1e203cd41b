"""Documents that a step adds: their rows, and the decisions that say where they come from."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ..core import IntegrityError, document_id, modality
from .base import Addition, Decision

ADDED = "added"


def with_additions(
    step: str, kept: pa.RecordBatch, additions: Sequence[Addition], untouchable: frozenset[str]
) -> tuple[pa.RecordBatch, list[Decision]]:
    """The rows with each new one right after its parent, and a decision ``added`` for each.

    Raises :class:`IntegrityError` for a parent that does not stay as it is (``untouchable``: the edited ones).
    """
    if not additions:
        return kept, []
    rows = {name: place for place, name in enumerate(kept.column("id").to_pylist())}
    wanted: dict[int, Addition] = {}
    for addition in additions:
        if addition.parent not in rows or addition.parent in untouchable or rows[addition.parent] in wanted:
            raise IntegrityError(
                f"step {step}: adds to {addition.parent!r}, which is edited, removed or has an addition"
            )
        wanted[rows[addition.parent]] = addition
    places = sorted(wanted)
    parents = kept.take(pa.array(places)).to_pylist()
    fresh = [_row(parent, wanted[place], modality(kept.schema)) for place, parent in zip(places, parents, strict=True)]
    added = pa.RecordBatch.from_pylist(fresh, schema=kept.schema)
    order = pc.sort_indices(pa.array([2 * row for row in range(kept.num_rows)] + [2 * place + 1 for place in places]))
    both = pa.Table.from_batches([kept, added]).take(order).combine_chunks().to_batches()[0]
    return both, [_decision(row["id"], wanted[place]) for place, row in zip(places, fresh, strict=True)]


def added_id(parent: str, locator: str) -> str:
    """The parent's id with another place: the half that names the content as it was read stays."""
    return f"{parent.split('-')[0]}-{document_id(b'', locator).split('-')[1]}"


def _row(parent: dict[str, Any], addition: Addition, content: str) -> dict[str, Any]:
    attributes = dict(parent["attributes"] or ())
    locator = f"{attributes.get('locator', parent['id'])}#{addition.suffix}"
    attributes |= {"locator": locator, addition.link: parent["id"]}
    changed = {"id": added_id(parent["id"], locator), content: addition.content}
    return parent | changed | {"attributes": sorted(attributes.items())}


def _decision(name: str, addition: Addition) -> Decision:
    return Decision(name, "added", addition.rule, addition.measured, None, addition.evidence)
