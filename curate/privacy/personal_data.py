"""The filter that keeps personal data out of a corpus."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from ...core import Exhibit, Table, UsageError
from ..base import FILTERS, Annotation, Decision, Judgement
from .actions import ActionName, Actions, checked_actions
from .detector import Reader, Span, placeholder
from .pseudonyms import Pseudonyms, read_key
from .readers import readers_of
from .redaction import redact_spans
from .search import TYPES, by_priority, find_in_text

FOUND, PLACEHOLDERS, DOCUMENTS = "found", "placeholder", "documents"


@dataclass(slots=True)
class PersonalData:
    """Judges each document by the spans of personal data in it; see :func:`personal_data`."""

    name: str
    action: str
    actions: Mapping[str, str]
    types: tuple[str, ...]
    placeholders: bool
    minimum_confidence: float
    model: str = ""
    key_id: str = ""
    _pseudonyms: Pseudonyms | None = field(default=None, repr=False)
    _readers: tuple[Reader, ...] | None = field(default=None, repr=False, compare=False)

    def __getstate__(self) -> dict[str, object]:
        """Models stay behind where the step travels to another process: each loads its own."""
        names = [name for name in self.__slots__ if name != "_readers"]
        return {name: getattr(self, name) for name in names}

    def __setstate__(self, state: dict[str, object]) -> None:
        """The state of another process."""
        for name, value in (state | {"_readers": None}).items():
            setattr(self, name, value)

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """One decision for each document with personal data, one annotation for each span, tallies by type."""
        decisions: list[Decision] = []
        annotations: list[Annotation] = []
        edits: dict[str, str] = {}
        tallies = Counter({f"{FOUND} {kind}": 0 for kind in self.types})
        for name, text in zip(batch.column("id").to_pylist(), batch.column("text").to_pylist(), strict=True):
            spans = self._find(text) if text else ()
            if not spans:
                continue
            counted = self._counted(spans)
            if counted and self._actions.outcome(counted) == "edited":
                edits[name], spans = self._edit(text, spans)
                counted = self._counted(spans)
            if counted:
                decisions.append(self._decision(name, counted))
            annotations += [Annotation(name, span.type, span.start, span.end, _score(span)) for span in spans]
            _count(tallies, spans)
        return Judgement(tuple(decisions), edits, tuple(annotations), tallies=dict(tallies))

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """How many spans of each type were found, in how many documents, and what was done with them."""
        kinds = sorted({name.split(" ", 1)[1] for name in tallies})
        rows = tuple(
            (
                kind,
                self._actions.of(kind),
                tallies.get(f"{FOUND} {kind}", 0),
                tallies.get(f"{PLACEHOLDERS} {kind}", 0),
                tallies.get(f"{DOCUMENTS} {kind}", 0),
            )
            for kind in kinds
        )
        columns = ("type", "action", "spans", "placeholders among them", "documents")
        note = f"Of {documents} documents. What the detectors miss is estimated by the planted controls."
        return (Table("personal-data-types", "Personal data found, by type", columns, rows, note),)

    @property
    def _actions(self) -> Actions:
        return Actions(self.action, self.actions)

    def _find(self, text: str) -> tuple[Span, ...]:
        if self._readers is None:
            self._readers = readers_of(self.types, self.model)
        return find_in_text(text, self.types, self._readers)

    def _counted(self, spans: Sequence[Span]) -> list[Span]:
        return [
            span for span in spans if (span.valid or self.placeholders) and span.confidence >= self.minimum_confidence
        ]

    def _edit(self, text: str, spans: Sequence[Span]) -> tuple[str, tuple[Span, ...]]:
        redacted, replaced = redact_spans(
            text,
            self.types,
            self.placeholders,
            minimum_confidence=self.minimum_confidence,
            replacement=self._replacement,
            readers=self._readers,
        )
        counted = set(self._counted(spans))
        kept = [span for span in spans if span not in counted]
        return redacted, tuple(sorted((*replaced, *kept), key=lambda span: span.start))

    def _replacement(self, span: Span, value: str) -> str:
        if self._pseudonyms is not None and self._actions.of(span.type) == "pseudonymise":
            return self._pseudonyms.token(span, value)
        return placeholder(span.type)

    def _decision(self, name: str, spans: Sequence[Span]) -> Decision:
        counts = sorted(Counter(span.type for span in spans).items())
        return Decision(
            id=name,
            action=self._actions.outcome(spans),
            rule=", ".join(kind for kind, _ in counts),
            measured=float(len(spans)),
            limit=0.0,
            evidence=", ".join(f"{count} {kind}" for kind, count in counts),
        )


def _score(span: Span) -> float:
    return span.confidence if span.valid else 0.0


def _count(tallies: Counter[str], spans: Sequence[Span]) -> None:
    tallies.update(f"{FOUND} {span.type}" for span in spans)
    tallies.update(f"{PLACEHOLDERS} {span.type}" for span in spans if not span.valid)
    tallies.update(f"{DOCUMENTS} {kind}" for kind in {span.type for span in spans})


@FILTERS.register("personal-data", source="detectors: 'headwater list detector'")
def personal_data(
    action: ActionName = "redact",
    types: Sequence[str] = TYPES,
    placeholders: bool = True,
    actions: Mapping[str, ActionName] | None = None,
    minimum_confidence: float = 0.0,
    key_file: str | None = None,
    model: str = "",
) -> PersonalData:
    """Find personal data and secrets; redact or pseudonymise them, or remove or quarantine the document.

    ``types`` are names of detectors. ``actions`` names another action for some of them; where a document holds several
    types, the strictest wins. A placeholder is a well-formed value that can belong to nobody (``jane@example.com``,
    ``203.0.113.9``); with ``placeholders: false`` it stays. Spans below ``minimum_confidence`` stay and are annotated.
    ``key_file`` holds the key for ``pseudonymise``, 32 bytes or more; only a fingerprint of it is written down.
    ``model`` is the package or folder of the model for ``person-name`` and ``presidio``. Evidence counts, never quotes.
    """
    if isinstance(types, str) or not types:
        raise UsageError(f"personal-data: types must be a list of detectors, not {types!r}; leave it out for all")
    if not 0 <= minimum_confidence <= 1:
        raise UsageError(f"personal-data: minimum_confidence must be from 0 to 1, not {minimum_confidence}")
    names = by_priority(types)
    readers = readers_of(names, model)
    chosen = checked_actions(action, actions or {}, names, open_types=bool(readers))
    if chosen.need_key and key_file is None:
        raise UsageError("personal-data: pseudonymise needs key_file, a file with a key of 32 bytes or more")
    pseudonyms = read_key(key_file) if key_file is not None and chosen.need_key else None
    return PersonalData(
        "personal-data",
        action,
        chosen.by_type,
        names,
        placeholders,
        minimum_confidence,
        model,
        pseudonyms.key_id if pseudonyms else "",
        pseudonyms,
        readers,
    )
