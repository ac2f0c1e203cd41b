"""The text column of a batch, and its bytes as arrays: what every filter on text starts from."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import UNKNOWN, UsageError, modality

BULLET, ELLIPSIS = "\x01", "\x02"
SLICE_BYTES = 1 << 19
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_BULLETS = frozenset("\u2022\u2023\u25aa\u25ab\u25cf\u25cb\u25e6\u2043\u2219\u00b7")


def text_column(batch: pa.RecordBatch, step: str) -> pa.Array:
    """The texts of a batch, a missing one as ""; raises :class:`UsageError` where the records are no texts."""
    if "text" not in batch.schema.names:
        raise UsageError(f"{step}: judges texts, but the source holds records of kind {modality(batch.schema)!r}")
    texts = batch.column("text")
    return texts.fill_null("") if texts.null_count else texts


def ids_of(batch: pa.RecordBatch) -> list[str]:
    """The document ids of a batch, in row order."""
    found: list[str] = batch.column("id").to_pylist()
    return found


def rows_in(batch: pa.RecordBatch, languages: Sequence[str]) -> np.ndarray:
    """The rows (ascending int64) whose language is one of ``languages``; a missing language is ``unknown``."""
    known = batch.column("language").fill_null(UNKNOWN)
    judged = pc.is_in(known, value_set=pa.array(languages, pa.string()))
    return np.flatnonzero(judged.to_numpy(zero_copy_only=False))


def slices(texts: pa.Array) -> Iterator[tuple[int, pa.Array]]:
    """First row and array of consecutive slices of about 512 KiB: small enough for the processor's cache."""
    ends = np.cumsum(pc.binary_length(texts).to_numpy(zero_copy_only=False))
    start, done = 0, 0
    while start < len(texts):
        stop = min(int(np.searchsorted(ends, done + SLICE_BYTES)) + 1, len(texts))
        yield start, texts.slice(start, stop - start)
        start, done = stop, int(ends[stop - 1])


def text_bytes(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """All texts as one array of bytes (uint8), and the n + 1 offsets (int64) of the texts in it."""
    texts = texts.cast(pa.large_string())
    _, offset_buffer, data = texts.buffers()
    offsets = np.frombuffer(offset_buffer, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    first, last = int(offsets[0]), int(offsets[-1])
    content = np.frombuffer(data, np.uint8)[first:last] if data is not None and last > first else np.zeros(0, np.uint8)
    return content, offsets - first


def folded_lines(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """All texts as one array of bytes, one byte a character and a line feed after each text; and n + 1 offsets.

    A character that is not ASCII is folded to a byte of its class: letters to ``a``, white space to a blank, bullets to
    ``BULLET``, the ellipsis to ``ELLIPSIS``, all else to ``~``. So operations on whole columns are exact for any text.
    """
    content, offsets = text_bytes(texts)
    raw = content.tobytes()
    pieces = [raw[start:end] for start, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]
    if not raw.isascii():
        pieces = [piece if piece.isascii() else _fold(piece.decode()).encode() for piece in pieces]
    sizes = np.fromiter((len(piece) + 1 for piece in pieces), np.int64, len(pieces))
    joined = np.frombuffer(b"\n".join([*pieces, b""]), np.uint8)
    return joined, np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])


def per_document(flags: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """How many of the flags (one a byte, or one a word) stand in each document: int64 of shape (n,)."""
    sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(flags, dtype=np.int64)])
    counts: np.ndarray = sums[offsets[1:]] - sums[offsets[:-1]]
    return counts


def _fold(text: str) -> str:
    return _NOT_ASCII.sub(_fold_run, text)


def _fold_run(found: re.Match[str]) -> str:
    run = found.group()
    return "a" * len(run) if run.isalpha() else "".join(map(_fold_character, run))


def _fold_character(character: str) -> str:
    if character.isalpha():
        return "a"
    if character.isspace():
        return " "
    return BULLET if character in _BULLETS else ELLIPSIS if character == "\u2026" else "~"
