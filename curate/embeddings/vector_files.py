"""Word vectors from a file: text (word2vec, GloVe, fastText), or safetensors with a file of words; no pickle."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...core import InputError, sha256_file
from .word_vectors import WordVectors, unit_rows

LONGEST_LINE = 1 << 20
MOST_LINES, MOST_DIMENSIONS = 20_000_000, 10_000
LARGEST_FILE = 16 << 30


def read_vectors(path: str | Path, vocabulary: str | Path | None, wanted: frozenset[str]) -> WordVectors:
    """Vectors of the ``wanted`` words (as written or in lower case), all of one length.

    ``path`` ends in ``.safetensors``, with ``vocabulary`` a text file of one word a row of its only matrix, or is text
    with a word and its numbers on each line, with or without a first line of two numbers. Raises :class:`InputError`.
    """
    place = Path(path)
    _check(place)
    names = wanted | {word.lower() for word in wanted}
    if place.suffix == ".safetensors":
        if vocabulary is None:
            raise InputError(f"{place}: name the file with one word a row in 'vocabulary_file'")
        words, matrix = _read_safetensors(place, Path(vocabulary), names)
    else:
        words, matrix = _read_text(place, names)
    if not words:
        raise InputError(f"{place}: holds none of the words of the tests; is it of another language or format?")
    unit, good = unit_rows(matrix)
    kept = tuple(word for word, is_good in zip(words, good, strict=True) if is_good)
    return WordVectors(kept, unit, f"vectors {sha256_file(place)[:12]}, {matrix.shape[1]} dimensions")


def _check(place: Path) -> None:
    try:
        if place.stat().st_size > LARGEST_FILE:
            raise InputError(f"{place}: more than {LARGEST_FILE >> 30} GiB; cut it to the frequent words")
        with place.open("rb") as file:
            begin = file.read(4)
    except OSError as error:
        raise InputError(f"{place}: cannot read the vectors ({error.strerror}); give a file of text") from None
    if begin[:2] in (b"\x1f\x8b", b"PK", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"):
        raise InputError(f"{place}: compressed or pickled; give plain text (one word and its numbers a line)")


def _read_text(place: Path, wanted: frozenset[str]) -> tuple[list[str], NDArray[np.float64]]:
    rows: dict[str, NDArray[np.float64]] = {}
    dimensions = 0
    for number, line in _lines(place):
        head, _, rest = line.partition(b" ")
        if number == 1 and head.isdigit() and rest.strip().isdigit():
            continue
        try:
            word = head.decode("utf-8")
        except UnicodeDecodeError:
            continue
        if word not in wanted or word in rows:
            continue
        values = _numbers(place, number, rest)
        if dimensions not in (0, len(values)):
            raise InputError(f"{place}:{number}: {len(values)} numbers, but {dimensions} before; is the file cut off?")
        dimensions = len(values)
        rows[word] = values
    return list(rows), np.array(list(rows.values()), np.float64).reshape(len(rows), dimensions)


def _lines(place: Path) -> Iterator[tuple[int, bytes]]:
    with place.open("rb") as file:
        for number in range(1, MOST_LINES + 2):
            line = file.readline(LONGEST_LINE + 1)
            if not line:
                return
            if len(line) > LONGEST_LINE or number > MOST_LINES:
                raise InputError(
                    f"{place}:{number}: a line of more than {LONGEST_LINE:,} bytes, or more than {MOST_LINES:,} lines; "
                    "give one word and its numbers a line"
                )
            yield number, line.strip().replace(b"\t", b" ")


def _numbers(place: Path, number: int, rest: bytes) -> NDArray[np.float64]:
    try:
        values = np.array([float(part) for part in rest.split()], np.float64)
    except ValueError:
        raise InputError(f"{place}:{number}: not a word and its numbers; give word2vec or GloVe text") from None
    if not 0 < len(values) <= MOST_DIMENSIONS:
        raise InputError(f"{place}:{number}: {len(values)} numbers; a vector has 1 to {MOST_DIMENSIONS:,}")
    return values


def _read_safetensors(
    place: Path, vocabulary: Path, wanted: frozenset[str]
) -> tuple[list[str], NDArray[np.float64]]:  # fmt: skip
    from safetensors import SafetensorError, safe_open

    words = _word_list(vocabulary)
    rows = {word: row for row, word in reversed(list(enumerate(words))) if word in wanted}
    chosen = sorted(rows.values())
    try:
        with safe_open(place, framework="np") as file:
            matrices = [name for name in file.keys() if len(file.get_slice(name).get_shape()) == 2]  # noqa: SIM118
            if len(matrices) != 1:
                raise InputError(f"{place}: needs one matrix (words, dimensions), and holds {len(matrices)}")
            matrix = file.get_slice(matrices[0])
            length, dimensions = matrix.get_shape()
            if length != len(words):
                raise InputError(f"{place}: {length:,} vectors, but {vocabulary} has {len(words):,} words")
            if dimensions > MOST_DIMENSIONS:
                raise InputError(f"{place}: {dimensions:,} dimensions; a vector has 1 to {MOST_DIMENSIONS:,}")
            found = [np.asarray(matrix[row : row + 1], np.float64)[0] for row in chosen]
    except (SafetensorError, OSError, TypeError, ValueError) as error:
        raise InputError(f"{place}: cannot be read as safetensors ({error}); use float16, float32 or float64") from None
    return [words[row] for row in chosen], np.array(found, np.float64).reshape(len(found), dimensions)


def _word_list(place: Path) -> list[str]:
    try:
        if place.stat().st_size > LARGEST_FILE >> 4:
            raise InputError(f"{place}: more than {LARGEST_FILE >> 34} GiB; is it a list of words?")
        return place.read_text("utf-8").removesuffix("\n").split("\n") if place.stat().st_size else []
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{place}: cannot read the words ({error}); give UTF-8 text with one word a line") from None
