"""Which sources and documents of the corpus carry what a number counts: the slice behind a bias score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import UNKNOWN, Table
from ...curate import redact
from ..base import Subject

SOURCES, DOCUMENTS = 12, 20
CARRYING = 200
"""Documents that a finding names where a remedy of all that carry it has to be possible; a page shows the first."""


@dataclass(frozen=True, slots=True)
class SourceShare:
    """What one source adds: its documents, what they hold of the counted thing, and of all there is to count."""

    source: str
    documents: int
    carrying: int
    count: float
    of: float


def source_shares(
    sources: Sequence[str | None], counts: NDArray[np.float64], of: NDArray[np.float64]
) -> list[SourceShare]:
    """The sources by what they carry, most first; ``counts`` and ``of`` (documents,) are what is counted, of what."""
    named = np.array([source or UNKNOWN for source in sources], object).astype(str)
    names, place = np.unique(named, return_inverse=True)
    sums = [np.bincount(place, weights, len(names)) for weights in (None, counts > 0, counts, of)]
    order = np.lexsort((names, -sums[2]))
    return [
        SourceShare(str(names[i]), int(sums[0][i]), int(sums[1][i]), float(sums[2][i]), float(sums[3][i]))
        for i in order
    ]


def sources_of(subject: Subject) -> list[str | None]:
    """The source of each document, in corpus order."""
    return subject.once("corpus sources", lambda: subject.corpus.column("source").to_pylist())


def ids_of(subject: Subject) -> list[str]:
    """The ids of the documents, in corpus order."""
    return subject.once("corpus ids", subject.corpus.ids)


def driving_documents(subject: Subject, counts: NDArray[np.float64], limit: int = DOCUMENTS) -> list[str]:
    """Ids of the documents with the largest ``counts`` (documents,), ties in corpus order; none without a count."""
    ids = ids_of(subject)
    return [ids[i] for i in np.argsort(-counts, kind="stable")[:limit] if counts[i] > 0]


def in_words(shares: Sequence[SourceShare], what: str) -> str:
    """The sources that carry most, as a sentence; empty where one source is all there is."""
    total = sum(one.count for one in shares)
    if len(shares) < 2 or not total:
        return ""
    told = [f"{redact(one.source)} {one.count / total:.0%}" for one in shares[:3] if one.count]
    return f" Of {what} in the corpus these sources carry most: {', '.join(told)}."


def sources_table(name: str, title: str, rows: Sequence[tuple[str, SourceShare]], unit: str) -> Table:
    """A table of sources for each thing that is counted, ``rows`` as (thing, share)."""
    totals: dict[str, float] = {}
    for thing, share in rows:
        totals[thing] = totals.get(thing, 0.0) + share.count
    columns = ("Of", "Source", "Documents", "That hold it", unit.capitalize(), "Share of them", "Rate in the source")
    table = tuple(
        (thing, redact(one.source), one.documents, one.carrying, one.count,
         one.count / totals[thing] if totals[thing] else None, one.count / one.of if one.of else None)
        for thing, one in rows
    )  # fmt: skip
    note = (
        "Most first. Share of them: of all in the corpus. A source far above its share of documents is where to look."
    )
    return Table(name, title, columns, table, note)
