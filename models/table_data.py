"""From a corpus of tables to rows as numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor

from ..core import ConfigError, Corpus, Recipe
from ..curate import Columns, columns_of
from .ledger import ledger_table
from .order import StepPlan, Weights, examples_at
from .selection import Selection, select_documents
from .table_schema import MOST_COLUMNS, Encoded, TableSchema, plan_table
from .weighting import document_weights

CONTROL = 2_000
"""At most so many held-out rows are kept at hand for the diagnostics."""
MOST_PLACES, MOST_MODES = 1_000, 100
Rows = tuple[Tensor, Tensor]
"""Codes int64 (rows, columns) and offsets float32 (rows, numeric columns); see :class:`Encoded`."""


@dataclass(frozen=True)
class TableOptions:
    """What families of tables ask alike: the columns (None: all that can be modelled), and how each is split.

    ``categories``: most values of a column that are told apart; ``modes``: most modes of a numeric column.
    """

    columns: Sequence[str] | None = None
    categories: int = 100
    modes: int = 10

    def __post_init__(self) -> None:
        columns = self.columns
        if columns is not None and (isinstance(columns, str) or not all(isinstance(one, str) for one in columns)):
            raise ConfigError(f"model.options.columns: {columns!r} must be a list of names")
        for name, least, most in (("categories", 2, MOST_PLACES), ("modes", 1, MOST_MODES)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                raise ConfigError(f"model.options.{name}: {value!r} must be a whole number from {least} to {most:,}")


@dataclass(frozen=True)
class TableData:
    """Training rows: each is one example. ``control`` has some of the held-out ones, for diagnostics."""

    schema: TableSchema
    rows: Encoded
    ids: list[str]
    ledger: pa.Table
    held_out: int
    control: Encoded
    beyond: int = 0
    planted: int = 0
    weights: Weights | None = None
    weighting: Mapping[str, Any] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def batch(self, indices: np.ndarray) -> Rows:
        """Codes and offsets of these rows."""
        return as_rows(self.rows.take(indices))

    def names(self, indices: np.ndarray) -> tuple[str, ...]:
        """Ids of these rows."""
        return tuple(self.ids[index] for index in indices)

    def times(self, plan: StepPlan) -> np.ndarray:
        """How often the plan shows each row: int64 of shape (rows,)."""
        steps = [examples_at(plan, step) for step in range(plan.steps)]
        return np.bincount(np.concatenate(steps), minlength=len(self))

    @property
    def measurable(self) -> Encoded:
        """The held-out rows of ``control`` without values that training never showed."""
        return self.control.take(np.flatnonzero(self.control.known))

    def facts(self) -> dict[str, Any]:
        """For run.json: documents, and what became of the columns."""
        schema = self.schema
        return {
            "documents": {"trained": len(self), "held_out": self.held_out, "planted": 0},
            "table": {
                "columns": len(schema.columns),
                "numeric": len(schema.numeric),
                "left_out": dict(schema.left_out),
                "beyond": self.beyond,
                "pooled": {column.name: len(column.pooled) for column in schema.columns if column.pooled},
                "held_out_measured": len(self.measurable),
                "held_out_unknown": len(self.control) - len(self.measurable),
            },
        }


def as_rows(rows: Encoded) -> Rows:
    """Codes and offsets as tensors."""
    return torch.from_numpy(rows.codes), torch.from_numpy(rows.offsets)


def prepare_table(corpus: Corpus, recipe: Recipe, options: TableOptions) -> TableData:
    """The rows to train on, some of those held out, and their ledger; training rows alone plan the columns."""
    chosen = select_documents(corpus, recipe)
    found = columns_of(corpus, most=MOST_COLUMNS)
    trained = np.zeros(found.rows, bool)
    trained[chosen.rows] = True
    schema = plan_table(found, trained, options.columns, options.categories, options.modes, recipe.seed)
    held = _control_rows(corpus, chosen)
    place = np.arange(len(chosen.ids))
    weights, weighting = _weights(corpus, chosen, recipe)
    return TableData(
        schema=schema,
        rows=_encode(schema, found, chosen.rows, recipe.seed, "training modes"),
        ids=chosen.ids,
        ledger=ledger_table([(name, "trained") for name in chosen.ids], place, place, chosen.held_out),
        held_out=len(chosen.held_out),
        control=_encode(schema, found, held, recipe.seed, "held-out modes"),
        beyond=found.beyond,
        weights=weights,
        weighting=weighting,
    )


def _encode(schema: TableSchema, found: Columns, rows: np.ndarray, seed: int, use: str) -> Encoded:
    mask = np.zeros(found.rows, bool)
    mask[rows] = True
    columns = {column.name: found.found[column.name].cut(mask) for column in schema.columns}
    return schema.encode(columns, len(rows), seed, use)


def _control_rows(corpus: Corpus, chosen: Selection) -> np.ndarray:
    held = set(chosen.held_out[:CONTROL])
    return np.array([row for row, name in enumerate(corpus.ids()) if name in held], np.int64)


def _weights(corpus: Corpus, chosen: Selection, recipe: Recipe) -> tuple[Weights | None, Mapping[str, Any] | None]:
    weighing = document_weights(corpus, chosen, recipe)
    if weighing is None:
        return None, None
    sizes = np.ones(len(chosen.ids))
    final = weighing.for_sizes(sizes)
    return Weights.of(final), weighing.facts(sizes, final)
