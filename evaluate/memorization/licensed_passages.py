"""Under which licences the passages stand that samples repeat: allowed ones, others, or both."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ...core import UNKNOWN, IncompleteError
from ...curate import LicencePolicy, normalise_licence
from ..base import Subject
from .index import Place, SuffixIndex
from .sample_spans import MOST_DOCUMENTS, Range, SampleSpan, maximal_ranges, rest_of, sample_spans

Standing = Literal["outside", "unknown", "shared", "allowed"]
"""What a passage stands under: licences not allowed; unknown ones only; allowed and others; allowed ones only."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Source and licence of a document, and what the policy says of it: ``allowed``, ``outside`` or ``unknown``."""

    source: str
    licence: str
    verdict: Literal["allowed", "outside", "unknown"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a sample's output, in characters. ``documents`` hold it and are not allowed; ``allowed`` ones are.

    Of an outside passage the latter is empty: no window of the minimum length in it stands in an allowed document.
    """

    sample: str
    kind: str
    start: int
    end: int
    size: int
    standing: Standing
    documents: tuple[str, ...]
    allowed: tuple[str, ...]


def owners_of(subject: Subject, policy: LicencePolicy) -> Mapping[str, Owner]:
    """Kept and removed documents with their owners. Raises :class:`IncompleteError` where there is no text."""
    if subject.corpus.modality != "text":
        raise IncompleteError(f"passages are matched in text, and this corpus holds {subject.corpus.modality}s")
    verdicts: dict[str, Owner] = {}
    found: dict[str, Owner] = {}
    for part in (subject.corpus, subject.removed):
        for batch in part.batches(["id", "source", "licence"]) if part else ():
            for row in batch.to_pylist():
                source, stated = row["source"] or UNKNOWN, row["licence"] or UNKNOWN
                key = f"{source}\n{stated}"
                if key not in verdicts:
                    verdicts[key] = _owner(source, normalise_licence(stated), policy)
                found[row["id"]] = verdicts[key]
    return found


def _owner(source: str, licence: str, policy: LicencePolicy) -> Owner:
    if licence == UNKNOWN:
        return Owner(source, licence, "unknown")
    return Owner(source, licence, "outside" if policy.verdict(licence) else "allowed")


def licensed_passages(
    subject: Subject, owners: Mapping[str, Owner], minimum: int, boilerplate: int
) -> tuple[Passage, ...]:
    """The passages of every sample by the licences that they stand under, in order; boilerplate is left out."""
    return tuple(
        passage
        for span in sample_spans(subject, minimum, boilerplate)
        if not span.boilerplate
        for passage in _passages(subject.index, span, owners, minimum, boilerplate)
    )


def _passages(
    index: SuffixIndex, found: SampleSpan, owners: Mapping[str, Owner], minimum: int, boilerplate: int
) -> Iterator[Passage]:
    allowed, others = _by_verdict(found.places, owners)
    if not allowed and not others:
        return  # it stands in planted canaries alone
    if allowed:
        yield _passage(found, (0, len(found.pattern)), "shared" if others else "allowed", others, allowed)
        return
    standing: Standing = "outside" if any(owners[name].verdict == "outside" for name in others) else "unknown"
    known: dict[Range, tuple[str, ...]] = {}

    def free(start: int, end: int) -> bool:
        if (start, end) not in known:
            part = found.pattern[start:end]
            common = index.document_counts(part)["kept"] > boilerplate
            known[start, end] = ("",) if common else _by_verdict(index.documents(part, MOST_DOCUMENTS), owners)[0]
        return bool(known[start, end])

    covered = maximal_ranges(len(found.pattern), minimum, free)
    for part in rest_of(len(found.pattern), minimum, covered):
        yield _passage(found, part, standing, others, ())
    for part in covered:
        if known[part] != ("",):
            yield _passage(found, part, "shared", others, known[part])


def _by_verdict(
    places: Sequence[Place], owners: Mapping[str, Owner]
) -> tuple[tuple[str, ...], tuple[str, ...]]:  # fmt: skip
    """Documents that are allowed, and the others."""
    names = [place.document_id for place in places if place.document_id in owners]
    allowed = tuple(name for name in names if owners[name].verdict == "allowed")
    return allowed, tuple(name for name in names if owners[name].verdict != "allowed")


def _passage(
    found: SampleSpan, part: Range, standing: Standing, documents: tuple[str, ...], allowed: tuple[str, ...]
) -> Passage:
    low, high = (found.span.start + _characters(found.pattern[:place]) for place in part)
    return Passage(found.sample, found.kind, low, high, part[1] - part[0], standing, documents, allowed)


def _characters(text: bytes) -> int:
    """Characters that begin in a stretch of UTF-8."""
    return sum(byte & 0xC0 != 0x80 for byte in text)
