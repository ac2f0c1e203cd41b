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
    space = _SPACE[content]
    ellipses = _ellipses(content)
    measures = np.zeros((len(offsets) - 1, len(MEASURES)))
    measures[:, 0], measures[:, 1], measures[:, 5] = _word_measures(content, space, offsets)
    symbols = np.maximum(per_document(content == _HASH, offsets), per_document(ellipses, offsets))
    measures[:, 2] = symbols / np.maximum(measures[:, 0], 1)
    measures[:, 3], measures[:, 4] = _line_measures(content, space, ellipses, offsets)
    measures[:, 6] = _stop_words(content, offsets)
    return measures


def _word_measures(
    content: np.ndarray, space: np.ndarray, offsets: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number of words, mean length and share with a letter. Every text ends with a line feed, so no word runs on."""
    padded = np.concatenate([np.ones(1, bool), space])
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    starts, ends = edges[0::2], edges[1::2]
    letters = np.concatenate([np.zeros(1, np.int64), np.cumsum(_LETTER[content])])
    borders = np.searchsorted(starts, offsets)
    counts = np.diff(borders)
    divisor = np.maximum(counts, 1)
    return (
        counts,
        per_document(ends - starts, borders) / divisor,
        per_document(letters[ends] > letters[starts], borders) / divisor,
    )


def _ellipses(content: np.ndarray) -> np.ndarray:
    """True at the last character of each ellipsis: three or more dots, or the sign."""
    found = content == ord(ELLIPSIS)
    dots = np.zeros(content.size + 3, bool)
    dots[3:] = content == _DOT
    ends = dots[3:] & dots[2:-1] & dots[1:-2]
    ends[:-1] &= content[1:] != _DOT
    ended: np.ndarray = found | ends
    return ended


def _line_measures(
    content: np.ndarray, space: np.ndarray, ellipses: np.ndarray, offsets: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Share of non-empty lines that start with a bullet, and that end with an ellipsis."""
    filled = np.flatnonzero(~space)
    line = np.cumsum(content == _LINE_FEED, dtype=np.int32)[filled]
    breaks = np.flatnonzero(line[1:] != line[:-1])
    heads = filled[np.concatenate([np.zeros(min(filled.size, 1), np.int64), breaks + 1])]
    tails = filled[np.concatenate([breaks, np.full(min(filled.size, 1), filled.size - 1)])]
    borders = np.searchsorted(heads, offsets)
    divisor = np.maximum(np.diff(borders), 1)
    return per_document(_BULLETS[content[heads]], borders) / divisor, per_document(ellipses[tails], borders) / divisor


def _stop_words(content: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """How many different stop words stand in each text; a word here is a run of letters, digits and underscores."""
    lowered = _LOWER[content]
    inside = np.concatenate([np.zeros(1, bool), lowered != _SPACE_CODE])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    starts, ends = edges[0::2], edges[1::2]
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
