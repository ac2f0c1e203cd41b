"""The filter that keeps personal data out of a corpus."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from ...core import UsageError, did_you_mean
from ..base import FILTERS, Action, Annotation, Decision, Judgement
from .detector import detectors
from .redaction import redact_spans
from .search import TYPES, Span, by_priority, find_in_text

_ACTIONS: dict[str, Action] = {"redact": "edited", "remove": "removed", "quarantine": "quarantined"}


@dataclass(slots=True)
class PersonalData:
    """Judges each document by the spans of personal data in it; see :func:`personal_data`."""

    name: str
    action: str
    types: tuple[str, ...]
    placeholders: bool

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """One decision for each document with personal data, one annotation for each span."""
        decisions: list[Decision] = []
        annotations: list[Annotation] = []
        edits: dict[str, str] = {}
        for name, text in zip(batch.column("id").to_pylist(), batch.column("text").to_pylist(), strict=True):
            spans = find_in_text(text, self.types) if text else ()
            counted = [span for span in spans if span.valid or self.placeholders]
            if counted and self.action == "redact":
                edits[name], spans = self._redact(text, spans)
                counted = [span for span in spans if span.valid or self.placeholders]
            if counted:
                decisions.append(self._decision(name, counted))
            annotations += [Annotation(name, span.type, span.start, span.end, float(span.valid)) for span in spans]
        return Judgement(tuple(decisions), edits, tuple(annotations))

    def _redact(self, text: str, spans: Sequence[Span]) -> tuple[str, tuple[Span, ...]]:
        redacted, replaced = redact_spans(text, self.types, self.placeholders)
        kept = [span for span in spans if not span.valid and not self.placeholders]
        return redacted, tuple(sorted((*replaced, *kept), key=lambda span: span.start))

    def _decision(self, name: str, spans: Sequence[Span]) -> Decision:
        counts = sorted(Counter(span.type for span in spans).items())
        return Decision(
            id=name,
            action=_ACTIONS[self.action],
            rule=", ".join(kind for kind, _ in counts),
            measured=float(len(spans)),
            limit=0.0,
            evidence=", ".join(f"{count} {kind}" for kind, count in counts),
        )


@FILTERS.register("personal-data", source="detectors: 'headwater list detector'")
def personal_data(
    action: Literal["redact", "remove", "quarantine"] = "redact",
    types: Sequence[str] = TYPES,
    placeholders: bool = True,
) -> PersonalData:
    """Find e-mail, phone, IP, card, IBAN and secrets; redact them, or remove or quarantine the document.

    ``types`` are names of detectors. A placeholder is a well-formed value that can belong to nobody
    (``jane@example.com``, ``203.0.113.9``); with ``placeholders: false`` it stays. Evidence counts, never quotes.
    """
    if action not in _ACTIONS:
        raise UsageError(
            f"personal-data: no action {action!r}; {did_you_mean(action, _ACTIONS)}use {', '.join(_ACTIONS)}"
        )
    if isinstance(types, str) or not types:
        raise UsageError(f"personal-data: types must be a list of detectors, not {types!r}; leave it out for all")
    detectors(tuple(types))
    return PersonalData("personal-data", action, by_priority(types), placeholders)
