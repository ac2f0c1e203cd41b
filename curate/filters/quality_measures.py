"""What the Gopher quality rules measure, for many texts at once."""

import numpy as np
import pyarrow as pa

from .text_column import BULLET, ELLIPSIS, folded_lines, per_document

STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
MEASURES = ("words", "word-length", "symbols", "bullet-lines", "ellipsis-lines", "alphabetic-words", "stop-words")
_SPACE = np.array([chr(code).isspace() and code < 128 for code in range(256)])
_LETTER = np.array([chr(code).isalpha() and code < 128 for code in range(256)])
_BULLETS = np.isin(np.arange(256), [ord(BULLET), ord("-"), ord("*")])
_SPACE_CODE = ord(" ")
_LOWER = np.array(
    [
        ord(chr(code).lower()) if code < 128 and (chr(code).isalnum() or code == 95) else _SPACE_CODE
        for code in range(256)
    ],
    np.uint8,
)
_WORD_BYTES = 4
_PADDING = np.zeros(_WORD_BYTES, np.uint8)
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(_WORD_BYTES + 1)], np.uint32)
_STOP_CODES = np.sort(np.array([int.from_bytes(word.encode(), "little") for word in STOP_WORDS], np.uint32))
_DOT, _HASH, _LINE_FEED = ord("."), ord("#"), ord("\n")


def quality_measures(texts: pa.Array) -> np.ndarray:
    """The values of :data:`MEASURES` for each text: float64 of shape (n, 7).

    Words are runs without white space. ``words``: how many. ``word-length``: mean number of characters. ``symbols``:
    hash signs or ellipses, whichever are more, per word. ``bullet-lines`` and ``ellipsis-lines``: share of the
    non-empty lines that start with a bullet (-, * or a bullet sign), or end with an ellipsis. ``alphabetic-words``:
    share of words with a letter. ``stop-words``: how many different ones of :data:`STOP_WORDS` occur.
    """
    content, offsets = folded_lines(texts)
    starts, ends = _runs(_SPACE[content])
    borders = np.searchsorted(starts, offsets)
    ellipses = _ellipses(content)
    measures = np.zeros((len(offsets) - 1, len(MEASURES)))
    measures[:, 0] = np.diff(borders)
    words = np.maximum(measures[:, 0], 1)
    measures[:, 1] = per_document(ends - starts, borders) / words
    measures[:, 2] = np.maximum(_count(content == _HASH, offsets), _count(ellipses, offsets)) / words
    measures[:, 3], measures[:, 4] = _line_measures(content, starts, ends, ellipses, offsets)
    measures[:, 5] = per_document(_with_letter(content, starts), borders) / words
    measures[:, 6] = _stop_words(content, offsets)
    return measures


def _runs(apart: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Starts and ends of the runs of bytes that are not ``apart``; the last byte is."""
    padded = np.ones(apart.size + 1, bool)
    padded[1:] = apart
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return edges[0::2], edges[1::2]


def _count(flags: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """How many of the flags, one a byte and few of them set, stand in each document."""
    counts: np.ndarray = np.diff(np.searchsorted(np.flatnonzero(flags), offsets))
    return counts


def _with_letter(content: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Which words hold a letter; the white space after a word does no harm."""
    found: np.ndarray = np.maximum.reduceat(_LETTER[content], starts) if starts.size else np.zeros(0, bool)
    return found


def _ellipses(content: np.ndarray) -> np.ndarray:
    """True at the last character of each ellipsis: three or more dots, or the sign."""
    found: np.ndarray = content == ord(ELLIPSIS)
    dots = np.flatnonzero(content == _DOT)
    third = dots[2:][dots[2:] - dots[:-2] == 2]
    found[third[content[third + 1] != _DOT]] = True  # a line feed ends each text, so there is a next byte
    return found


def _line_measures(
    content: np.ndarray, starts: np.ndarray, ends: np.ndarray, ellipses: np.ndarray, offsets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Share of non-empty lines that start with a bullet, and that end with an ellipsis. A line is a run of words."""
    line = np.searchsorted(np.flatnonzero(content == _LINE_FEED), starts)
    breaks = line[1:] != line[:-1]
    edge = np.ones(min(starts.size, 1), bool)
    heads, tails = starts[np.concatenate([edge, breaks])], ends[np.concatenate([breaks, edge])] - 1
    borders = np.searchsorted(heads, offsets)
    divisor = np.maximum(np.diff(borders), 1)
    return per_document(_BULLETS[content[heads]], borders) / divisor, per_document(ellipses[tails], borders) / divisor


def _stop_words(content: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """How many different stop words stand in each text; a word here is a run of letters, digits and underscores."""
    lowered = _LOWER[content]
    starts, ends = _runs(lowered == _SPACE_CODE)
    short = np.flatnonzero(ends - starts <= _WORD_BYTES)
    four = np.ndarray((content.size,), "<u4", np.append(lowered, _PADDING).tobytes(), strides=(1,))
    words = four[starts[short]] & _MASKS[ends[short] - starts[short]]
    found = np.searchsorted(_STOP_CODES, words)
    hits = np.flatnonzero(_STOP_CODES[np.minimum(found, len(STOP_WORDS) - 1)] == words)
    document = np.searchsorted(offsets, starts[short[hits]], side="right") - 1
    seen = np.zeros((len(offsets) - 1, len(STOP_WORDS)), bool)
    seen[document, found[hits]] = True
    counts: np.ndarray = seen.sum(axis=1)
    return counts
