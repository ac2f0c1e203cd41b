"""The one counter of identity terms: corpus and model outputs go through the same code and the same word lists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...core import SILENT, Corpus, Progress, UsageError
from .lexicon import ATTRIBUTES, IDENTITY, Lexicon, load_lexicon
from .term_matcher import Hits, TermMatcher
from .text_block import Ints, TextBlock


@dataclass(frozen=True, slots=True)
class Mention:
    """One term in a text; ``start`` and ``end`` are character offsets."""

    category: str
    group: str
    term: str
    start: int
    end: int


@dataclass(frozen=True)
class TermCounts:
    """``mentions``: shape (documents, groups), in the order of ``groups``; ``words``: shape (documents,)."""

    groups: tuple[tuple[str, str], ...]
    mentions: NDArray[np.int32]
    words: Ints

    def columns(self, category: str) -> Ints:
        """Column numbers of the groups of a category."""
        return np.array([i for i, (name, _) in enumerate(self.groups) if name == category], np.int64)

    def of(self, category: str, group: str) -> NDArray[np.int32]:
        """Mentions of one group in each document."""
        return self.mentions[:, self.groups.index((category, group))]

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """Categories in the order of the columns."""
        return tuple(dict.fromkeys(category for category, _ in self.groups))


class TermCounter:
    """Counts and finds the terms of several lexicons in texts.

    ``lexicons`` are names of shipped lexicons or paths of your own JSON files.
    """

    def __init__(self, lexicons: Sequence[str | Path]) -> None:
        self.lexicons: tuple[Lexicon, ...] = tuple(load_lexicon(lexicon) for lexicon in lexicons)
        names = [lexicon.id for lexicon in self.lexicons]
        if len(set(names)) != len(names):
            raise UsageError(f"every lexicon needs an id of its own, not {names}; rename one of them")
        self._matchers = [TermMatcher(lexicon) for lexicon in self.lexicons]
        self.groups = tuple((lexicon.id, group) for lexicon in self.lexicons for group in lexicon.groups)

    @property
    def protocol(self) -> str:
        """Versions and hashes of the lexicons: two counts are comparable only if these agree."""
        return "lexicons " + ", ".join(lexicon.protocol for lexicon in self.lexicons)

    def count(self, texts: Iterable[str | None]) -> TermCounts:
        """Mentions of each group and number of words, for each text."""
        return self.count_block(TextBlock.of(texts))

    def count_block(self, block: TextBlock) -> TermCounts:
        """:meth:`count` for texts that are already one block."""
        hits, width = self.hits(block), len(self.groups)
        cells = block.document_of(hits.start) * width + hits.group
        counts = np.bincount(cells, minlength=len(block) * width).astype(np.int32)
        return TermCounts(self.groups, counts.reshape(len(block), width), block.words())

    def count_corpus(self, corpus: Corpus, progress: Progress = SILENT) -> TermCounts:
        """:meth:`count` for the ``text`` column of a corpus, in corpus order, batch by batch."""
        parts = []
        with progress.task("counting terms", len(corpus)) as task:
            for batch in corpus.batches(["text"]):
                parts.append(self.count(batch.column("text").to_pylist()))
                task.advance(batch.num_rows)
        if not parts:
            return self.count([])
        mentions = np.concatenate([part.mentions for part in parts])
        return TermCounts(self.groups, mentions, np.concatenate([part.words for part in parts]))

    def hits(self, block: TextBlock) -> Hits:
        """Every hit in the block, lexicon by lexicon; group numbers index :attr:`groups`."""
        parts, first = [], 0
        for matcher in self._matchers:
            found = matcher.hits(block)
            parts.append(Hits(found.start, found.end, found.group + first))
            first += len(matcher.lexicon.groups)
        columns = ([getattr(part, name) for part in parts] for name in ("start", "end", "group"))
        return Hits(*(np.concatenate(column) for column in columns))

    def find(self, text: str) -> list[Mention]:
        """Every mention in one text with its character offsets, by place: for highlighting."""
        block = TextBlock.of([text])
        hits = self.hits(block)
        spans = zip(hits.start.tolist(), hits.end.tolist(), hits.group.tolist(), strict=True)
        return sorted((self._mention(block.data, *span) for span in spans), key=lambda found: (found.start, found.end))

    def _mention(self, data: bytes, start: int, end: int, group: int) -> Mention:
        before, term = data[:start].decode("utf-8"), data[start:end].decode("utf-8")
        return Mention(*self.groups[group], term, len(before), len(before) + len(term))


class IdentityTerms(TermCounter):
    """Counts terms for groups of people: gender, ethnicity, origin, religion, age, disability, orientation.

    >>> counts = IdentityTerms().count(["She met her brother.", "See the man page."])
    >>> counts.of("gender", "female").tolist(), counts.of("gender", "male").tolist()
    ([2, 0], [1, 0])
    """

    def __init__(self, lexicons: Sequence[str | Path] = IDENTITY) -> None:
        super().__init__(lexicons)


class AttributeTerms(TermCounter):
    """Counts words of career and family, science and arts, tone, competence, crime and appearance."""

    def __init__(self, lexicons: Sequence[str | Path] = ATTRIBUTES) -> None:
        super().__init__(lexicons)
