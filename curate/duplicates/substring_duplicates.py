"""The filter that cuts stretches of text that stood in the corpus before."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from re import finditer
from typing import Literal

import numpy as np

from ...core import Cell, Corpus, Exhibit, Finding, Progress, Table, UsageError
from ..base import FILTERS, Annotation, Decision, Judgement
from .repeats import Repeats, later_repeats
from .text_spans import Span, cut_out, require_texts

Unit = Literal["tokens", "bytes"]
Treatment = Literal["cut", "drop"]
TOKENS, BYTES, LEFT, PARTITION = 50, 100, 200, 32
_TOKEN_BORDER, _BYTE_BORDER = 0, 0xFF


@dataclass(frozen=True, slots=True)
class SubstringDuplicates:
    """Keeps the first of equal stretches; see :func:`substring_duplicates`."""

    name: str
    unit: Unit
    minimum: int
    action: Treatment
    share: float
    minimum_left: int
    partition_megabytes: int

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """Cuts or removals; the corpus is read once, a partition of it is in memory at a time.

        Memory: about 25 bytes for each byte of a partition, and the new text of edited documents.
        """
        require_texts(corpus, self.name)
        decisions: list[Decision] = []
        edits: dict[str, str] = {}
        notes: list[Annotation] = []
        tallies: Counter[str] = Counter()
        with progress.task("repeated substrings", len(corpus)) as task:
            for ids, texts in _partitions(corpus, self.partition_megabytes * 1_000_000):
                tallies["partitions"] += 1
                for cut in self._find(ids, texts):
                    decision = self._decide(cut)
                    size = sum(end - start for start, end in cut.spans)
                    tallies.update({"stretches": len(cut.spans), "characters": size})
                    notes += [Annotation(cut.id, "repeated-substring", *span) for span in cut.spans]
                    if decision:
                        tallies[decision.action] += 1
                        decisions.append(decision)
                        edits |= {cut.id: cut.left} if decision.action == "edited" else {}
                task.advance(len(ids))
        return Judgement(tuple(decisions), edits, tuple(notes), tallies=tallies)

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """How much stood there before."""
        keys = ("stretches", "characters", "edited", "removed", "partitions")
        row: tuple[Cell, ...] = (f"{self.minimum} {self.unit}", *(tallies.get(key, 0) for key in keys), documents)
        columns = ("at least", "stretches", "characters", "documents edited", "documents removed", "partitions")
        title = "Stretches of text that stood in the corpus before"
        return (Table("repeated-substrings", title, (*columns, "documents"), (row,), self._limit(tallies)),)

    def findings(self, tallies: Mapping[str, int], documents: int) -> tuple[Finding, ...]:
        """HW-C052 where the corpus was too large to be compared as a whole."""
        if tallies.get("partitions", 0) < 2:
            return ()
        return (
            Finding(
                "HW-C052",
                "low",
                f"Repeated substrings were looked for in {tallies['partitions']} partitions, not across them",
                self._limit(tallies),
                "Raise 'partition_megabytes' as far as memory allows (about 25 bytes for each byte), or order the "
                "corpus so that documents of one source follow each other.",
            ),
        )

    def _limit(self, tallies: Mapping[str, int]) -> str:
        if tallies.get("partitions", 0) < 2:
            return "The corpus was compared as a whole."
        return (
            f"A stretch that repeats in two different partitions of {self.partition_megabytes} MB is not found, so the "
            "numbers are lower bounds."
        )

    def _find(self, ids: Sequence[str], texts: Sequence[str]) -> Iterator["_Cut"]:
        """Documents of one partition with something that stood there before."""
        symbols, borders = _tokens(texts) if self.unit == "tokens" else _bytes(texts)
        border = _TOKEN_BORDER if self.unit == "tokens" else _BYTE_BORDER
        found = later_repeats(symbols, self.minimum, border)
        owners = np.searchsorted(borders, found.starts, side="right") - 1
        sources = np.searchsorted(borders, found.sources, side="right") - 1
        for document in np.unique(owners).tolist():
            chosen = slice(*np.searchsorted(owners, [document, document + 1]).tolist())
            part = Repeats(found.starts[chosen], found.ends[chosen], found.sources[chosen])
            text, offset = texts[document], int(borders[document])
            locate = _token_spans if self.unit == "tokens" else _byte_spans
            spans = locate(text, (part.starts - offset).tolist(), (part.ends - offset).tolist())
            yield _Cut(ids[document], text, tuple(spans), ids[int(sources[chosen][0])])

    def _decide(self, cut: "_Cut") -> Decision | None:
        size = sum(end - start for start, end in cut.spans)
        evidence = f"{len(cut.spans)} stretches, {size} characters; the first also in {cut.first}"
        if self.action == "drop":
            share = size / len(cut.text)
            if share < self.share:
                return None
            first = cut.first if cut.first != cut.id else None
            return Decision(cut.id, "removed", "repeated-share", share, self.share, evidence, first)
        left = len(cut.left)
        if left < self.minimum_left:
            return Decision(cut.id, "removed", "little-left", float(left), float(self.minimum_left), evidence)
        return Decision(cut.id, "edited", "repeated-substring", float(size), 0.0, evidence)


@dataclass(frozen=True, slots=True)
class _Cut:
    """Spans of one document (characters) that stood before; ``first`` is a document that holds the first of them."""

    id: str
    text: str
    spans: tuple[Span, ...]
    first: str

    @property
    def left(self) -> str:
        """The text without them."""
        return "".join(cut_out(self.text, self.spans)).strip()


def _partitions(corpus: Corpus, size: int) -> Iterator[tuple[list[str], list[str]]]:
    """Consecutive documents of up to ``size`` bytes together; borders depend on the documents alone."""
    ids: list[str] = []
    texts: list[str] = []
    held = 0
    for batch in corpus.batches(["id", "text"]):
        for name, text in zip(batch.column("id").to_pylist(), batch.column("text").to_pylist(), strict=True):
            content = text or ""
            length = len(content) if content.isascii() else len(content.encode("utf-8", "surrogatepass"))
            if texts and held + length > size:
                yield ids, texts
                ids, texts, held = [], [], 0
            ids.append(name)
            texts.append(content)
            held += length
    if texts:
        yield ids, texts


def _tokens(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """A number for each token (uint32), 0 after each text, and where each text begins."""
    numbers: dict[str, int] = defaultdict(count(1).__next__)
    parts = []
    for text in texts:
        tokens = text.split()
        parts.append(np.fromiter((numbers[token] for token in tokens), np.uint32, len(tokens)))
    sizes = np.array([part.size + 1 for part in parts], np.int64)
    border = np.zeros(1, np.uint32)
    return np.concatenate([piece for part in parts for piece in (part, border)]), _begins(sizes)


def _bytes(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The UTF-8 of all texts, a byte that no text holds after each, and where each text begins."""
    pieces = [text.encode("utf-8", "surrogatepass") for text in texts]
    sizes = np.array([len(piece) + 1 for piece in pieces], np.int64)
    border = bytes([_BYTE_BORDER])
    # a bytearray, because the library refuses arrays that cannot be written to
    return np.frombuffer(bytearray(border.join([*pieces, b""])), np.uint8), _begins(sizes)


def _begins(sizes: np.ndarray) -> np.ndarray:
    begins: np.ndarray = np.cumsum(sizes) - sizes
    return begins


def _token_spans(text: str, starts: Sequence[int], ends: Sequence[int]) -> list[Span]:
    """Characters from the first to the last token."""
    tokens = [found.span() for found in finditer(r"\S+", text)]
    return [(tokens[start][0], tokens[end - 1][1]) for start, end in zip(starts, ends, strict=True)]


def _byte_spans(text: str, starts: Sequence[int], ends: Sequence[int]) -> list[Span]:
    """Whole characters within the bytes: a character that is cut in two stays."""
    if text.isascii():
        return list(zip(starts, ends, strict=True))
    raw = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    first_bytes = np.flatnonzero((raw & 0xC0) != 0x80)
    begins = np.append(first_bytes, raw.size)
    lows = np.searchsorted(begins, starts).tolist()
    highs = (np.searchsorted(begins, ends, side="right") - 1).tolist()
    return [(low, high) for low, high in zip(lows, highs, strict=True) if low < high]


@FILTERS.register("substring-duplicates", source="Lee et al. 2022, Deduplicating training data, section 4.1")
def substring_duplicates(
    unit: Unit = "tokens",
    minimum: int | None = None,
    action: Treatment = "cut",
    share: float = 0.5,
    minimum_left: int = LEFT,
    partition_megabytes: int = PARTITION,
) -> SubstringDuplicates:
    """Cut stretches of 50 and more tokens that stood in the corpus before, found by a suffix array: the first stays.

    ``unit`` is ``tokens`` (separated by white space) or ``bytes``; ``minimum`` of them (50 tokens, 100 bytes) have to
    agree exactly. ``action: cut`` takes the stretches out and removes a document of which fewer than ``minimum_left``
    characters remain; ``drop`` removes documents of which at least ``share`` of the characters stood before, and leaves
    the others alone. The corpus is compared in partitions of ``partition_megabytes``; a stretch that repeats in two
    different ones is not found.
    """
    length = minimum if minimum is not None else TOKENS if unit == "tokens" else BYTES
    if length < 2 or minimum_left < 0 or not 0 < share <= 1:
        raise UsageError(
            "substring-duplicates: minimum must be at least 2, minimum_left not negative, share above 0 and at most 1"
        )
    if not 1 <= partition_megabytes <= 2000:
        raise UsageError(f"substring-duplicates: partition_megabytes must be from 1 to 2000, not {partition_megabytes}")
    return SubstringDuplicates("substring-duplicates", unit, length, action, share, minimum_left, partition_megabytes)
