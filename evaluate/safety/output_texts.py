"""The outputs that a detector judges, with masks over their kinds."""

from dataclasses import dataclass

import numpy as np

from ...core import InputError
from ..base import Subject
from ..outputs import OutputText, outputs_in_file, sampled_outputs


@dataclass(frozen=True)
class Outputs:
    """The outputs in order."""

    rows: tuple[OutputText, ...]

    @property
    def texts(self) -> list[str]:
        """What was written."""
        return [row.text for row in self.rows]

    @property
    def kinds(self) -> list[str]:
        """The kinds that there are, in order."""
        return list(dict.fromkeys(row.kind for row in self.rows))

    def of(self, kind: str) -> np.ndarray:
        """Whether each output is of a kind: bool (n,)."""
        return np.array([row.kind == kind for row in self.rows], bool)

    def clusters(self, chosen: np.ndarray) -> list[str]:
        """The clusters of the chosen outputs."""
        return [row.cluster for row, one in zip(self.rows, chosen.tolist(), strict=True) if one]


def sampled(subject: Subject) -> Outputs:
    """The samples of the run."""
    return Outputs(tuple(sampled_outputs(subject)))


def from_file(path: str, column: str) -> Outputs:
    """The rows of a file; raises :class:`InputError` where the column holds something else than text."""
    found = outputs_in_file(path, column)
    for one in found:
        value = one.row.values.get(column) if one.row is not None else None
        if value is not None and not isinstance(value, str):
            raise InputError(f"{one.row.place if one.row else one.id}: {column} is no text; name the column of outputs "
                             "with 'output'")  # fmt: skip
    return Outputs(tuple(found))
