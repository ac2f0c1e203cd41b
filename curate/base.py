"""What a source and a curation step are.

Documents are immutable and keep their id when a step edits their text. A step never touches files: it looks at
record batches and returns a :class:`Judgement`; the curator writes it down, counts it and applies it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

import pyarrow as pa

from ..core import Corpus, Gallery, Progress, Registry, StageReport

Action = Literal["edited", "removed", "quarantined", "added"]

DECISION_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("step", pa.string()),
        pa.field("action", pa.string()),
        pa.field("rule", pa.string()),
        pa.field("measured", pa.float64()),
        pa.field("limit", pa.float64()),
        pa.field("evidence", pa.string()),
        pa.field("duplicate_of", pa.string()),
    ]
)
ANNOTATION_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("step", pa.string()),
        pa.field("label", pa.string()),
        pa.field("start", pa.int64()),
        pa.field("end", pa.int64()),
        pa.field("score", pa.float64()),
    ]
)


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a document was edited, removed or quarantined. ``measured`` and ``limit`` are the rule's two numbers.

    ``evidence`` must never quote personal data.
    """

    id: str
    action: Action
    rule: str
    measured: float | None = None
    limit: float | None = None
    evidence: str = ""
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class Annotation:
    """A label on a document: a span (character offsets) or, with start = end = 0, the whole of it."""

    id: str
    label: str
    start: int = 0
    end: int = 0
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Addition:
    """A new document that is made from one of the batch, its parent: other content, the provenance of the parent.

    Its id is that of the parent with another place, ``LOCATOR#suffix``; it follows the parent in the corpus, is held
    out of training with it, and is erased with it. ``link`` is the attribute that holds the parent's id, ``rule``,
    ``measured`` and ``evidence`` go into the decision ``added``.
    """

    parent: str
    content: str
    suffix: str
    link: str
    rule: str
    measured: float | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one step says of one batch (or corpus). Documents without a decision are kept as they are.

    ``edits`` maps an id to its new text (or other content); each edited id has a decision with action ``edited``.
    ``columns`` replaces whole provenance columns of the batch (the language step sets ``language``).
    ``tallies`` are numbers that the curator adds up over all batches and hands to the step's ``exhibits`` method, where
    it has one: ``exhibits(tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]``. A method ``findings``
    of the same parameters gives findings for the report. ``galleries`` are pictures to show; only a step on the whole
    corpus gives them, for they are not added up. ``additions`` are new documents, one at most for each that the same
    judgement neither removes nor edits; a step on the whole corpus cannot add.
    """

    decisions: tuple[Decision, ...] = ()
    edits: Mapping[str, str] = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()
    columns: Mapping[str, pa.Array] = field(default_factory=dict)
    tallies: Mapping[str, int] = field(default_factory=dict)
    galleries: tuple[Gallery, ...] = ()
    additions: tuple[Addition, ...] = ()


@runtime_checkable
class BatchStep(Protocol):
    """A step that judges each batch by itself: pure, so that shards can run in any order on any number of workers."""

    @property
    def name(self) -> str:
        """The name it is registered under."""

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """Decisions, edits and annotations for the documents of one batch."""


@runtime_checkable
class CorpusStep(Protocol):
    """A step that needs to see every document (duplicates)."""

    @property
    def name(self) -> str:
        """The name it is registered under."""

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """Decisions for the whole corpus (no ``columns``)."""


Step = BatchStep | CorpusStep


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be read at all: it becomes a removed row of step ``read``, with this reason."""

    locator: str
    source: str
    rule: str
    evidence: str
    measured: float | None = None
    limit: float | None = None
    content: bytes = b""


Reject = Callable[[Rejected], None]


class Source(Protocol):
    """Where documents come from. ``modality`` is ``text``, ``image`` or ``table``."""

    name: str
    modality: str

    def batches(self, reject: Reject, progress: Progress) -> Iterator[pa.RecordBatch]:
        """Record batches of the modality's schema, streamed; a bad row goes to ``reject`` and reading goes on."""

    def fingerprint(self) -> str:
        """A hash that changes when the input or an option changes: the key of the curation cache."""


class Audit(Protocol):
    """Looks at a corpus and changes nothing."""

    name: str

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Facts, scores, findings and exhibits of one audit."""


SOURCES: Registry[Callable[..., Source]] = Registry("source", "headwater.sources")
FILTERS: Registry[Callable[..., Step]] = Registry("filter", "headwater.filters")
AUDITS: Registry[Callable[..., Audit]] = Registry("audit", "headwater.audits")
DETECTORS: Registry[Callable[..., Any]] = Registry("detector", "headwater.detectors")
