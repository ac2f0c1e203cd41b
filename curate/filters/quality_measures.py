"""What the Gopher quality rules measure, for many texts at once."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .text_column import BULLET, ELLIPSIS, folded_lines, per_document

STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
MEASURES = ("words", "word-length", "symbols", "bullet-lines", "ellipsis-lines", "alphabetic-words", "stop-words")
_SPACE = np.array([chr(code).isspace() and code < 128 for code in range(256)])
_LETTER = np.array([chr(code).isalpha() and code < 128 for code in range(256)])
_BULLETS = np.isin(np.arange(256), [ord(BULLET), ord("-"), ord("*")])
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
    measures[:, 6] = _stop_words(texts)
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
    return found | ends


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


def _stop_words(texts: pa.Array) -> np.ndarray:
    found = np.zeros(len(texts), np.int64)
    for word in STOP_WORDS:
        found += pc.match_substring_regex(texts, rf"(?i)\b{word}\b").to_numpy(zero_copy_only=False)
    return found
