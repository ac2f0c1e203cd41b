"""The outputs that are judged: samples by kind, or rows of a user's file, with the clusters that they come in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...core import InputError
from ..answer_file import empty, read_answers
from ..base import Subject

KINDS = ("free", "prefix", "repeat", "counterfactual")
FROM_FILE = "file"


@dataclass(frozen=True, slots=True)
class OutputText:
    """One output. Those of one ``cluster`` (a prompt, a document) may depend on each other."""

    id: str
    kind: str
    prompt: str
    text: str
    cluster: str


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


def sampled(subject: Subject, kinds: Sequence[str] = KINDS) -> Outputs:
    """The samples of the run; repeats and pairs share a prompt, prefixes a document."""
    rows = []
    for kind in kinds:
        for row in subject.samples_of(kind):
            prompt = str(row["prompt"] or "")
            shared = {"repeat": row["pair"], "counterfactual": row["pair"], "prefix": row["document_id"]}.get(kind)
            rows.append(OutputText(str(row["id"]), kind, prompt, str(row["output"] or ""), str(shared or row["id"])))
    return Outputs(tuple(rows))


def from_file(path: str, column: str) -> Outputs:
    """The rows of a file; those of one ``prompt`` are one cluster, where there is such a column."""
    rows, seen = [], set()
    for number, row in enumerate(read_answers(path, (column,)).rows, 1):
        value, prompt = row.values.get(column), row.values.get("prompt")
        if value is not None and not isinstance(value, str):
            raise InputError(f"{row.place}: {column} is no text; name the column of outputs with 'output'")
        name = str(row.values.get("id") or f"row-{number}")
        if name in seen:
            raise InputError(f"{row.place}: the id {name[:40]!r} stands in two rows; give each its own, or none")
        seen.add(name)
        cluster = name if empty(prompt) else f"prompt {prompt}"
        rows.append(OutputText(name, FROM_FILE, str(prompt or ""), value or "", cluster))
    return Outputs(tuple(rows))
