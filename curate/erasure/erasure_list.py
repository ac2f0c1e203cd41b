"""The erasure list: what must not come back, as keyed hashes, and the search for it in new documents."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ...core import InputError, IntegrityError, modality, read_json, sha256
from .rows import cells, free_columns, sha256_of
from .seals import Sealer, read_secret, windows
from .words import words_of

FORMAT = "headwater erasure list/1"
LIST = "erasure-list.json"
SHINGLE = 8
"""Words in a shingle. Source: Chowdhery et al. 2022, PaLM, section 8 (8-grams)."""
LIMIT = 0.7
"""Share of the shingles. Source: as above, "at least 70 % of the 8-grams"."""
DENSE = 1_024  # shingles up to which all are kept; of a longer document one in eight, so 128 or more
_ONE_IN = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that the list names: by ``content``, as ``near-copy`` (share of the shingles) or by a ``string``."""

    row: int
    rule: str
    measured: float
    limit: float


@dataclass(frozen=True)
class ErasureList:
    """Sealed contents (of ids and texts), shingles by document, and strings by their number of words."""

    sealer: Sealer
    contents: frozenset[str] = frozenset()
    shingles: tuple[np.ndarray, ...] = ()
    strings: Mapping[int, np.ndarray] = field(default_factory=dict)
    _sizes: np.ndarray = field(init=False, repr=False, compare=False)
    _values: np.ndarray = field(init=False, repr=False, compare=False)
    _owners: np.ndarray = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        sizes = np.array([len(values) for values in self.shingles], np.int64)
        values = np.concatenate([np.zeros(0, np.uint64), *self.shingles])
        order = np.argsort(values, kind="stable")
        object.__setattr__(self, "_sizes", sizes)
        object.__setattr__(self, "_values", values[order])
        object.__setattr__(self, "_owners", np.repeat(np.arange(len(sizes)), sizes)[order])

    def hits(self, rows: pa.RecordBatch) -> list[Hit]:
        """The rows that must not be there, in order; of several reasons the first: content, near copy, string."""
        texts = content_words(rows)
        found: dict[int, Hit] = {}
        for row, names in enumerate(content_names(rows, texts)):
            if any(self.sealer.seal("content", name) in self.contents for name in names):
                found[row] = Hit(row, "content", 1.0, 1.0)
        words = list(enumerate(texts))
        if self.strings:
            others = [name for name in free_columns(rows) if name != modality(rows.schema)]
            words += [(row, words_of(text)) for row, text in cells(rows, others)]
        if self.shingles or self.strings:
            sealed = Sealed.of([text for _, text in words], self.sealer)
            for place, share in self._near(sealed, len(texts)):
                found.setdefault(place, Hit(place, "near-copy", share, LIMIT))
            for place, number in self._named(sealed):
                found.setdefault(words[place][0], Hit(words[place][0], "string", number, 0.0))
        return [found[row] for row in sorted(found)]

    def _near(self, sealed: "Sealed", texts: int) -> Iterator[tuple[int, float]]:
        """Near copies among the first ``texts`` texts: the share is worked out only where a shingle is listed."""
        values, owners = sealed.windows(SHINGLE if self.shingles else 0)
        for place in np.unique(owners[_is_in(values, self._values)]).tolist():
            share = self.share(sealed.text(place)) if place < texts else 0.0
            if share >= LIMIT:
                yield place, share

    def _named(self, sealed: "Sealed") -> Iterator[tuple[int, float]]:
        """The texts that hold a listed string, with the number of occurrences."""
        counts: Counter[int] = Counter()
        for size, named in self.strings.items():
            values, owners = sealed.windows(size)
            counts.update(owners[_is_in(values, named)].tolist())
        yield from ((place, float(counts[place])) for place in sorted(counts))

    def share(self, words: np.ndarray) -> float:
        """The largest share of a listed document's shingles that stand in a text (its sealed words). Range [0, 1]."""
        values = np.unique(windows(words, SHINGLE)) if self.shingles else np.zeros(0, np.uint64)
        low, high = np.searchsorted(self._values, values, "left"), np.searchsorted(self._values, values, "right")
        spans = [np.arange(first, last) for first, last in zip(low[low < high], high[low < high], strict=True)]
        if not spans:
            return 0.0
        counts = np.bincount(self._owners[np.concatenate(spans)], minlength=len(self._sizes))
        return float((counts / self._sizes).max())

    def to_json(self) -> dict[str, Any]:
        """What the file holds."""
        return {
            "format": FORMAT,
            "salt": self.sealer.salt.hex(),
            "check": self.sealer.seal("check", FORMAT),
            "contents": sorted(self.contents),
            "shingle_words": SHINGLE,
            "shingles": sorted(_hex(values) for values in self.shingles),
            "strings": [{"words": size, "values": _hex(self.strings[size])} for size in sorted(self.strings)],
        }


@dataclass(frozen=True)
class Sealed:
    """The sealed words of several texts one after another (uint64), and where each text starts (n + 1 offsets)."""

    values: np.ndarray
    offsets: np.ndarray
    owners: np.ndarray

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]], sealer: Sealer) -> "Sealed":
        """The words of all texts, sealed at once."""
        sizes = np.array([len(text) for text in texts], np.int64)
        flat = sealer.words([word for text in texts for word in text])
        return cls(flat, np.concatenate([[0], np.cumsum(sizes)]), np.repeat(np.arange(len(texts)), sizes))

    def text(self, place: int) -> np.ndarray:
        """The sealed words of one text."""
        words: np.ndarray = self.values[self.offsets[place] : self.offsets[place + 1]]
        return words

    def windows(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        """The values of all runs of ``size`` words that lie within a text, and the number of that text; none for 0."""
        if not size:
            return np.zeros(0, np.uint64), np.zeros(0, np.int64)
        values = windows(self.values, size)
        whole = self.owners[: len(values)] == self.owners[size - 1 :][: len(values)]
        return values[whole], self.owners[: len(values)][whole]


def _is_in(values: np.ndarray, ordered: np.ndarray) -> np.ndarray:
    """Which of the values stand in an ascending array."""
    if not len(ordered):
        return np.zeros(len(values), bool)
    places = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    found: np.ndarray = ordered[places] == values
    return found


def content_words(rows: pa.RecordBatch) -> list[list[str]]:
    """The words of each row's text; none for an image."""
    kind = modality(rows.schema)
    texts = rows.column(kind).to_pylist() if kind != "image" else [""] * rows.num_rows
    return [words_of(text or "") for text in texts]


def content_names(rows: pa.RecordBatch, texts: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """The names of each row's content: the hash half of its id (content as read), and hashes of content and words now.

    ``texts`` are the rows' :func:`content_words`.
    """
    for name, known, words in zip(rows.column("id").to_pylist(), sha256_of(rows), texts, strict=True):
        same_words = [sha256(" ".join(words).encode("utf-8", "surrogatepass"))] if words else []
        yield [name.split("-")[0], *(digest[:16] for digest in known), *same_words]


def shingles_of(sealer: Sealer, text: str) -> np.ndarray:
    """The shingles to keep of a text: uint64, ascending, different ones; none for a text of fewer than 8 words."""
    values: np.ndarray = np.unique(windows(sealer.words(words_of(text)), SHINGLE))
    return values if len(values) <= DENSE else values[values % np.uint64(_ONE_IN) == 0]


def strings_of(sealer: Sealer, needles: Sequence[tuple[str, ...]]) -> dict[int, np.ndarray]:
    """The sealed strings by their number of words: uint64, ascending."""
    found: dict[int, list[int]] = {}
    for needle in needles:
        found.setdefault(len(needle), []).append(int(windows(sealer.words(needle), len(needle))[0]))
    return {size: np.unique(np.array(values, np.uint64)) for size, values in sorted(found.items())}


def default_key(path: Path) -> Path:
    """Where the key of a list lies if nobody names it: beside the folder of the list, never in it."""
    folder = path.absolute().parent
    return folder.with_name(f"{folder.name}.key")


def read_list(path: Path, key: Path | None = None) -> ErasureList:
    """Read a list with its key; a file of another kind or a wrong key is an error of one sentence."""
    key = key or default_key(path)
    data = read_json(path)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InputError(f"{path}: not an erasure list; 'headwater erase' writes {LIST} into the release")
    try:
        sealer = Sealer(read_secret(key), bytes.fromhex(data["salt"]))
        if sealer.seal("check", FORMAT) != data["check"]:
            raise IntegrityError(f"{key}: not the key of {path}; name the one that the erasure was made with")
        return ErasureList(
            sealer,
            frozenset(map(str, data["contents"])),
            tuple(_numbers(values) for values in data["shingles"]),
            {int(entry["words"]): _numbers(entry["values"]) for entry in data["strings"]},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"{path}: a broken erasure list ({type(error).__name__}); restore it") from None


def _hex(values: np.ndarray) -> str:
    return values.astype(">u8").tobytes().hex()


def _numbers(values: str) -> np.ndarray:
    return np.frombuffer(bytes.fromhex(values), ">u8").astype(np.uint64)
