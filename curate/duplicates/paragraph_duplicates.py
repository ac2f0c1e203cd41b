"""The filter that cuts paragraphs, lines or sentences that stood in the corpus before."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import xxhash

from ...core import Corpus, Exhibit, Progress, Table, UsageError
from ..base import FILTERS, Annotation, Decision, Judgement
from .passages import Span, Unit, normalise, passages
from .repeated_hashes import counting
from .text_spans import cut_out, ids_at, merged, require_texts

SHORTEST, LEFT, SENTENCES = 50, 200, 3


@dataclass(frozen=True, slots=True)
class ParagraphDuplicates:
    """Keeps the first of equal passages; see :func:`paragraph_duplicates`."""

    name: str
    unit: Unit
    window: int
    minimum_characters: int
    minimum_left: int

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """Cuts of what stood there before; the corpus is read twice.

        Memory: 36 bytes for each distinct repeated passage, and the new text of edited documents. 8 bytes for each
        passage go to a temporary file.
        """
        require_texts(corpus, self.name)
        seen = _Seen(self._repeated(corpus, progress))
        cuts = list(self._find(corpus, seen, progress))
        wanted = np.unique(np.array([cut.first for cut in cuts], np.int64))
        ids = ids_at(corpus, wanted)
        judged = [(self._decide(cut, ids[cut.first]), cut) for cut in cuts]
        tallies: Counter[str] = Counter()
        for decision, cut in judged:
            tallies.update({"passages": len(cut.spans), "characters": cut.size, decision.action: 1})
        notes = [
            Annotation(cut.id, f"repeated-{self.unit}", start, end) for _, cut in judged for start, end in cut.spans
        ]
        edits = {cut.id: cut.left for decision, cut in judged if decision.action == "edited"}
        return Judgement(tuple(decision for decision, _ in judged), edits, tuple(notes), tallies=tallies)

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """How much was cut."""
        row = (
            self.unit,
            *(tallies.get(key, 0) for key in ("passages", "characters", "edited", "removed")),
            documents,
        )
        columns = ("unit", "passages cut", "characters cut", "documents edited", "documents removed", "documents")
        note = f"Passages of at least {self.minimum_characters} characters; the first of equals stays."
        return (Table("repeated-passages", "Passages that stood in the corpus before", columns, (row,), note),)

    def _repeated(self, corpus: Corpus, progress: Progress) -> np.ndarray:
        """Hashes that occur more than once, ascending."""
        with counting() as counter, progress.task("repeated passages: hash", len(corpus)) as task:
            for batch in corpus.batches(["text"]):
                texts = batch.column("text").to_pylist()
                hashes = [passage.hash for text in texts for passage in self._passages(text or "")]
                counter.add(np.array(hashes, np.uint64))
                task.advance(batch.num_rows)
            return counter.repeated()

    def _passages(self, text: str) -> Iterator["_Passage"]:
        """Every passage that is long enough: one unit, or ``window`` consecutive ones."""
        spans = passages(text, self.unit)
        forms = [normalise(text[start:end]) for start, end in spans]
        for place in range(len(forms) - self.window + 1):
            form = forms[place] if self.window == 1 else "\n".join(forms[place : place + self.window])
            if len(form) >= self.minimum_characters:
                raw = form.encode("utf-8", "surrogatepass")
                yield _Passage(spans[place : place + self.window], place, raw, xxhash.xxh3_64_intdigest(raw))

    def _find(self, corpus: Corpus, seen: "_Seen", progress: Progress) -> Iterator["_Cut"]:
        number = 0
        with progress.task("repeated passages: compare", len(corpus)) as task:
            for batch in corpus.batches(["id", "text"]) if seen.hashes.size else ():
                for row, text in enumerate(batch.column("text").to_pylist()):
                    found = list(self._passages(text or ""))
                    hits = seen.places([passage.hash for passage in found])
                    spans, first = self._later(number + row, [(found[index], key) for index, key in hits], seen)
                    if spans:
                        yield _Cut(batch.column("id")[row].as_py(), text, tuple(spans), first)
                number += batch.num_rows
                task.advance(batch.num_rows)

    def _later(self, number: int, candidates: list[tuple["_Passage", int]], seen: "_Seen") -> tuple[list[Span], int]:
        """Spans of units that stood before, and the first document that holds the first of them."""
        spans: list[Span] = []
        source = -1
        for passage, key in candidates:
            document, place = seen.first(key, passage.form, number, passage.place)
            if document < number or place + self.window <= passage.place:
                source = document if source < 0 else source
                spans += passage.spans
        return sorted(set(spans)), source

    def _decide(self, cut: "_Cut", first: str) -> Decision:
        evidence = f"{len(cut.spans)} of its {self.unit}s, {cut.size} characters; the first also in {first}"
        left = len(cut.left)
        if left < self.minimum_left:
            return Decision(cut.id, "removed", "little-left", float(left), float(self.minimum_left), evidence)
        return Decision(cut.id, "edited", f"repeated-{self.unit}", float(len(cut.spans)), 0.0, evidence)


@dataclass(frozen=True, slots=True)
class _Passage:
    spans: list[Span]
    place: int
    form: bytes
    hash: int


@dataclass(slots=True)
class _Cut:
    """What is cut from one document; ``first`` is the number of a document that holds the passage already."""

    id: str
    text: str
    spans: tuple[Span, ...]
    first: int
    size: int = 0
    left: str = ""

    def __post_init__(self) -> None:
        self.size = sum(end - start for start, end in self.spans)
        wide = merged([(start, _next(self.text, end)) for start, end in self.spans])
        self.left = "".join(cut_out(self.text, wide)).rstrip()
        self.text = ""


def _next(text: str, place: int) -> int:
    """Past the white space that follows."""
    while place < len(text) and text[place].isspace():
        place += 1
    return place


@dataclass(slots=True)
class _Seen:
    """Where each repeated passage stood first. Equal hashes with different text are told apart by a 128-bit hash."""

    hashes: np.ndarray
    documents: np.ndarray = field(init=False)
    positions: np.ndarray = field(init=False)
    digests: np.ndarray = field(init=False)
    others: dict[bytes, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.documents = np.full(self.hashes.size, -1, np.int64)
        self.positions = np.zeros(self.hashes.size, np.int32)
        self.digests = np.zeros(self.hashes.size, "V16")

    def places(self, hashes: list[int]) -> list[tuple[int, int]]:
        """Indices of ``hashes`` that are repeated, and their places among the known ones."""
        if not hashes:
            return []
        asked = np.array(hashes, np.uint64)
        keys = np.minimum(np.searchsorted(self.hashes, asked), self.hashes.size - 1)
        hits = np.flatnonzero(self.hashes[keys] == asked)
        return list(zip(hits.tolist(), keys[hits].tolist(), strict=True))

    def first(self, key: int, form: bytes, document: int, place: int) -> tuple[int, int]:
        """Document and place of the first passage of this form, which is the present one where there was none."""
        digest = hashlib.blake2b(form, digest_size=16).digest()
        if self.documents[key] < 0:
            self.documents[key], self.positions[key] = document, place
            self.digests[key] = np.void(digest)
        if self.digests[key].tobytes() != digest:
            return self.others.setdefault(digest, (document, place))
        return int(self.documents[key]), int(self.positions[key])


@FILTERS.register(
    "paragraph-duplicates", source="Wenzek et al. 2020, CCNet, section 3.2; Raffel et al. 2020, C4 (three sentences)"
)
def paragraph_duplicates(
    unit: Unit = "paragraph",
    window: int | None = None,
    minimum_characters: int = SHORTEST,
    minimum_left: int = LEFT,
) -> ParagraphDuplicates:
    """Cut paragraphs, lines or sentences that stood in the corpus before: the first of equals stays.

    ``unit`` is ``paragraph``, ``line`` or ``sentence``; with sentences ``window`` (3) consecutive ones have to agree,
    else one. They are compared in NFC, case-folded, with runs of white space as one blank. Passages under
    ``minimum_characters`` are left alone; a document of which fewer than ``minimum_left`` characters remain is removed.
    Rule ``repeated-paragraph`` (``-line``, ``-sentence``): ``measured`` is the number of units cut. Rule
    ``little-left``: ``measured`` is what would remain.
    """
    width = window if window is not None else SENTENCES if unit == "sentence" else 1
    if width < 1 or minimum_characters < 1 or minimum_left < 0:
        raise UsageError(
            "paragraph-duplicates: window and minimum_characters must be at least 1, minimum_left not negative"
        )
    return ParagraphDuplicates("paragraph-duplicates", unit, width, minimum_characters, minimum_left)
