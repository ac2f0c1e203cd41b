"""The findings of the composition audit: HW-A001, HW-A002, HW-A003."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ...core import UNKNOWN, Corpus, Example, Finding, Score
from ..privacy import redact
from .licence_conflicts import conflicts

DOCUMENTS = 50


def concentrated_source(corpus: Corpus, by_source: pa.Table, limit: float) -> Finding | None:
    """HW-A001: one of several sources holds more than ``limit`` of the bytes."""
    sizes = by_source["bytes"].to_numpy()
    if len(sizes) < 2 or not sizes.sum() or sizes[0] <= limit * sizes.sum():
        return None
    source, share = by_source["source"][0].as_py(), float(sizes[0] / sizes.sum())
    return Finding(
        "HW-A001",
        "medium",
        f"One source holds {share:.0%} of the bytes",
        f"{redact(source)!r} holds {share:.1%} of the corpus, the other {_others(len(sizes) - 1)} the rest."
        " A model learns the habits and errors of that source, and every result speaks mostly about it.",
        "Check that this source stands for the intended use; add other sources or limit the documents taken from it.",
        document_ids=_ids(corpus, "source", [source]),
    )


def unknown_licences(corpus: Corpus, unknown: Score, limit: float, names: Sequence[str]) -> Finding | None:
    """HW-A002: more than ``limit`` of the documents have no known licence."""
    if unknown.value <= limit or unknown.low is None or unknown.high is None:
        return None
    return Finding(
        "HW-A002",
        "high" if unknown.low > 0.2 else "medium" if unknown.low > 0.01 else "low",
        f"{unknown.value:.1%} of the documents have no known licence",
        f"For {round(unknown.value * unknown.n):,} of {unknown.n:,} documents (interval {unknown.low:.1%} to "
        f"{unknown.high:.1%}) nothing says that they may be used. Absence of a licence is not permission.",
        "Find the licence of these sources and state it in the source's options, or remove the documents with the "
        "filter 'licence'.",
        (unknown,),
        document_ids=_ids(corpus, "licence", names),
    )


def licence_conflict(corpus: Corpus, by_licence: pa.Table) -> Finding | None:
    """HW-A003: licences are present that no one licence of a combined work satisfies."""
    pairs = conflicts(by_licence["licence"].to_pylist())
    if not pairs:
        return None
    involved = sorted({licence for pair in pairs for licence in pair})
    examples = tuple(
        Example(f"{first} / {second}", f"{first} and {second}" if first != second else f"{first} by itself",
                "no licence satisfies both", (),
                tuple(name for one in dict.fromkeys((first, second)) for name in _ids(corpus, "licence", [one], 5)))
        for first, second in pairs[:10]
    )  # fmt: skip
    return Finding(
        "HW-A003",
        "medium",
        f"{len(pairs)} pair{'s' * (len(pairs) > 1)} of licences conflict",
        f"The corpus holds {', '.join(involved)}. A work adapted from documents of both licences of a pair could be "
        "passed on under neither. Whether a model or its output is such a work is a question for a lawyer.",
        "Keep one licence of each pair (filter 'licence'), or keep the corpora and the models made from them apart.",
        examples=examples,
        document_ids=_ids(corpus, "licence", involved),
    )


def _ids(corpus: Corpus, column: str, values: Sequence[str], limit: int = DOCUMENTS) -> tuple[str, ...]:
    """The first ``limit`` documents with one of these values in ``column``; a missing value is ``unknown``."""
    found: list[str] = []
    for batch in corpus.batches(["id", column]):
        filled = pc.fill_null(batch.column(column), UNKNOWN)
        found += batch.column("id").filter(pc.is_in(filled, value_set=pa.array(values, pa.string()))).to_pylist()
        if len(found) >= limit:
            break
    return tuple(found[:limit])


def _others(number: int) -> str:
    return "source holds" if number == 1 else f"{number} sources share"
