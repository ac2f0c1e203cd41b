"""Sentences of a corpus that name a group, and some that name none: a bounded draw that depends on the seed only."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...core import sha256
from ..audits.term_counts import TermCounter
from ..audits.text_block import Ints, TextBlock

NOBODY = ("", "")


@dataclass(frozen=True, slots=True, order=True)
class Context:
    """One sentence of document ``id``. ``rank`` decides whether it is drawn: it is a hash of the seed and the id."""

    rank: str
    id: str
    text: str


@dataclass(slots=True)
class ContextDraw:
    """At most ``limit`` sentences for each group (and for ``NOBODY``), one of each document."""

    counter: TermCounter
    limit: int
    seed: int
    drawn: dict[tuple[str, str], list[Context]] = field(default_factory=dict)

    def add(self, ids: Sequence[str], texts: Sequence[str], languages: Sequence[str | None] = ()) -> None:
        """Consider the first sentence of each document that names each group, and its first that names none."""
        block = TextBlock.of(texts, languages)
        for group, document, text in self._first_sentences(block):
            kept = self.drawn.setdefault(group, [])
            kept.append(Context(sha256(f"{self.seed}:{ids[document]}".encode()), ids[document], text))
            if len(kept) > 4 * self.limit:
                self.drawn[group] = heapq.nsmallest(self.limit, kept)

    def of(self, group: tuple[str, str]) -> list[Context]:
        """The sentences drawn for a group, in the order of their ranks."""
        return heapq.nsmallest(self.limit, self.drawn.get(group, []))

    def _first_sentences(self, block: TextBlock) -> Iterator[tuple[tuple[str, str], int, str]]:
        begins = block.sentences()
        if not len(begins):
            return
        hits = self.counter.hits(block)
        sentence = np.searchsorted(begins, hits.start, side="right") - 1
        documents = block.document_of(begins)
        named = np.zeros(len(begins), bool)
        named[sentence] = True
        none = len(self.counter.groups)
        columns: Ints = np.concatenate([hits.group, np.full(int((~named).sum()), none, np.int64)])
        rows: Ints = np.concatenate([sentence, np.flatnonzero(~named)])
        order = np.lexsort((rows, columns, documents[rows]))
        keys = np.stack([documents[rows], columns], 1)[order]
        first = np.ones(len(order), bool)
        first[1:] = (keys[1:] != keys[:-1]).any(1)
        for place in order[first].tolist():
            row, column = int(rows[place]), int(columns[place])
            group = NOBODY if column == none else self.counter.groups[column]
            yield group, int(documents[row]), block.sentence(begins, row)
