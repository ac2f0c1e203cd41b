"""Many texts as one UTF-8 buffer, so that matching and counting run once over all of them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .document_language import language_tag, read_by

Ints = NDArray[np.int64]

SENTENCE_BYTES = 600
_WORD = np.zeros(256, bool)
_WORD[[*range(48, 58), *range(65, 91), *range(97, 123), ord("'"), *range(128, 256)]] = True
_STOPS = np.zeros(256, bool)
_STOPS[[ord(mark) for mark in ".!?"]] = True
_SPACES = np.zeros(256, bool)
_SPACES[[ord(space) for space in " \t\n\r\v\f\0"]] = True


@dataclass(frozen=True)
class TextBlock:
    """``data`` is the texts joined by NUL; text i is ``data[starts[i] : starts[i + 1] - 1]`` (``starts``: (n + 1,)).

    ``languages`` (n,) are the tags of the texts' languages, "" where one is unknown; empty where all are.
    """

    data: bytes
    starts: Ints
    languages: tuple[str, ...] = ()

    @classmethod
    def of(cls, texts: Iterable[str | None], languages: Iterable[str | None] = ()) -> "TextBlock":
        """Block of the texts; None counts as empty. A lone surrogate becomes ``?``, so offsets stay what they were."""
        parts = [(text or "").encode("utf-8", "replace") for text in texts]
        lengths = np.fromiter((len(part) + 1 for part in parts), np.int64, len(parts))
        tags = tuple(language_tag(language) for language in languages)
        return cls(b"\0".join(parts) + b"\0", np.concatenate(([0], np.cumsum(lengths))), tags)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def bytes(self) -> NDArray[np.uint8]:
        """The buffer as an array, without a copy."""
        return np.frombuffer(self.data, np.uint8)

    def document_of(self, offsets: Ints) -> Ints:
        """Index of the text that holds each byte offset."""
        return np.searchsorted(self.starts, offsets, side="right") - 1

    def read_by(self, language: str) -> NDArray[np.bool_]:
        """Whether a word list in ``language`` reads each text: bool (n,)."""
        return read_by(language, self.languages or ("",) * len(self))

    def words(self) -> Ints:
        """Number of words of each text, shape (n,): runs of ASCII letters, digits, apostrophes and non-ASCII bytes."""
        inside = _WORD[self.bytes]
        begins = inside.copy()
        begins[1:] &= ~inside[:-1]
        return np.add.reduceat(begins, self.starts[:-1], dtype=np.int64) if len(self) else np.zeros(0, np.int64)

    def word_index(self, offsets: Ints) -> Ints:
        """Number of words of the block that begin at or before each byte offset."""
        inside = _WORD[self.bytes]
        inside[1:] &= ~_WORD[self.bytes[:-1]]
        number: Ints = np.cumsum(inside, dtype=np.int64)[offsets]
        return number

    def sentences(self) -> Ints:
        """Byte offset at which each sentence begins, ascending.

        A sentence ends after ``.``, ``!`` or ``?`` before white space, at a blank line, at the end of a text, and after
        :data:`SENTENCE_BYTES` bytes (tables and code have no full stops). A stretch without a word is none.
        """
        data = self.bytes
        ends = _STOPS[data[:-1]] & _SPACES[data[1:]]
        ends |= (data[:-1] == 10) & (data[1:] == 10)
        begins = np.union1d(np.flatnonzero(ends) + 1, self.starts[:-1])
        pieces = -(-np.diff(np.append(begins, len(data))) // SENTENCE_BYTES)
        within = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        cut: Ints = np.repeat(begins, pieces) + within * SENTENCE_BYTES
        if not len(cut):
            return cut
        spoken = np.add.reduceat(_WORD[data], cut, dtype=np.int64) > 0
        return cut[spoken]

    def sentence(self, begins: Ints, row: int) -> str:
        """The text of the sentence ``row`` of :meth:`sentences`, without the white space around it."""
        start = int(begins[row])
        end_of_text = int(self.starts[np.searchsorted(self.starts, start, side="right")]) - 1
        following = int(begins[row + 1]) if row + 1 < len(begins) else end_of_text
        return self.data[start : min(following, end_of_text)].decode("utf-8", "ignore").strip()
