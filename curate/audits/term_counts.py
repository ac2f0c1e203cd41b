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
from .text_field import TEXT, text_blocks


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
    """``mentions``: shape (documents, groups), in the order of ``groups``; ``words``: shape (documents,).

    ``read`` has shape (documents, categories): whether a list in the language of the document counted it.
    """

    groups: tuple[tuple[str, str], ...]
    mentions: NDArray[np.int32]
    words: Ints
    read: NDArray[np.bool_]

    def columns(self, category: str) -> Ints:
        """Column numbers of the groups of a category."""
        return np.array([i for i, (name, _) in enumerate(self.groups) if name == category], np.int64)

    def of(self, category: str, group: str) -> NDArray[np.int32]:
        """Mentions of one group in each document."""
        return self.mentions[:, self.groups.index((category, group))]

    def words_of(self, category: str) -> Ints:
        """Words of each document; 0 where no list of the category reads its language."""
        words: Ints = np.where(self.read[:, self.categories.index(category)], self.words, 0)
        return words

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """Categories in the order of the columns."""
        return tuple(dict.fromkeys(category for category, _ in self.groups))


_HITS = ("start", "end", "group")


class TermCounter:
    """Counts and finds the terms of several lexicons in texts.

    ``lexicons`` are names of shipped lexicons or paths of your own JSON files. Lexicons of one id in several languages
    are one category, and each reads the documents in its language.
    """

    def __init__(self, lexicons: Sequence[str | Path | Lexicon]) -> None:
        self.lexicons: tuple[Lexicon, ...] = tuple(load_lexicon(lexicon) for lexicon in lexicons)
        names = [(lexicon.id, lexicon.language) for lexicon in self.lexicons]
        if len(set(names)) != len(names):
            raise UsageError(
                f"every lexicon needs an id of its own among those of its language, not {names}; rename one of them"
            )
        self._matchers = [TermMatcher(lexicon) for lexicon in self.lexicons]
        self.categories = tuple(dict.fromkeys(lexicon.id for lexicon in self.lexicons))
        own = {(lexicon.id, group): None for lexicon in self.lexicons for group in lexicon.groups}
        self.groups = tuple(sorted(own, key=lambda found: self.categories.index(found[0])))
        self._columns = [
            np.array([self.groups.index((lexicon.id, group)) for group in lexicon.groups], np.int64)
            for lexicon in self.lexicons
        ]

    @property
    def protocol(self) -> str:
        """Versions and hashes of the lexicons: two counts are comparable only if these agree."""
        return "lexicons " + ", ".join(lexicon.protocol for lexicon in self.lexicons)

    def count(self, texts: Iterable[str | None], languages: Iterable[str | None] = ()) -> TermCounts:
        """Mentions of each group and number of words, for each text; a text of unknown language is read as English."""
        return self.count_block(TextBlock.of(texts, languages))

    def count_block(self, block: TextBlock) -> TermCounts:
        """:meth:`count` for texts that are already one block."""
        hits, width = self.hits(block), len(self.groups)
        cells = block.document_of(hits.start) * width + hits.group
        counts = np.bincount(cells, minlength=len(block) * width).astype(np.int32)
        return TermCounts(self.groups, counts.reshape(len(block), width), block.words(), self._read(block))

    def count_corpus(self, corpus: Corpus, progress: Progress = SILENT, field: str = TEXT) -> TermCounts:
        """:meth:`count` for the ``text`` column (or an attribute) of a corpus, in corpus order, batch by batch."""
        parts = []
        with progress.task("counting terms", len(corpus)) as task:
            for block in text_blocks(corpus, field):
                parts.append(self.count_block(block))
                task.advance(len(block))
        if not parts:
            return self.count([])
        columns = ([getattr(part, name) for part in parts] for name in ("mentions", "words", "read"))
        return TermCounts(self.groups, *(np.concatenate(column) for column in columns))

    def hits(self, block: TextBlock) -> Hits:
        """Every hit in the block, lexicon by lexicon; group numbers index :attr:`groups`."""
        parts = []
        for matcher, columns in zip(self._matchers, self._columns, strict=True):
            read = block.read_by(matcher.lexicon.language)
            if read.any():
                found = matcher.hits(block)
                kept = slice(None) if read.all() else read[block.document_of(found.start)]
                parts.append(Hits(found.start[kept], found.end[kept], columns[found.group[kept]]))
        none = np.zeros(0, np.int64)
        return Hits(*(np.concatenate([none, *(getattr(part, name) for part in parts)]) for name in _HITS))

    def _read(self, block: TextBlock) -> NDArray[np.bool_]:
        read = np.zeros((len(block), len(self.categories)), bool)
        for lexicon in self.lexicons:
            read[:, self.categories.index(lexicon.id)] |= block.read_by(lexicon.language)
        return read

    def find(self, text: str, language: str | None = None) -> list[Mention]:
        """Every mention in one text with its character offsets, by place: for highlighting."""
        block = TextBlock.of([text], [language])
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

    def __init__(self, lexicons: Sequence[str | Path | Lexicon] = IDENTITY) -> None:
        super().__init__(lexicons)


class AttributeTerms(TermCounter):
    """Counts words of career and family, science and arts, tone, competence, crime and appearance."""

    def __init__(self, lexicons: Sequence[str | Path | Lexicon] = ATTRIBUTES) -> None:
        super().__init__(lexicons)
