"""The outputs that a metric looks at: samples of text, or rows of a file, with the clusters that they come in."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..core import SILENT, IncompleteError, InputError, Progress
from ..curate import redact
from .answer_file import Row, empty, read_answers
from .base import Subject

KINDS = ("free", "prefix", "repeat", "counterfactual")
FROM_FILE = "file"


@dataclass(frozen=True, slots=True)
class OutputText:
    """One output with its prompt, empty where there is none; ``row`` is that of the file it comes from.

    Those of one ``cluster`` (a prompt, a document) may depend on each other.
    """

    id: str
    kind: str
    prompt: str
    text: str
    cluster: str
    row: Row | None = None


def outputs_of(subject: Subject, outputs_file: str | None, kinds: Sequence[str] = KINDS) -> list[OutputText]:
    """Samples of these kinds, or the column ``output`` of a .jsonl or .csv file, with ``prompt`` and ``id`` if given.

    Raises :class:`IncompleteError` where there is neither, :class:`InputError` for an id that stands there twice.
    """
    if outputs_file:
        return outputs_in_file(outputs_file, progress=subject.progress)
    if found := sampled_outputs(subject, kinds):
        return found
    raise IncompleteError("there are no samples of text, and outputs_file names no file of outputs")


def sampled_outputs(subject: Subject, kinds: Sequence[str] = KINDS) -> list[OutputText]:
    """The samples of a run; repeats and pairs share a prompt, prefixes a document."""
    found = []
    for kind in kinds:
        for row in subject.samples_of(kind):
            shared = {"repeat": row["pair"], "counterfactual": row["pair"], "prefix": row["document_id"]}.get(kind)
            name, prompt, text = str(row["id"]), str(row["prompt"] or ""), str(row["output"] or "")
            found.append(OutputText(name, kind, prompt, text, str(shared or name)))
    return found


def outputs_in_file(path: str, column: str = "output", progress: Progress = SILENT) -> list[OutputText]:
    """The rows of a file; those of one ``prompt`` are one cluster, where there is such a column."""
    found, places = list[OutputText](), dict[str, str]()
    for number, row in enumerate(read_answers(path, (column,), progress).rows, 1):
        own, prompt, text = (row.values.get(name) for name in ("id", "prompt", column))
        name = f"row {number}" if empty(own) else str(own)
        if name in places:
            raise InputError(
                f"{row.place}: the id {redact(name[:60])!r} stands at {places[name]} already; give each its own"
            )
        places[name] = row.place
        asked, said = ("" if part is None else str(part) for part in (prompt, text))
        cluster = f"row {name}" if empty(prompt) else f"prompt {asked}"
        found.append(OutputText(name, FROM_FILE, asked, said, cluster, row))
    return found
