"""The documents of a corpus that a request names, and then those that are copies of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from ...core import Corpus, Progress
from .erasure_list import ErasureList, content_names, content_words, shingles_of, strings_of
from .request import Request
from .rows import cells, free_columns, sha256_of
from .seals import Sealer
from .words import words_of

RULES = ("id", "hash", "string", "content", "near-copy")


@dataclass
class Found:
    """Documents to erase: id to the rule that found it (the first of ``RULES``), by part of the run."""

    parts: dict[str, dict[str, str]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def ids(self) -> frozenset[str]:
        """The ids in all parts."""
        return frozenset(name for part in self.parts.values() for name in part)

    def by_rule(self) -> Counter[str]:
        """Number of documents by rule."""
        return Counter(rule for part in self.parts.values() for rule in part.values())


def find_named(
    corpora: dict[str, Corpus], wanted: Request, sealer: Sealer, progress: Progress
) -> tuple[Found, ErasureList]:
    """The documents that the request itself names (by part), and the list that follows from them."""
    found, contents, shingles = Found(), set[str](), dict[bytes, np.ndarray]()
    contents |= {sealer.seal("content", digest[:16]) for digest in wanted.hashes}
    for part, corpus in corpora.items():
        named = found.parts.setdefault(part, {})
        for rows in _batches(corpus, f"search {part}", progress):
            hits = dict(_named_rows(rows, wanted))
            if not hits:
                continue
            chosen = rows.take(pa.array(sorted(hits)))
            names = chosen.column("id").to_pylist()
            named |= dict(zip(names, (hits[row] for row in sorted(hits)), strict=True))
            texts = content_words(chosen)
            for known in content_names(chosen, texts):
                contents |= {sealer.seal("content", name) for name in known}
            for name, text in zip(names, _contents(chosen), strict=True):
                found.texts[name] = text
                values = shingles_of(sealer, text)
                if len(values):
                    shingles[values.tobytes()] = values
    return found, ErasureList(
        sealer,
        frozenset(contents),
        tuple(shingles[key] for key in sorted(shingles)),
        strings_of(sealer, wanted.strings.needles),
    )


def find_copies(corpora: dict[str, Corpus], known: ErasureList, found: Found, progress: Progress) -> None:
    """Add every document that the list names to what was found: copies of what the request named."""
    for part, corpus in corpora.items():
        named = found.parts.setdefault(part, {})
        for rows in _batches(corpus, f"copies in {part}", progress):
            hits = known.hits(rows)
            texts = _contents(rows) if hits else []
            for hit in hits:
                name = rows.column("id")[hit.row].as_py()
                named.setdefault(name, hit.rule)
                found.texts.setdefault(name, texts[hit.row])


def _named_rows(rows: pa.RecordBatch, wanted: Request) -> Iterator[tuple[int, str]]:
    """Row and rule, the weakest rule first, so that a dict keeps the strongest."""
    if len(wanted.strings):
        for row, text in cells(rows, free_columns(rows)):
            if wanted.strings.found(words_of(text)):
                yield row, "string"
    names = rows.column("id").to_pylist()
    if wanted.hashes:
        for row, digests in enumerate(sha256_of(rows)):
            if names[row].split("-")[0] in wanted.prefixes or not wanted.hashes.isdisjoint(digests):
                yield row, "hash"
    yield from ((row, "id") for row, name in enumerate(names) if name in wanted.ids)


def _contents(rows: pa.RecordBatch) -> list[str]:
    for name in ("text", "table"):
        if name in rows.schema.names:
            return [text or "" for text in rows.column(name).to_pylist()]
    return [""] * rows.num_rows


def _batches(corpus: Corpus, title: str, progress: Progress) -> Iterator[pa.RecordBatch]:
    with progress.task(title, len(corpus)) as task:
        for rows in corpus.batches():
            yield rows
            task.advance(rows.num_rows)
