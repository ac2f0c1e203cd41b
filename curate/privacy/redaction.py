"""Replace personal data by the name of its type."""

from collections.abc import Sequence

from .detector import detectors
from .search import TYPES, Span, find_in_text


def redact(text: str) -> str:
    """The text with every e-mail address, phone number, IP address, card, IBAN and secret replaced, as in ``[EMAIL]``.

    Placeholders such as ``jane@example.com`` are replaced too: what is shown to people errs on the safe side.

    >>> redact("Ask jane.doe@mail.org or +44 20 7946 0958.")
    'Ask [EMAIL] or [PHONE].'
    """
    return redact_spans(text)[0]


def redact_spans(text: str, types: Sequence[str] = TYPES, placeholders: bool = True) -> tuple[str, tuple[Span, ...]]:
    """The redacted text, and the spans of the original text that were replaced.

    Without ``placeholders``, values that can belong to nobody stay. Redaction repeats until nothing more is found, so
    that redacting twice changes nothing; spans of later rounds are given in positions of the original text.
    """
    names = {detector.name: detector.placeholder for detector in detectors(tuple(types))}
    replaced: tuple[Span, ...] = ()
    while spans := tuple(span for span in find_in_text(text, types) if span.valid or placeholders):
        originals = tuple(_original(span, replaced, names) for span in spans)
        text = _replace(text, spans, names)
        replaced = tuple(sorted((*replaced, *originals), key=lambda span: span.start))
    return text, replaced


def _replace(text: str, spans: Sequence[Span], names: dict[str, str]) -> str:
    pieces: list[str] = []
    position = 0
    for span in spans:
        pieces += [text[position : span.start], names[span.type]]
        position = span.end
    return "".join([*pieces, text[position:]])


def _original(span: Span, replaced: Sequence[Span], names: dict[str, str]) -> Span:
    """A span of a partly redacted text, moved to where it stands in the original text."""
    shift = 0
    for earlier in replaced:
        if earlier.start + shift > span.start:
            break
        shift += len(names[earlier.type]) - (earlier.end - earlier.start)
    return Span(span.type, span.start - shift, span.end - shift, span.valid)
