"""The outputs that a metric looks at: samples of text, or a file of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..core import IncompleteError, InputError
from ..curate import redact
from .answer_file import Row, empty, read_answers
from .base import Subject

KINDS = ("free", "prefix", "repeat", "counterfactual")


@dataclass(frozen=True, slots=True)
class OutputText:
    """One output with its prompt, empty where there is none; ``row`` is that of the file it comes from."""

    id: str
    prompt: str
    text: str
    row: Row | None = None


def outputs_of(subject: Subject, outputs_file: str | None, kinds: Sequence[str] = KINDS) -> list[OutputText]:
    """Samples of these kinds, or the column ``output`` of a .jsonl or .csv file, with ``prompt`` and ``id`` if given.

    Raises :class:`IncompleteError` where there is neither, :class:`InputError` for an id that stands there twice.
    """
    if outputs_file:
        return _from_file(read_answers(outputs_file, ("output",), subject.progress).rows)
    rows = [row for kind in kinds for row in subject.samples_of(kind)]
    if not rows:
        raise IncompleteError("there are no samples of text, and outputs_file names no file of outputs")
    return [OutputText(str(row["id"]), str(row["prompt"] or ""), str(row["output"] or "")) for row in rows]


def _from_file(rows: Sequence[Row]) -> list[OutputText]:
    found, places = list[OutputText](), dict[str, str]()
    for number, row in enumerate(rows, 1):
        own, prompt, text = (row.values.get(name) for name in ("id", "prompt", "output"))
        name = f"row {number}" if empty(own) else str(own)
        if name in places:
            raise InputError(f"{row.place}: the id {redact(name[:60])!r} stands at {places[name]} already")
        places[name] = row.place
        asked, said = ("" if part is None else str(part) for part in (prompt, text))
        found.append(OutputText(name, asked, said, row))
    return found
