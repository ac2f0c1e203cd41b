"""Replace personal data by the name of its type, or by whatever a step wants in its place."""

from collections.abc import Callable, Sequence

from .detector import Reader, Span, placeholder
from .search import TYPES, find_in_text, pattern_types

Replacement = Callable[[Span, str], str]


def redact(text: str) -> str:
    """The text with every e-mail address, phone number, card, identity number, secret and so on replaced: ``[EMAIL]``.

    All types of :data:`TYPES` are replaced. Placeholders such as ``jane@example.com`` are replaced too: what is shown
    to people errs on the safe side.

    >>> redact("Ask jane.doe@mail.org or +44 20 7946 0958.")
    'Ask [EMAIL] or [PHONE].'
    """
    return redact_spans(text)[0]


def tag(span: Span, value: str) -> str:
    """The name of the type in brackets."""
    return placeholder(span.type)


def redact_spans(
    text: str,
    types: Sequence[str] = TYPES,
    placeholders: bool = True,
    *,
    minimum_confidence: float = 0.0,
    replacement: Replacement = tag,
    readers: Sequence[Reader] | None = None,
) -> tuple[str, tuple[Span, ...]]:
    """The redacted text, and the spans of the original text that were replaced.

    Without ``placeholders``, values that can belong to nobody stay. ``replacement`` gives what stands for a span and
    its value; it must be in square brackets, which no detector reads across. Redaction repeats until nothing more is
    found, so that redacting twice changes nothing; spans of later rounds are given in positions of the original text.
    Readers (named entities) are asked in the first round only.
    """
    replaced: list[tuple[Span, int]] = []
    chosen: Sequence[str] = types
    while spans := tuple(
        span
        for span in find_in_text(text, chosen, readers)
        if (span.valid or placeholders) and span.confidence >= minimum_confidence
    ):
        values = [replacement(span, text[span.start : span.end]) for span in spans]
        found = [(_original(span, replaced), len(value)) for span, value in zip(spans, values, strict=True)]
        text = _replace(text, spans, values)
        replaced = sorted([*replaced, *found], key=lambda entry: entry[0].start)
        chosen, readers = pattern_types(types), ()
    return text, tuple(span for span, _ in replaced)


def _replace(text: str, spans: Sequence[Span], values: Sequence[str]) -> str:
    pieces: list[str] = []
    position = 0
    for span, value in zip(spans, values, strict=True):
        pieces += [text[position : span.start], value]
        position = span.end
    return "".join([*pieces, text[position:]])


def _original(span: Span, replaced: Sequence[tuple[Span, int]]) -> Span:
    """A span of a partly redacted text, moved to where it stands in the original text."""
    shift = 0
    for earlier, size in replaced:
        if earlier.start + shift > span.start:
            break
        shift += size - (earlier.end - earlier.start)
    return Span(span.type, span.start - shift, span.end - shift, span.valid, span.confidence)
