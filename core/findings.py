"""What a person should know and do, with the numbers and the documents behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .scores import Measurement, measurement_from_json

Severity = Literal["high", "medium", "low", "info"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low", "info")


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of text (a sample or a document) that shows a finding. ``text`` must already be redacted.

    ``spans`` are character ranges of ``text`` to highlight; ``document_ids`` are the corpus documents behind it.
    """

    id: str
    text: str
    note: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    document_ids: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "id": self.id,
            "text": self.text,
            "note": self.note,
            "spans": [list(span) for span in self.spans],
            "document_ids": list(self.document_ids),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Example":
        """The example that :meth:`to_json` wrote."""
        spans = tuple((start, end) for start, end in data["spans"])
        return cls(data["id"], data["text"], data["note"], spans, tuple(data["document_ids"]))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know. ``code`` (``HW-M003``) is stable across versions and is what people cite and waive.

    Letters: C curation, A corpus audit, T training, Q quality, M memorization, B bias, H hallucination,
    S safety.
    """

    code: str
    severity: Severity
    title: str
    meaning: str
    advice: str
    scores: tuple[Measurement, ...] = ()
    examples: tuple[Example, ...] = ()
    document_ids: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; :meth:`from_json` gives an equal finding back."""
        return {
            "code": self.code,
            "severity": self.severity,
            "title": self.title,
            "meaning": self.meaning,
            "advice": self.advice,
            "scores": [score.to_json() for score in self.scores],
            "examples": [example.to_json() for example in self.examples],
            "document_ids": list(self.document_ids),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Finding":
        """The finding that :meth:`to_json` wrote."""
        return cls(
            code=data["code"],
            severity=data["severity"],
            title=data["title"],
            meaning=data["meaning"],
            advice=data["advice"],
            scores=tuple(measurement_from_json(score) for score in data["scores"]),
            examples=tuple(Example.from_json(example) for example in data["examples"]),
            document_ids=tuple(data["document_ids"]),
        )
