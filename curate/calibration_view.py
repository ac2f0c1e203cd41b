"""One step on the sample of a calibration."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from .filters.thresholds import Rule


@dataclass(frozen=True)
class StepView:
    """One step on the sample: the rows that it judges, its measures there, and the limits they are compared with.

    ``has_types``: the step has limits for several types of text, and an option that chooses them.
    """

    name: str
    number: int
    text_type: str
    has_types: bool
    rules: tuple[Rule, ...]
    limits: tuple[float, ...]
    rows: np.ndarray
    measures: np.ndarray
    table: pa.Table

    def broken(self, limits: Sequence[float]) -> np.ndarray:
        """Which of the judged documents break which rule: bool of shape (rules, rows)."""
        found = [rule.broken(self.measures, limit) for rule, limit in zip(self.rules, limits, strict=True)]
        return np.array(found, bool).reshape(len(self.rules), self.rows.size)

    def any_broken(self, limits: Sequence[float]) -> np.ndarray:
        """Which of the judged documents break a rule: bool of shape (rows,)."""
        found: np.ndarray = np.any(self.broken(limits), axis=0)
        return found

    def published(self) -> tuple[float, ...]:
        """The published limits."""
        return tuple(rule.prose for rule in self.rules)

    def column(self, name: str) -> np.ndarray:
        """A label of each judged document."""
        found: np.ndarray = np.asarray(self.table.column(name).to_pylist(), dtype=object)[self.rows]
        return found
