"""Which passages of the corpus outputs give back, and where in the kept documents these stand."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from .base import Subject

KINDS = ("free", "prefix", "repeat", "counterfactual")
MOST_PLACES = 10_000
Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Passages:
    """``ranges``: kept document to the character ranges that outputs repeat, in corpus order.

    ``copies``: document to the kept document that holds the same passage and comes before it.
    """

    ranges: Mapping[str, Ranges]
    copies: Mapping[str, str]


def repeated_passages(
    subject: Subject, kinds: Sequence[str] = KINDS, minimum: int = 50, boilerplate: int = 50
) -> Passages:
    """Passages of ``minimum`` bytes or more that samples of these kinds repeat word for word.

    Those in more than ``boilerplate`` kept documents are left out.
    """
    patterns = {
        sample["output"][span.start : span.end]
        for sample in _samples(subject, kinds)
        for span in subject.index.spans(sample["output"], minimum)
    }
    return _held(subject, patterns, minimum, boilerplate)


def leaked_strings(subject: Subject) -> Passages:
    """Personal data and secrets that the metric ``leaked-data`` counts as leaks of kept documents: where they stand."""
    from .memorization.leaked_values import kept_ranges  # it takes a Subject

    found: dict[str, set[tuple[int, int]]] = defaultdict(set)
    copies: dict[str, str] = {}
    for holders in kept_ranges(subject, MOST_PLACES).values():
        names = list(holders)
        copies |= {name: names[0] for name in names[1:] if name not in copies}
        for name, ranges in holders.items():
            found[name].update(ranges)
    return _passages(subject, found, copies)


def objected_passages(subject: Subject, options: Mapping[str, Any]) -> Passages:
    """Passages that the metric ``licence-overlap`` with these parameters objects to."""
    from .memorization.licence_overlap import licence_repeats  # it registers a metric of this package

    found = licence_repeats(subject, **options)
    texts = {found.samples[one.sample][1][one.start : one.end] for one in found.objected()}
    return _held(subject, texts, found.minimum, found.boilerplate)


def _samples(subject: Subject, kinds: Sequence[str]) -> Iterable[Mapping[str, str]]:
    if subject.samples is None or "output" not in subject.samples.schema.names:
        return ()
    rows: list[dict[str, str]] = subject.samples.select(["kind", "output"]).to_pylist()
    return (row for row in rows if row["kind"] in kinds and row["output"])


def _held(subject: Subject, texts: Iterable[str], minimum: int, boilerplate: int) -> Passages:
    """Kept documents that hold ``minimum`` bytes or more of the texts, in no more than ``boilerplate`` of them.

    Every window is looked for: a document that shares half of a passage is behind it as well as one that has it all.
    """
    found: dict[str, set[tuple[int, int]]] = defaultdict(set)
    copies: dict[str, str] = {}
    windows = {window for text in texts for window in _windows(text, minimum)}
    for window in sorted(windows):
        pattern = _bytes(window)
        if subject.index.document_counts(pattern)["kept"] > boilerplate:
            continue
        places = [place for place in subject.index.locate(pattern, MOST_PLACES) if place.origin == "kept"]
        for place in places:
            found[place.document_id].add((place.character, place.character + len(window)))
        names = list(dict.fromkeys(place.document_id for place in places))
        copies |= {name: names[0] for name in names[1:] if name not in copies}
    return _passages(subject, found, copies)


def _windows(text: str, minimum: int) -> Iterator[str]:
    """Every stretch of whole characters that has just ``minimum`` bytes or more."""
    ends = [0, *accumulate(len(_bytes(character)) for character in text)]
    for start, before in enumerate(ends):
        end = bisect_left(ends, before + max(1, minimum))
        if end == len(ends):
            return
        yield text[start:end]


def _passages(
    subject: Subject, found: Mapping[str, Iterable[tuple[int, int]]], copies: Mapping[str, str]
) -> Passages:  # fmt: skip
    order = {name: number for number, name in enumerate(subject.corpus.ids())}
    ranges = {name: _merged(found[name]) for name in sorted(found, key=lambda name: order.get(name, len(order)))}
    return Passages(ranges, {name: survivor for name, survivor in copies.items() if survivor not in copies})


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
