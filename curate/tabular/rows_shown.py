"""Rows of a table as the examples and documents of a finding."""

import json
from collections.abc import Mapping, Sequence

from ...core import Corpus, Example
from ..privacy import redact

DOCUMENTS, EXAMPLES, EXCERPT = 20, 3, 400
LONGEST_CELL = 120


def ids_of(corpus: Corpus, rows: Sequence[int]) -> list[str]:
    """The ids of rows (by their place), in the order given."""
    return [str(one) for one in corpus.column("id").take(list(rows)).to_pylist()] if len(rows) else []


def examples_of(corpus: Corpus, notes: Mapping[str, str], first: Sequence[str] = ()) -> tuple[Example, ...]:
    """The rows with these ids, each with its note; the columns named in ``first`` lead, the others follow."""
    documents = corpus.documents(list(notes))
    found = []
    for id, note in notes.items():
        text = shown_row(documents[id].get("table") or "", first) if id in documents else ""
        if text:
            found.append(Example(id, text, note, (), (id,)))
    return tuple(found)


def shown_row(content: str, first: Sequence[str] = ()) -> str:
    """A row as ``column: value`` pairs, redacted and cut; what is no JSON object is shown as it is."""
    try:
        row = json.loads(content)
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        return redact(content[: 10 * EXCERPT])[:EXCERPT]
    names = [*dict.fromkeys(name for name in first if name in row), *(name for name in row if name not in first)]
    pairs = (f"{name}: {str(row[name])[:LONGEST_CELL]}" for name in names[:100])
    return redact("; ".join(pairs)[: 10 * EXCERPT])[:EXCERPT]


def number(value: float) -> str:
    """A number as people write it: whole ones in full with thousands apart, others with six digits."""
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:.6g}"


def count_of(amount: int, one: str, many: str = "") -> str:
    """``1 column``, ``2 columns``: the amount with the word that fits."""
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"
