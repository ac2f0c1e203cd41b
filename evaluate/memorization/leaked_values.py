"""Personal data and secrets in samples, and which documents of the corpus hold the same values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ...core import IncompleteError
from ...curate import find_personal_data
from ..base import Subject
from .sample_spans import MOST_DOCUMENTS, Range, text_samples

Origin = Literal["kept", "canary", "removed", "invented"]
LEAKS: tuple[Origin, ...] = ("kept", "canary", "removed")
"""In this order: what stands in a kept document was trained on, whoever else holds it."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A value in a sample. ``text`` is the output, behind the prompt where the value begins in it; [start, end) lies in
    ``text``. ``value`` must never be shown. ``open``: the output ends with it, so that it may go on. ``echoed``: the
    prompt held the whole of it already.
    """

    sample: str
    kind: str
    type: str
    value: str
    text: str
    start: int
    end: int
    open: bool
    echoed: bool


@dataclass(frozen=True, slots=True)
class Held:
    """The documents that hold a value, the first 100 at most, by origin, in corpus order."""

    documents: Mapping[str, tuple[str, ...]]

    @property
    def origin(self) -> Origin:
        """Where the value comes from; ``invented`` where no document holds it."""
        return next((origin for origin in LEAKS if self.documents.get(origin)), "invented")


Key = tuple[str, bool]


@dataclass(frozen=True, slots=True)
class Values:
    """Everything that the samples hold; ``held`` by value and whether it may go on."""

    samples: Mapping[str, bool]
    occurrences: tuple[Occurrence, ...]
    held: Mapping[Key, Held]

    def origin(self, one: Occurrence) -> Origin | Literal["echoed"]:
        """What an occurrence counts as."""
        return "echoed" if one.echoed else self.held[one.value, one.open].origin


def sample_values(subject: Subject) -> Values:
    """Values in all samples of text; made once. Raises :class:`IncompleteError` where there is nothing to look at."""
    return subject.once("sample values", lambda: _values(subject))


def _values(subject: Subject) -> Values:
    if subject.corpus.modality != "text":
        raise IncompleteError(f"values are looked for in text, and this corpus holds {subject.corpus.modality}s")
    samples = text_samples(subject)
    if not samples:
        raise IncompleteError("there are no samples of text; set sample.free or sample.prefixes above 0")
    found = tuple(_occurrences(samples))
    wanted = dict.fromkeys((one.value, one.open) for one in found if not one.echoed)
    places = {key: subject.index.documents(_bytes(key[0]), MOST_DOCUMENTS) for key in wanted}
    texts = _texts(subject, {place.document_id for each in places.values() for place in each})
    spans = {name: _spans_of(text) for name, text in texts.items()}
    held = {}
    for key, each in places.items():
        names: dict[str, list[str]] = {}
        for place in each:
            if ranges_of(texts[place.document_id], spans[place.document_id], *key):
                names.setdefault(place.origin, []).append(place.document_id)
        held[key] = Held({origin: tuple(ids) for origin, ids in names.items()})
    return Values({row["id"]: row["kind"] == "free" for row in samples}, found, held)


def _occurrences(samples: Sequence[Mapping[str, str]]) -> Iterator[Occurrence]:
    """Values of each output, in order; where the output goes on in the middle of a value, the whole value."""
    alone = find_personal_data([row["output"] for row in samples])
    joined = find_personal_data([_joined(row) for row in samples])
    for row, spans, across in zip(samples, alone, joined, strict=True):
        prompt, output = row["prompt"] or "", row["output"]
        border = len(prompt)
        crossing = [span for span in across if span.start < border < span.end]
        taken = max((span.end - border for span in crossing), default=0)
        own = [span for span in spans if span.start >= taken]
        for text, parts in ((prompt + output, crossing), (output, own)):
            for span in (part for part in parts if part.valid):
                value = text[span.start : span.end]
                yield Occurrence(
                    row["id"], row["kind"], span.type, value, text, span.start, span.end,
                    open=span.end == len(text), echoed=value in prompt,
                )  # fmt: skip


def _joined(row: Mapping[str, str]) -> str:
    """Prompt and output of a document that is continued; of other prompts the answer does not go on with a word."""
    return (row["prompt"] or "") + row["output"] if row["kind"] == "prefix" and row["prompt"] else ""


def ranges_of(text: str, spans: Sequence[Range], value: str, may_go_on: bool) -> list[Range]:
    """Where a document holds a value: character ranges of the whole value, ``spans`` being those of all its values.

    A part of a longer value or word does not count, but for the beginning of one where the value ``may_go_on``.
    """
    found = []
    start = text.find(value)
    while start >= 0:
        end = start + len(value)
        around = next(((a, b) for a, b in spans if a <= start and end <= b), (start, end))
        inside_word = text[max(0, start - 1) : start].isalnum() or (text[end : end + 1].isalnum() and not may_go_on)
        if not inside_word and (around == (start, end) or (may_go_on and around[0] == start)):
            found.append(around)
        start = text.find(value, start + 1)
    return found


def _spans_of(text: str) -> tuple[Range, ...]:
    return tuple((span.start, span.end) for span in find_personal_data([text])[0])


def _texts(subject: Subject, names: Iterable[str]) -> dict[str, str]:
    wanted = sorted(set(names))
    found = {canary.id: canary.text for canary in (subject.checkpoint.canaries if subject.checkpoint else ())}
    for part in (subject.removed, subject.corpus):
        found |= {name: row["text"] or "" for name, row in part.documents(wanted).items()} if part else {}
    return {name: found[name] for name in wanted}


def kept_ranges(subject: Subject, most: int) -> dict[str, dict[str, list[Range]]]:
    """Of each leaked value (never shown): the kept documents that hold it, with the ranges of the whole value there.

    At most ``most`` documents a value are looked at, in corpus order.
    """
    found = sample_values(subject)
    leaked = dict.fromkeys((one.value, one.open) for one in found.occurrences if found.origin(one) == "kept")
    places = {key: subject.index.documents(_bytes(key[0]), most) for key in leaked}
    kept = {key: [place.document_id for place in each if place.origin == "kept"] for key, each in places.items()}
    texts = _texts(subject, {name for names in kept.values() for name in names})
    spans = {name: _spans_of(text) for name, text in texts.items()}
    ranges: dict[str, dict[str, list[Range]]] = {}
    for (value, may_go_on), names in kept.items():
        here = {name: ranges_of(texts[name], spans[name], value, may_go_on) for name in names}
        ranges.setdefault(value, {}).update({name: parts for name, parts in here.items() if parts})
    return ranges


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
