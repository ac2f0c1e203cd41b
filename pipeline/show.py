"""How a trace and a document's story look on a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..core import Description

if TYPE_CHECKING:
    from ..evaluate import Trace, TracedDocument, TracedSpan

WIDTH = 160
STEPS = 8


def trace_lines(trace: "Trace") -> Iterator[str]:
    """Each span of a traced text with its documents."""
    if not trace.spans or any(span.bytes >= trace.minimum for span in trace.spans):
        spans = counted(len(trace.spans), "span")
        yield f"{trace.covered:.0%} of the text stands word for word in the corpus ({spans})"
    yield from trace.notes
    for span in trace.spans:
        yield ""
        yield f'"{one_line(trace.text[span.start : span.end])}"'
        yield "  " + _where(span)
        for document in span.documents:
            yield from _document(document)
        if span.document_count > len(span.documents):
            yield f"  and {counted(span.document_count - len(span.documents), 'more document')}"


def _where(span: "TracedSpan") -> str:
    documents = counted(span.document_count, "document")
    times = f"{counted(span.before, 'time')} before curation, {span.after:,} after"
    return f"{counted(span.bytes, 'byte')}, in {documents}; {times}"


def _document(document: "TracedDocument") -> Iterator[str]:
    yield f"  {document.id}  {document.source}  {document.licence}  {document.locator}"
    yield f"      copies: {document.copies_before} before deduplication, {document.copies_after} after"
    yield f"      {steps_seen(document.steps)}"
    for decision in document.decisions:
        yield f"      {decision_line(decision)}"


def steps_seen(steps: Sequence[int] | None, count: int | None = None) -> str:
    """``seen at training steps 3, 17, 40 and 12 more``; ``count`` where ``steps`` are only the first of so many."""
    if steps is None:
        return "training steps unknown"
    if not steps:
        return "never seen in training"
    left = (len(steps) if count is None else count) - STEPS
    more = f" and {left:,} more" if left > 0 else ""
    return f"seen at training steps {', '.join(map(str, steps[:STEPS]))}{more}"


def decision_line(decision: Mapping[str, Any]) -> str:
    """``removed by near-duplicates: jaccard 0.83 (limit 0.7), duplicate of ...``."""
    measured = decision.get("measured")
    limit = decision.get("limit")
    numbers = "" if measured is None else f" {measured:.4g}" + ("" if limit is None else f" (limit {limit:.4g})")
    survivor = f", duplicate of {decision['duplicate_of']}" if decision.get("duplicate_of") else ""
    return f"{decision['action']} by {decision['step']}: {decision['rule']}{numbers}{survivor}"


def explanation_lines(row: Description) -> Iterator[str]:
    """Everything that a registry knows of a name."""
    yield f"{row.name}  ({row.kind})"
    yield ""
    yield row.text
    parameters = [p for p in row.parameters if (row.kind, p.name) != ("metric", "subject")]
    if parameters and row.kind != "section":
        yield ""
        yield "Parameters"
        yield from (f"  {p.name}: {p.annotation}" + (f" = {p.default}" if p.default else "") for p in parameters)
    if row.facts:
        yield ""
        yield from (f"{label.capitalize()}: {value}" for label, value in row.facts.items())


def counted(number: int, what: str) -> str:
    """``1 document``, ``1,200 documents``."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def one_line(text: str) -> str:
    """A text on one line, cut in the middle where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= WIDTH else f"{line[: WIDTH // 2]} ... {line[-WIDTH // 2 :]}"
