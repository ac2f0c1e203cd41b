"""Documents by their numbers, and spans of characters that are cut out of a text."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from ...core import Corpus, UsageError

Span = tuple[int, int]


def require_texts(corpus: Corpus, step: str) -> None:
    """Raise :class:`UsageError` where the records are no texts."""
    if corpus.modality != "text":
        raise UsageError(f"{step}: needs a corpus of texts, this one holds records of kind {corpus.modality!r}")


def numbered_texts(corpus: Corpus, wanted: np.ndarray) -> Iterator[tuple[int, str, str]]:
    """Number, id and text of the wanted documents (ascending numbers in the corpus)."""
    start = 0
    for batch in corpus.batches(["id", "text"]) if wanted.size else ():
        first, last = np.searchsorted(wanted, [start, start + batch.num_rows])
        for number in wanted[first:last].tolist():
            row = number - start
            yield number, batch.column("id")[row].as_py(), batch.column("text")[row].as_py() or ""
        start += batch.num_rows


def merged(spans: Sequence[Span]) -> list[Span]:
    """The same characters as disjoint spans in order; spans that touch become one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def cut_out(text: str, spans: Sequence[Span]) -> list[str]:
    """The pieces that are left, empty ones too, where disjoint ascending spans are cut out."""
    starts = [0, *(end for _, end in spans)]
    ends = [*(start for start, _ in spans), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def ids_at(corpus: Corpus, wanted: np.ndarray) -> dict[int, str]:
    """The ids of the documents with these ascending numbers."""
    found: dict[int, str] = {}
    start = 0
    for batch in corpus.batches(["id"]) if wanted.size else ():
        first, last = np.searchsorted(wanted, [start, start + batch.num_rows])
        numbers = wanted[first:last].tolist()
        column: pa.Array = batch.column("id")
        found |= {number: column[number - start].as_py() for number in numbers}
        start += batch.num_rows
    return found
