"""What the documents of a finished run say of themselves: how many and how large, by source, licence, language, domain.

It counts the provenance columns of the corpus that the run left; no text is looked at beyond its length.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc

from ...core import MANIFEST, UNKNOWN, Corpus

CONTENT = {"text": "text", "image": "image", "table": "table"}
HOST_LONGEST = 253  # characters of a domain name, RFC 1035 section 2.3.4


@dataclass(frozen=True, slots=True)
class Share:
    """One value of a column: how many documents have it, and how many bytes these are."""

    name: str
    documents: int
    bytes: int


@dataclass(frozen=True, slots=True)
class CorpusFacts:
    """One corpus. Each list has the largest first; ``files`` are shards below the run folder, SHA-256, bytes."""

    track: str
    modality: str
    documents: int
    bytes: int
    hash: str
    schema: pa.Schema
    sources: tuple[Share, ...]
    licences: tuple[Share, ...]
    languages: tuple[Share, ...]
    domains: tuple[Share, ...]
    without_domain: int
    first: str = ""
    last: str = ""
    undated: int = 0
    files: tuple[tuple[str, str, int], ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The modality in the plural, as a heading."""
        return {"text": "Texts", "image": "Images", "table": "Table rows"}[self.modality]

    def known(self, shares: tuple[Share, ...]) -> tuple[Share, ...]:
        """Without the documents of which it is not known."""
        return tuple(share for share in shares if share.name != UNKNOWN)


def corpora(folder: Path, tracks: tuple[str, ...]) -> tuple[CorpusFacts, ...]:
    """The corpora of a run's tracks; a track that has none, or an empty one, is left out."""
    found = [name for name in tracks if (folder / name / "corpus" / MANIFEST).is_file()]
    facts = (corpus_facts(folder, name) for name in found)
    return tuple(each for each in facts if each.documents)


def corpus_facts(folder: Path, track: str) -> CorpusFacts:
    """Count one corpus in one pass over its columns."""
    corpus = Corpus(folder / track / "corpus")
    kind = corpus.modality
    tallies: dict[str, dict[str, list[int]]] = {name: {} for name in ("source", "licence", "language", "url")}
    dates: list[str] = []
    documents, undated = 0, 0
    for batch in corpus.batches([*tallies, "collected", CONTENT[kind]], rows=20_000):
        sizes = pc.fill_null(pc.binary_length(batch.column(CONTENT[kind])), 0)
        documents += batch.num_rows
        for name, tally in tallies.items():
            _add(tally, batch.column(name), sizes)
        collected = pc.drop_null(batch.column("collected"))
        undated += batch.num_rows - len(collected)
        dates += [end for end in pc.min_max(collected).as_py().values() if end is not None]
    domains, without = _domains(tallies["url"])
    prefix = f"{track}/corpus/" if track else "corpus/"
    return CorpusFacts(
        track, kind, documents, sum(size for _, size in tallies["source"].values()), corpus.hash, corpus.schema,
        _shares(tallies["source"]), _shares(tallies["licence"]), _shares(tallies["language"]), domains, without,
        min(dates, default=""), max(dates, default=""), undated,
        tuple((prefix + path.name, digest, path.stat().st_size) for path, digest in _shards(corpus)),
        corpus.manifest.counts,
    )  # fmt: skip


def top_domains(facts: CorpusFacts, sme: bool) -> tuple[Share, ...]:
    """The domains that the EU template wants listed: the top 10 % by size, of an SME the top 5 % or 1,000 at most."""
    wanted = -(-len(facts.domains) * (5 if sme else 10) // 100)
    return facts.domains[: min(wanted, 1_000) if sme else wanted]


def _shards(corpus: Corpus) -> Iterator[tuple[Path, str]]:
    for path in corpus.shards:
        if path.is_file():
            yield path, corpus.manifest.files[path.name]


def _add(tally: dict[str, list[int]], column: pa.Array, sizes: pa.Array) -> None:
    table = pa.table({"name": pc.fill_null(column, ""), "size": sizes})
    grouped = table.group_by("name").aggregate([("size", "count"), ("size", "sum")]).to_pydict()
    for name, documents, size in zip(grouped["name"], grouped["size_count"], grouped["size_sum"], strict=True):
        count = tally.setdefault(name, [0, 0])
        count[0] += documents
        count[1] += size


def _shares(tally: Mapping[str, list[int]]) -> tuple[Share, ...]:
    shares = [Share(name or UNKNOWN, documents, size) for name, (documents, size) in tally.items()]
    return tuple(sorted(shares, key=lambda share: (-share.bytes, -share.documents, share.name)))


def _domains(urls: Mapping[str, list[int]]) -> tuple[tuple[Share, ...], int]:
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    without = 0
    for url, (documents, size) in urls.items():
        host = domain(url)
        if not host:
            without += documents
            continue
        tally[host][0] += documents
        tally[host][1] += size
    return _shares(tally), without


def domain(url: str) -> str:
    """The host of a web address without ``www.``; empty where there is none.

    >>> domain("https://www.Example.org:8080/a"), domain("file:///etc"), domain("http://[")
    ('example.org', '', '')
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or len(host) > HOST_LONGEST:
        return ""
    return host.removeprefix("www.")
