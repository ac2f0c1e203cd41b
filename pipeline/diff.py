"""Two corpora side by side: which documents, which decisions, which configuration, which scores.

Documents are joined on 64-bit hashes of their ids and places in the source, in sorted arrays: about 45 bytes of memory
a row, whatever the texts weigh. Two different documents share a hash with probability below 0.001 at 10^8 documents.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from ..core import SILENT, UNKNOWN, Corpus, Progress, UsageError, modality
from .erase import Track, open_tracks

BY = ("source", "licence", "language")
EXAMPLES = 5
GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # Knuth, TAOCP 3, section 6.4: multiples of it spread evenly


@dataclass(frozen=True)
class Documents:
    """The documents of one corpus as arrays, sorted by ``id``; ``rows`` is their place in corpus order.

    ``id``, ``place`` (of the locator; 0 where there is none) and ``content`` are uint64 hashes. ``labels`` holds codes
    into ``names`` for each of :data:`BY`; of removed rows ``reason`` is a code into ``names["reason"]``.
    """

    id: np.ndarray
    place: np.ndarray
    content: np.ndarray
    rows: np.ndarray
    labels: dict[str, np.ndarray]
    names: dict[str, list[str]]
    corpus: Corpus | None

    def __len__(self) -> int:
        return len(self.id)

    def find(self, ids: np.ndarray) -> np.ndarray:
        """Position of each id, or -1."""
        return _find(self.id, ids)

    def label(self, name: str, chosen: np.ndarray) -> Counter[str]:
        """How often each value of a label stands in the chosen positions (or mask)."""
        counts = np.bincount(self.labels[name][chosen], minlength=len(self.names[name]))
        return Counter({value: int(count) for value, count in zip(self.names[name], counts, strict=True) if count})

    def ids_at(self, positions: np.ndarray) -> list[str]:
        """The ids themselves of the first few positions, in corpus order: the corpus is read again for them."""
        wanted = np.sort(self.rows[positions])[:EXAMPLES]
        names: list[str] = []
        start = 0
        for batch in self.corpus.batches(["id"]) if self.corpus and len(wanted) else ():
            here = wanted[(wanted >= start) & (wanted < start + batch.num_rows)] - start
            names += batch.column("id").take(pa.array(here)).to_pylist()
            start += batch.num_rows
            if len(names) == len(wanted):
                break
        return names


@dataclass(frozen=True)
class Difference:
    """The kept documents of A and B, by what became of them: masks over A's or B's documents.

    ``same`` and ``changed`` (the id is the same, the text is not) are over A; ``moved_a`` and ``moved_b`` mark the two
    ends of each pair with the same content at different places of the source, ``edited_a`` and ``edited_b`` those of
    each pair that stands at one place with other content.
    """

    a: Documents
    b: Documents
    removed_a: Documents | None
    removed_b: Documents | None
    same: np.ndarray
    changed: np.ndarray
    moved_a: np.ndarray
    moved_b: np.ndarray
    edited_a: np.ndarray
    edited_b: np.ndarray
    shared_b: np.ndarray

    @property
    def only_a(self) -> np.ndarray:
        """A's documents that B holds in no form."""
        mask: np.ndarray = ~(self.same | self.changed | self.moved_a | self.edited_a)
        return mask

    @property
    def only_b(self) -> np.ndarray:
        """B's documents that A holds in no form."""
        mask: np.ndarray = ~(self.shared_b | self.moved_b | self.edited_b)
        return mask

    def reasons(self, side: str) -> Counter[str]:
        """Why the documents of one side (``a`` or ``b``) are not in the other: ``step: rule``, or not in its source."""
        one, only, other = (
            (self.a, self.only_a, self.removed_b) if side == "a" else (self.b, self.only_b, self.removed_a)
        )
        if other is None:
            return Counter({"not known: the other side keeps no removed rows": int(only.sum())})
        places = other.find(one.id[only])
        found = other.label("reason", places[places >= 0])
        absent = int((places < 0).sum())
        return found + Counter({"not in its source": absent} if absent else {})

    def other_rules(self) -> Counter[tuple[str, str]]:
        """Documents that both sides removed, by the reasons of A and of B, where these differ."""
        if self.removed_a is None or self.removed_b is None:
            return Counter()
        places = self.removed_b.find(self.removed_a.id)
        one, other = self.removed_a.labels["reason"][places >= 0], self.removed_b.labels["reason"][places[places >= 0]]
        pairs = Counter(zip(one.tolist(), other.tolist(), strict=True))
        names = self.removed_a.names["reason"], self.removed_b.names["reason"]
        named = Counter({(names[0][first], names[1][second]): count for (first, second), count in pairs.items()})
        return Counter({pair: count for pair, count in named.items() if pair[0] != pair[1]})


def tracks_of(one: Path, two: Path) -> list[tuple[Track, Track]]:
    """The tracks that both sides have, in pairs."""
    first, second = ({track.name: track for track in open_tracks(side)} for side in (one, two))
    pairs = [(first[name], second[name]) for name in first if name in second]
    for a, b in pairs:
        if a.corpus.modality != b.corpus.modality:
            raise UsageError(f"{one} holds records of kind {a.corpus.modality}, {two} of kind {b.corpus.modality}")
    return pairs


def compare(one: Track, two: Track, progress: Progress = SILENT) -> Difference:
    """What became of the documents of ``one`` in ``two``, and the reverse."""
    a, b = read_documents(one.corpus, "A", progress), read_documents(two.corpus, "B", progress)
    gone_a, gone_b = (
        read_documents(track.removed, name, progress) if track.removed else None
        for track, name in ((one, "A removed"), (two, "B removed"))
    )
    places = b.find(a.id)
    shared = places >= 0
    same = np.zeros(len(a), bool)
    same[shared] = a.content[shared] == b.content[places[shared]]
    shared_b = np.zeros(len(b), bool)
    shared_b[places[shared]] = True
    moved_a, moved_b = _moved(a, ~shared, b, ~shared_b)
    edited_a, edited_b = _edited(a, ~(shared | moved_a), b, ~(shared_b | moved_b))
    return Difference(a, b, gone_a, gone_b, same, shared & ~same, moved_a, moved_b, edited_a, edited_b, shared_b)


def read_documents(corpus: Corpus, title: str, progress: Progress = SILENT) -> Documents:
    """One pass over a corpus, or over removed rows (those have a reason)."""
    has_reason = {"step", "rule"} <= set(corpus.schema.names) if corpus.shards else False
    coders = {name: _Coder() for name in (*BY, "reason")}
    parts: list[list[np.ndarray]] = [[np.zeros(0, np.uint64)] for _ in range(3)]
    codes: dict[str, list[np.ndarray]] = {name: [np.zeros(0, np.int32)] for name in coders}
    with progress.task(f"read {title}", len(corpus)) as task:
        for batch in corpus.batches():
            for part, values in zip(parts, (_ids(batch), _places(batch), _contents(batch)), strict=True):
                part.append(_hashes(values))
            for name in BY:
                codes[name].append(coders[name].codes(batch.column(name).fill_null(UNKNOWN).to_pylist()))
            codes["reason"].append(coders["reason"].codes(_reasons(batch) if has_reason else [""] * batch.num_rows))
            task.advance(batch.num_rows)
    ids, places, contents = (np.concatenate(part) for part in parts)
    order = np.argsort(ids, kind="stable")
    labels = {name: np.concatenate(found)[order] for name, found in codes.items()}
    names = {name: coder.names for name, coder in coders.items()}
    return Documents(ids[order], places[order], contents[order], order, labels, names, corpus)


class _Coder:
    """Gives each new value the next number."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    @property
    def names(self) -> list[str]:
        return list(self.known)

    def codes(self, values: Sequence[str]) -> np.ndarray:
        known = self.known
        return np.fromiter((known.setdefault(value, len(known)) for value in values), np.int32, len(values))


def _moved(a: Documents, free_a: np.ndarray, b: Documents, free_b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of the unmatched documents have the same content on both sides: k copies match at most k copies."""
    one, two = _numbered(a.content[free_a]), _numbered(b.content[free_b])
    moved_a, moved_b = np.zeros(len(a), bool), np.zeros(len(b), bool)
    moved_a[free_a], moved_b[free_b] = np.isin(one, two), np.isin(two, one)
    return moved_a, moved_b


def _numbered(values: np.ndarray) -> np.ndarray:
    """The hashes (uint64), the second, third ... of equal ones turned into other hashes."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.searchsorted(ordered, ordered, "left")
    numbered = np.empty_like(values)
    numbered[order] = ordered + (np.arange(len(values)) - starts).astype(np.uint64) * GOLDEN
    return numbered


def _edited(a: Documents, free_a: np.ndarray, b: Documents, free_b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of the unmatched documents stand at one place of the source on both sides."""
    common = np.intersect1d(a.place[free_a], b.place[free_b])
    common = common[common != 0]
    return free_a & np.isin(a.place, common), free_b & np.isin(b.place, common)


def _find(ordered: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    if not len(ordered):
        return np.full(len(wanted), -1)
    places = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    found: np.ndarray = np.where(ordered[places] == wanted, places, -1)
    return found


def _hashes(values: Iterator[bytes]) -> np.ndarray:
    return np.array([xxhash.xxh3_64_intdigest(value) if value else 0 for value in values], np.uint64)


def _ids(batch: pa.RecordBatch) -> Iterator[bytes]:
    return (name.encode() for name in batch.column("id").to_pylist())


def _places(batch: pa.RecordBatch) -> Iterator[bytes]:
    """Source and locator: where a document stands."""
    for source, pairs in zip(batch.column("source").to_pylist(), batch.column("attributes").to_pylist(), strict=True):
        locator = next((value for key, value in pairs or () if key == "locator"), None)
        yield f"{source}\n{locator}".encode("utf-8", "surrogatepass") if locator else b""


def _contents(batch: pa.RecordBatch) -> Iterator[bytes]:
    column = batch.column(modality(batch.schema))
    for value in column.cast(pa.large_binary()).to_pylist():
        yield value or b""


def _reasons(batch: pa.RecordBatch) -> list[str]:
    joined: Any = pc.binary_join_element_wise(batch.column("step"), batch.column("rule"), ": ")
    return list(joined.to_pylist())
