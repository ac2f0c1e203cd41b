"""Lines or paragraphs of many texts as 64-bit keys that tell source and normalised text apart."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from .text_lines import numbers, split_lines

_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Units:
    """The units of n texts, in order: ``keys`` uint64, ``document`` int64, and their lines ``first`` to ``last``."""

    keys: np.ndarray
    document: np.ndarray
    first: np.ndarray
    last: np.ndarray

    def distinct(self) -> np.ndarray:
        """The keys, each once a document."""
        order = np.lexsort((self.keys, self.document))
        keys, document = self.keys[order], self.document[order]
        new = np.ones(keys.size, bool)
        new[1:] = (keys[1:] != keys[:-1]) | (document[1:] != document[:-1])
        found: np.ndarray = keys[new]
        return found

    def spread(self, values: np.ndarray, lines: int) -> np.ndarray:
        """A value of each unit, none below 0, on each of its lines; 0 on lines in no unit: int64 of shape (lines,)."""
        edges = np.zeros(lines + 1, np.int64)
        np.add.at(edges, self.first, values)
        np.subtract.at(edges, self.last + 1, values)
        found: np.ndarray = np.cumsum(edges)[:-1]
        return found


def units_of(texts: pa.Array, sources: pa.Array, unit: str, minimum_characters: int) -> Units:
    """The lines or paragraphs with at least so many characters.

    Text is compared lower-cased, with each run of digits as 0 and each run of white space as one blank.
    """
    lines = split_lines(texts)
    normal = pc.utf8_lower(lines.stripped)
    normal = pc.replace_substring_regex(pc.replace_substring_regex(normal, r"[0-9]+", "0"), r"[\s\v]+", " ")
    sizes, document, filled = numbers(pc.utf8_length(normal)).astype(np.int64), lines.document, lines.filled
    hashes = _hashes(normal)
    if unit == "line":
        first = last = np.flatnonzero(filled)
    else:
        first, last = _paragraphs(filled, document)
        hashes = _combined(hashes, first, last)
        totals = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        sizes = totals[last + 1] - totals[first]
    if unit == "line":
        hashes, sizes = hashes[first], sizes[first]
    keep = sizes >= minimum_characters
    first, last, hashes = first[keep], last[keep], hashes[keep]
    owners = _hashes(sources)[document[first]]
    return Units(hashes ^ (owners * _MIX), document[first], first, last)


def _hashes(values: pa.Array) -> np.ndarray:
    encoded = values.dictionary_encode()
    words = encoded.dictionary.to_pylist()
    table = np.fromiter((xxhash.xxh3_64_intdigest((word or "").encode()) for word in words), np.uint64, len(words))
    found: np.ndarray = table[numbers(encoded.indices)]
    return found


def _paragraphs(filled: np.ndarray, document: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last line of each run of filled lines within one text."""
    places = np.flatnonzero(filled)
    if not places.size:
        return places, places
    new = np.ones(places.size, bool)
    new[1:] = (np.diff(places) != 1) | (np.diff(document[places]) != 0)
    starts = np.flatnonzero(new)
    return places[starts], places[np.append(starts[1:], places.size) - 1]


def _combined(hashes: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """One hash for each run of lines, from the bytes of theirs."""
    raw = hashes.tobytes()
    spans = zip((8 * first).tolist(), (8 * (last + 1)).tolist(), strict=True)
    return np.fromiter((xxhash.xxh3_64_intdigest(raw[start:end]) for start, end in spans), np.uint64, first.size)
