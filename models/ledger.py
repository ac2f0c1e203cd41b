"""The ledger: which document was seen at which optimizer step, both ways.

Nothing is logged while training. The order of examples is a pure function of (seed, step), so the table of where each
document stands in the packed stream is enough to recompute every step; a root hash makes the table tamper-evident.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..core import IntegrityError, canonical_json, read_parquet, sha256, write_parquet
from .order import StepPlan, Weights, examples_at

WEIGHTS = "weights.parquet"
"""Beside the ledger: how often each example comes in a pass, where they do not count alike."""
LEDGER_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("role", pa.string()),  # trained, canary, held-out
        pa.field("first", pa.int64()),  # first and last example (window, image) that holds it; null: held out
        pa.field("last", pa.int64()),
    ]
)


class TrainingLedger:
    """Documents to steps and steps to documents.

    ``table`` has one row for each place of a document in the stream, in stream order (a document stands there more
    than once if the stream wraps or text was planted in it), then one for each held-out document.
    """

    def __init__(self, table: pa.Table, plan: StepPlan) -> None:
        self.table, self.plan = table, plan

    def steps_of(self, document_id: str) -> tuple[int, ...]:
        """Every step (from 0) whose batch held text of this document, ascending; empty if never."""
        rows = self._rows_of.get(document_id)
        if rows is None:
            return ()
        spans = [np.arange(self._first[row], self._last[row] + 1) for row in rows]
        wanted = np.isin(self._schedule, np.unique(np.concatenate(spans)))
        return tuple(np.unique(np.flatnonzero(wanted) // self.plan.batch).tolist())

    def documents_at(self, step: int) -> tuple[str, ...]:
        """The ids of all documents in the batch of one step, each once, sorted; empty past the last step."""
        if not 0 <= step < self.plan.steps:
            return ()
        batch = self._schedule[step * self.plan.batch : (step + 1) * self.plan.batch]
        return documents_in(self._ids, self._first, self._last, batch)

    def ids(self, role: str) -> list[str]:
        """Different ids of one role (``trained``, ``canary``, ``held-out``), in the order of the table."""
        return list(dict.fromkeys(self.table.filter(pc.equal(self.table["role"], role))["id"].to_pylist()))

    @cached_property
    def root(self) -> str:
        """SHA-256 over the plan and every row."""
        return sha256(canonical_json([self.plan.to_json(), self.table.to_pydict()]))

    def to_json(self) -> dict[str, Any]:
        """What run.json keeps of the ledger."""
        return {**self.plan.to_json(), "root": self.root}

    def save(self, path: Path) -> None:
        """Write the table as Parquet, and the weights of the examples beside it where there are any."""
        write_parquet(path, self.table)
        if self.plan.weights is not None:
            write_parquet(path.with_name(WEIGHTS), pa.table({"weight": self.plan.weights.values}))

    @classmethod
    def load(cls, path: Path, data: Mapping[str, Any]) -> "TrainingLedger":
        """Read a ledger and check it against the root hash in ``data`` (from run.json)."""
        weights = Weights(np.asarray(read_parquet(path.with_name(WEIGHTS))["weight"])) if data.get("weights") else None
        plan = StepPlan(data["seed"], data["batch"], data["steps"], data["examples"], data["planted"], weights)
        ledger = cls(read_parquet(path), plan)
        if ledger.root != data["root"]:
            raise IntegrityError(f"{path}: the ledger does not match its root hash in run.json; train again")
        return ledger

    @cached_property
    def _stream(self) -> pa.Table:
        return self.table.filter(pc.is_valid(self.table["first"]))

    @cached_property
    def _ids(self) -> list[str]:
        return list(self._stream["id"].to_pylist())

    @cached_property
    def _first(self) -> np.ndarray:
        return np.asarray(self._stream["first"])

    @cached_property
    def _last(self) -> np.ndarray:
        return np.asarray(self._stream["last"])

    @cached_property
    def _rows_of(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for row, name in enumerate(self._ids):
            rows.setdefault(name, []).append(row)
        return rows

    @cached_property
    def _schedule(self) -> np.ndarray:
        steps = [examples_at(self.plan, step) for step in range(self.plan.steps)]
        return np.concatenate(steps) if steps else np.zeros(0, np.int64)


def documents_in(ids: list[str], first: np.ndarray, last: np.ndarray, examples: Iterable[int]) -> tuple[str, ...]:
    """The documents that stand in these examples; ``first`` and ``last`` ascend, as documents do in the stream."""
    found: set[str] = set()
    for example in examples:
        low, high = np.searchsorted(last, example, "left"), np.searchsorted(first, example, "right")
        found.update(ids[low:high])
    return tuple(sorted(found))


def ledger_table(placed: list[tuple[str, str]], first: np.ndarray, last: np.ndarray, held_out: list[str]) -> pa.Table:
    """The ledger's rows: (id, role) of each place in the stream with its examples, then the held-out documents."""
    ids, roles = [name for name, _ in placed] + held_out, [role for _, role in placed] + ["held-out"] * len(held_out)
    nothing = [None] * len(held_out)
    columns = [ids, roles, first.tolist() + nothing, last.tolist() + nothing]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, LEDGER_SCHEMA, strict=True)]
    return pa.Table.from_arrays(arrays, schema=LEDGER_SCHEMA)
