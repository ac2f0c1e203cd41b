"""From an output back to its causes: documents, sources, licences, copies, training steps, curation decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core import InputError, UsageError
from ..curate import DocumentRecord, excerpt, redact, redacted
from ..models import training_is_known
from .base import Subject
from .memorization.index import Place, Span

LONGEST_TEXT = 100_000
STEPS_SHOWN = 50
MADE_ELSEWHERE = "the model was made elsewhere: what it was trained on is unknown"
NO_CHECKPOINT = "no checkpoint in the run folder: training steps are unknown"


@dataclass(frozen=True, slots=True)
class TracedDocument:
    """A document that holds a span. ``offset`` is the span's first character in the document.

    ``copies_before`` and ``copies_after`` count the document with its copies before and after deduplication (0 after
    where it was removed). ``steps`` are the optimizer steps whose batch held its text; None without a checkpoint.
    """

    id: str
    origin: str
    source: str
    url: str | None
    licence: str
    language: str
    locator: str
    offset: int
    excerpt: str
    excerpt_span: tuple[int, int]
    copies_before: int
    copies_after: int
    steps: tuple[int, ...] | None
    decisions: tuple[Mapping[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            **{name: getattr(self, name) for name in self.__slots__},
            "excerpt_span": list(self.excerpt_span),
            "steps": None if self.steps is None else list(self.steps),
            "decisions": [dict(decision) for decision in self.decisions],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "TracedDocument":
        """The document that :meth:`to_json` wrote."""
        steps = None if data["steps"] is None else tuple(data["steps"])
        start, end = data["excerpt_span"]
        decisions = tuple(dict(decision) for decision in data["decisions"])
        return cls(**{**data, "steps": steps, "excerpt_span": (start, end), "decisions": decisions})


@dataclass(frozen=True, slots=True)
class TracedSpan:
    """A stretch [start, end) of the shown text that stands word for word in the corpus.

    ``before`` and ``after`` count its occurrences in all documents (kept and removed) and in the kept ones.
    ``documents`` are the first few that hold it; ``document_count`` is how many do.
    """

    start: int
    end: int
    bytes: int
    before: int
    after: int
    document_count: int
    documents: tuple[TracedDocument, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {**values, "documents": [document.to_json() for document in self.documents]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "TracedSpan":
        """The span that :meth:`to_json` wrote."""
        return cls(**{**data, "documents": tuple(TracedDocument.from_json(item) for item in data["documents"])})


@dataclass(frozen=True, slots=True)
class Trace:
    """A redacted text and where its spans come from. ``covered`` is the share of its characters that spans cover."""

    text: str
    minimum: int
    covered: float
    spans: tuple[TracedSpan, ...]
    notes: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; :meth:`from_json` gives an equal trace back."""
        return {
            "text": self.text,
            "minimum": self.minimum,
            "covered": self.covered,
            "spans": [span.to_json() for span in self.spans],
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Trace":
        """The trace that :meth:`to_json` wrote."""
        spans = tuple(TracedSpan.from_json(span) for span in data["spans"])
        return cls(data["text"], data["minimum"], data["covered"], spans, tuple(data["notes"]))


def trace(subject: Subject, text: str, *, minimum: int = 32, documents: int = 10) -> Trace:
    """The spans of ``text`` of at least ``minimum`` bytes that stand in the corpus, each with its documents.

    A span that lies by more than half within longer ones is left out. Where no span is that long, the longest one
    there is is traced and a note says so. At most ``documents`` are told
    for a span: kept ones first. Raises :class:`UsageError` for an empty text or one of over 100,000 characters.
    """
    if not text or len(text) > LONGEST_TEXT:
        raise UsageError(f"a text to trace has 1 to {LONGEST_TEXT:,} characters, not {len(text):,}")
    facts = subject.once("facts", lambda: _Facts(subject))
    notes = [facts.note] if facts.note else []
    spans = subject.index.spans(text, max(1, minimum))
    if not spans:
        spans, note = _longest(subject, text, minimum)
        notes.append(note)
    cover = sum(_new_characters(spans)) / len(text)
    spans = _distinct(spans)
    safe, moved = redacted(text, [(span.start, span.end) for span in spans])
    traced = tuple(_traced(facts, text, span, place, documents) for span, place in zip(spans, moved, strict=True))
    return Trace(safe, minimum, cover, traced, tuple(notes))


def trace_document(subject: Subject, document_id: str) -> dict[str, Any]:
    """The story of one document: what :func:`document_cards` tells, with every step. Raises :class:`InputError`."""
    cards = document_cards(subject, [document_id], steps=None)
    if document_id not in cards:
        raise InputError(f"no document {document_id!r} among the kept, removed and planted ones of {subject.folder}")
    return cards[document_id]


def document_cards(subject: Subject, ids: Sequence[str], steps: int | None = STEPS_SHOWN) -> dict[str, dict[str, Any]]:
    """What a reader needs to judge each document; ids that no document has are left out. Texts are redacted.

    Keys: id, status (kept, removed, planted), excerpt, characters, source, url, licence, language, locator, reason
    (the last decision, for a removed one), copies_before, copies_after, steps (the first ``steps``), step_count,
    decisions, note. Steps are None without a checkpoint.
    """
    facts = subject.once("facts", lambda: _Facts(subject))
    facts.load(ids)
    return {name: _card(facts, name, steps) for name in dict.fromkeys(ids) if name in facts.documents}


class _Facts(DocumentRecord):
    """What curation knows of documents, with planted canaries and the steps of training."""

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject.corpus, subject.removed, subject.decisions)
        self.subject = subject

    def load(self, ids: Sequence[str]) -> list[str]:
        """Read the documents that are not here yet, canaries among them."""
        missing = super().load(ids)
        for canary in self.subject.checkpoint.canaries if self.subject.checkpoint else ():
            if canary.id in missing:
                self.documents[canary.id] = _planted(canary.id, canary.text)
        return missing

    def steps(self, name: str) -> tuple[int, ...] | None:
        checkpoint = self.subject.checkpoint
        if checkpoint is None or not training_is_known(checkpoint):
            return None
        return checkpoint.ledger.steps_of(name)

    @property
    def note(self) -> str:
        """Why steps are unknown; empty where they are known."""
        if self.subject.checkpoint is None:
            return NO_CHECKPOINT
        return "" if training_is_known(self.subject.checkpoint) else MADE_ELSEWHERE


def _planted(name: str, text: str) -> dict[str, Any]:
    return {
        "id": name,
        "text": text,
        "origin": "canary",
        "source": "planted canary",
        "url": None,
        "licence": "not applicable",
        "language": "unknown",
        "attributes": {"locator": name},
    }


def _traced(facts: _Facts, text: str, span: Span, place: tuple[int, int], limit: int) -> TracedSpan:
    index = facts.subject.index
    pattern = text[span.start : span.end].encode("utf-8", "surrogatepass")
    counts = index.counts(pattern)
    places = index.documents(pattern, limit)
    facts.load([found.document_id for found in places])
    return TracedSpan(
        start=place[0],
        end=place[1],
        bytes=len(pattern),
        before=counts["kept"] + counts["removed"],
        after=counts["kept"],
        document_count=sum(index.document_counts(pattern).values()),
        documents=tuple(_document(facts, found, span.end - span.start) for found in places),
    )


def _document(facts: _Facts, place: Place, length: int) -> TracedDocument:
    row = facts.documents[place.document_id]
    shown, spans = excerpt(row["text"], place.character, place.character + length)
    before, after = facts.copies_of(place.document_id)
    return TracedDocument(
        id=place.document_id,
        origin=place.origin,
        source=redact(row["source"] or ""),
        url=redact(row["url"]) if row["url"] else None,
        licence=redact(row["licence"] or ""),
        language=row["language"],
        locator=row["attributes"].get("locator", ""),
        offset=place.character,
        excerpt=shown,
        excerpt_span=spans[0] if spans else (0, 0),
        copies_before=before,
        copies_after=after,
        steps=facts.steps(place.document_id),
        decisions=tuple(facts.decisions.get(place.document_id, ())),
    )


def _card(facts: _Facts, name: str, limit: int | None) -> dict[str, Any]:
    steps, card = facts.steps(name), facts.card(name)
    return {
        **card,
        "status": "planted" if card["status"] == "canary" else card["status"],
        "steps": None if steps is None else list(steps[:limit]),
        "step_count": None if steps is None else len(steps),
        "note": facts.note,
    }


def _longest(subject: Subject, text: str, minimum: int) -> tuple[list[Span], str]:
    spans = subject.index.spans(text, 1)
    if not spans:
        return [], f"no character of the text stands in the corpus, let alone {minimum} bytes in a row"
    longest = max(spans, key=lambda span: span.byte_end - span.byte_start)
    size = longest.byte_end - longest.byte_start
    return [longest], f"no span of {minimum} bytes or more stands in the corpus; the longest has {size}"


def _distinct(spans: Sequence[Span]) -> list[Span]:
    """Without spans that longer ones cover by more than half, in order: they would name the same documents again."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start - span.end, span.start)):
        shared = sum(max(0, min(span.end, other.end) - max(span.start, other.start)) for other in kept)
        if 2 * shared <= span.end - span.start:
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


def _new_characters(spans: Sequence[Span]) -> list[int]:
    ends = [0, *(span.end for span in spans[:-1])]
    return [span.end - max(span.start, end) for span, end in zip(spans, ends, strict=True)] if spans else []
