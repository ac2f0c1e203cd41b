"""Lower-cased words of many texts at once, as positions in one buffer of bytes.

A word is a run of letters, digits and underscores, as in the regular expression ``\\w+``. Texts that are not ASCII are
normalised (NFC) and case-folded first; combining marks belong to their word; in scripts without spaces between words
(Han, Kana, Thai, Lao, Khmer, Myanmar, Tibetan) every character is a word of its own: five words are five characters.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

SLICE_BYTES = 400_000
REMEMBERED_BYTES = 24
_SPACE = 0x20
_TABLE = bytes(
    code + 32
    if 65 <= code <= 90
    else code
    if code >= 0x80 or code == 95 or 48 <= code <= 57 or 97 <= code <= 122
    else _SPACE
    for code in range(256)
)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_WORD_CLASSES = ("L", "M", "N")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of n texts: ``starts`` and ``ends`` of each word in ``data`` (int64), and ``borders``.

    Text d has the words ``borders[d]`` to ``borders[d + 1]``. ``data`` is lower-cased; what is no word is a space. It
    is padded, so that eight bytes can be read at every start.
    """

    data: bytes
    starts: np.ndarray
    ends: np.ndarray
    borders: np.ndarray

    def text(self, document: int) -> bytes:
        """The words of one document, joined by single spaces."""
        first, last = self.borders[document], self.borders[document + 1]
        return b" ".join(self.data[self.starts[first] : self.ends[last - 1]].split()) if last > first else b""


def slices(texts: pa.Array, size: int = SLICE_BYTES) -> Iterator[pa.Array]:
    """The array in slices of whole texts, each just over ``size`` bytes: small enough for the processor's cache."""
    offsets = _offsets(texts.cast(pa.large_binary()))
    start = 0
    while start < len(texts):
        stop = min(max(int(np.searchsorted(offsets, offsets[start] + size)), start + 1), len(texts))
        yield texts.slice(start, stop - start)
        start = stop


def split_words(texts: pa.Array) -> Words:
    """The words of an array of strings; a missing text has none."""
    raw, offsets = _buffer(texts)
    data = np.frombuffer(raw, np.uint8)
    if data.size and data.max() >= 0x80:
        raw, offsets = _canonical(raw, offsets)
    return split_canonical(raw, offsets)


def split_canonical(raw: bytes, offsets: np.ndarray) -> Words:
    """The words of UTF-8 texts that are canonical already; text d is ``raw[offsets[d]:offsets[d + 1]]``."""
    lowered = raw.translate(_TABLE)
    edges = _edges(np.frombuffer(lowered, np.uint8) != _SPACE, offsets)
    starts, ends = edges[0::2], edges[1::2]
    return Words(lowered + b"        ", starts, ends, np.searchsorted(starts, offsets))


def canonical(text: str) -> str:
    """NFC and case-folded; what is not ASCII and no word character becomes a space, unspaced scripts are spaced."""
    if text.isascii():
        return text
    return _NOT_ASCII.sub(_canonical_run, unicodedata.normalize("NFC", text).casefold())


def _canonical_run(found: re.Match[str]) -> str:
    return _spaced(found.group())


def _spaced(run: str) -> str:
    if not run.isalpha():
        run = "".join(character if unicodedata.category(character)[0] in _WORD_CLASSES else " " for character in run)
    return _UNSPACED.sub(r" \g<0> ", run)


def _buffer(texts: pa.Array) -> tuple[bytes, np.ndarray]:
    """All texts as one buffer, and n + 1 offsets into it."""
    texts = texts.cast(pa.large_binary())
    if texts.null_count:
        texts = texts.fill_null(b"")
    offsets, data = _offsets(texts), texts.buffers()[2]
    first, last = int(offsets[0]), int(offsets[-1])
    raw = data.slice(first, last - first).to_pybytes() if data is not None and last > first else b""
    return raw, offsets - first


def _offsets(texts: pa.LargeBinaryArray) -> np.ndarray:
    if not len(texts):
        return np.zeros(1, np.int64)
    return np.frombuffer(texts.buffers()[1], np.int64)[texts.offset : texts.offset + len(texts) + 1]


def _canonical(raw: bytes, offsets: np.ndarray) -> tuple[bytes, np.ndarray]:
    """The texts in canonical form, :func:`canonical` of each, by looking at what is not ASCII only."""
    runs = _edges(np.frombuffer(raw, np.uint8) >= 0x80, offsets)
    borders = [0, *runs.tolist(), len(raw)]
    pieces = [raw[start:end] for start, end in itertools.pairwise(borders)]
    for place in range(1, len(pieces), 2):
        run = pieces[place]
        changed = _remembered(run) if len(run) <= REMEMBERED_BYTES else _alone(run)
        if changed is None:
            return _canonical_one_by_one(raw, offsets)
        pieces[place] = changed
    growth = np.fromiter(map(len, pieces[1::2]), np.int64, runs.size // 2) - (runs[1::2] - runs[0::2])
    grown = np.concatenate([np.zeros(1, np.int64), np.cumsum(growth)])
    return b"".join(pieces), offsets + grown[np.searchsorted(runs[0::2], offsets)]


def _alone(run: bytes) -> bytes | None:
    """The canonical form of a run that is not ASCII; None where that depends on the text around it."""
    text = run.decode("utf-8", "replace")
    if unicodedata.combining(text[0]) or not unicodedata.is_normalized("NFC", text):
        return None
    return _spaced(text.casefold()).encode("utf-8")


_remembered = lru_cache(1 << 14)(_alone)  # most runs are a dash, a quotation mark or a letter with an accent


def _canonical_one_by_one(raw: bytes, offsets: np.ndarray) -> tuple[bytes, np.ndarray]:
    pieces = [raw[start:end] for start, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]
    return join([piece if piece.isascii() else _canonical_bytes(piece) for piece in pieces])


def join(pieces: Sequence[bytes]) -> tuple[bytes, np.ndarray]:
    """The pieces as one buffer, and the n + 1 offsets (int64) of the pieces in it."""
    sizes = np.fromiter(map(len, pieces), np.int64, len(pieces))
    return b"".join(pieces), np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])


def _canonical_bytes(piece: bytes) -> bytes:
    return canonical(piece.decode("utf-8", "replace")).encode("utf-8")


def _edges(is_word: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Positions where words start and end, in turn. A border between two texts ends a word."""
    padded = np.zeros(is_word.size + 2, bool)
    padded[1:-1] = is_word
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    inner = offsets[(offsets > 0) & (offsets < is_word.size)]
    torn = np.unique(inner[is_word[inner] & is_word[inner - 1]])
    return np.insert(edges, np.repeat(np.searchsorted(edges, torn), 2), np.repeat(torn, 2)) if torn.size else edges
