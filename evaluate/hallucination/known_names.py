"""Which names stand anywhere in a corpus: exact, and in one pass over the texts."""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import re2

from .names import LONGEST

_WORD = np.zeros(256, bool)
_WORD[[*range(48, 58), *range(65, 91), *range(97, 123), ord("_")]] = True
_LOWER = np.zeros(256, bool)
_LOWER[[*range(48, 58), *range(97, 123)]] = True
_UPPER = np.zeros(256, bool)
_UPPER[65:91] = True
_CANDIDATES = 100
_TRIGRAMS = 16


class KnownNames:
    """The identifiers of all texts added, and which of the given ``entities`` occur in them."""

    def __init__(self, entities: Iterable[str] = ()) -> None:
        self._wanted = _pattern(sorted(set(entities)))
        self._entities: set[str] = set()
        self._parts: list[pa.Array] = []
        self._all: pa.Array | None = None

    def add(self, texts: Iterable[str | None]) -> None:
        """Read more texts."""
        data = b"\0".join((text or "").encode("utf-8", "replace") for text in texts) + b"\0"
        self._parts.append(identifiers(data))
        self._all = None
        if self._wanted is not None:
            self._entities |= {re.sub(r"\s+", " ", found) for found in _occurrences(self._wanted, data)}

    def merge(self, other: "KnownNames") -> None:
        """Know what ``other`` knows, too."""
        self._parts.append(other.identifiers)
        self._all = None
        self._entities |= other._entities

    @property
    def identifiers(self) -> pa.Array:
        """Every different identifier, as they first occur."""
        if self._all is None:
            self._all = pc.unique(pa.chunked_array([*self._parts, pa.array([], pa.string())]))
            self._parts = [self._all]
        return self._all

    def unknown(self, names: Iterable[str]) -> set[str]:
        """Those of ``names`` that stand nowhere: not by themselves and not as whole parts of a longer dotted name."""
        wanted = pa.array(sorted({name for name in names if name not in self._entities}), pa.string())
        missing = wanted.filter(pc.invert(pc.is_in(wanted, value_set=self.identifiers)))
        pattern = _pattern([name for name in missing.to_pylist() if " " not in name])
        if pattern is None:
            return set(missing.to_pylist())
        dotted = self.identifiers.filter(pc.match_substring(self.identifiers, "."))
        inside = _occurrences(pattern, "\n".join(dotted.to_pylist()).encode())
        return set(missing.to_pylist()) - inside

    def nearest(self, name: str, cutoff: float = 0.6) -> str:
        """The most similar real identifier (difflib's ratio), or an empty string where none reaches ``cutoff``.

        Only those that share the most of (up to 16) three-letter pieces are compared.
        """
        known = self.identifiers
        trigrams = sorted({name[i : i + 3] for i in range(len(name) - 2)})
        trigrams = trigrams[:: -(-len(trigrams) // _TRIGRAMS)] if trigrams else []
        if not trigrams or not len(known):
            return ""
        shared = np.sum([pc.match_substring(known, piece).to_numpy(zero_copy_only=False) for piece in trigrams], axis=0)
        lengths = pc.utf8_length(known).to_numpy(zero_copy_only=False)
        likeness = 2 * shared / (len(trigrams) + np.maximum(lengths - 2, 1))
        best = known.take(pa.array(np.argsort(-likeness, kind="stable")[:_CANDIDATES])).to_pylist()
        ratio, nearest = max((SequenceMatcher(None, name, other).ratio(), other) for other in best)
        return nearest if ratio >= cutoff else ""


def identifiers(data: bytes) -> pa.Array:
    """Different words in ``data`` that hold a dot between names, an underscore or a capital inside.

    >>> identifiers(b"Use np.dot, read_csv. A DataFrame too.").to_pylist()
    ['np.dot', 'read_csv', 'DataFrame']
    """
    bytes_ = np.frombuffer(b"\0" + data + b"\0", np.uint8)
    word = _WORD[bytes_]
    begins_name = word & ~((bytes_ >= 48) & (bytes_ <= 57))
    dot = np.zeros(len(bytes_), bool)
    dot[1:-1] = (bytes_[1:-1] == 46) & word[:-2] & begins_name[2:]
    hump = np.zeros(len(bytes_), bool)
    hump[1:] = _UPPER[bytes_[1:]] & _LOWER[bytes_[:-1]]
    inside = word | dot
    edges = np.flatnonzero(np.diff(inside.astype(np.int8))) + 1
    starts, ends = edges[::2], edges[1::2]
    marks = np.concatenate(([0], np.cumsum(dot | hump | (bytes_ == 95))))
    chosen = (marks[ends] > marks[starts]) & (ends - starts >= 4) & (ends - starts <= 4 * LONGEST)
    return pc.unique(_slices(bytes_, starts[chosen], ends[chosen]))


def _slices(data: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> pa.Array:
    """data[start:end] for each pair, without a Python loop: the gaps between them are array items too, then dropped."""
    offsets = np.append(np.stack([starts, ends], 1).reshape(-1), len(data)).astype(np.int64)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    pieces = pa.Array.from_buffers(pa.large_binary(), 2 * len(starts), buffers)
    return pieces.take(pa.array(np.arange(0, 2 * len(starts), 2))).cast(pa.binary()).cast(pa.string())


def _pattern(wanted: Sequence[str]) -> Any:
    if not wanted:
        return None
    options = re2.Options()
    options.longest_match = True
    options.max_mem = 256 << 20
    alternatives = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in wanted)
    return re2.compile(rf"\b(?:{alternatives})\b".encode(), options)


def _occurrences(pattern: Any, data: bytes) -> set[str]:
    """What the pattern matches at every place, overlaps included."""
    found: set[str] = set()
    match = pattern.search(data)
    while match is not None:
        found.add(match[0].decode())
        match = pattern.search(data, match.start() + 1)
    return found
