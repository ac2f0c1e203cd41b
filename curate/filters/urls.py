"""The filter on where documents come from: lists of domains and addresses, and words in addresses."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from ...core import Cell, Exhibit, Table, UsageError
from ..base import FILTERS, Decision, Judgement
from .text_column import ids_of
from .url_list import UrlList, host_of, read_urls

SOURCE = "Penedo et al. 2023, RefinedWeb, appendix G.1"
_LONGEST = 2_000
_PARTS = re.compile(r"[^\W_]+")
_ACTIONS: dict[str, Literal["removed", "quarantined"]] = {"remove": "removed", "quarantine": "quarantined"}


@dataclass(frozen=True, slots=True)
class Urls:
    """Removes documents by their address; see :func:`urls`."""

    name: str
    only_allowed: bool
    hard_words: tuple[str, ...]
    soft_words: tuple[str, ...]
    minimum_soft_words: int
    missing: str
    block_sha256: str
    allow_sha256: str
    _block: UrlList | None
    _allow: UrlList | None

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """A decision for each document with an unwanted address; the evidence names the entry, never the address."""
        known: dict[str, tuple[str, float, float, str] | None] = {}
        decisions: list[Decision] = []
        tallies: Counter[str] = Counter()
        for name, url in zip(ids_of(batch), batch.column("url").to_pylist(), strict=True):
            if not url:
                tallies["no-url"] += 1
                if self.missing in _ACTIONS:
                    decisions.append(Decision(name, _ACTIONS[self.missing], "no-url"))
                continue
            if url not in known:
                known[url] = self.fault(url)
            fault = known[url]
            if fault is not None:
                tallies[fault[0]] += 1
                decisions.append(Decision(name, "removed", *fault))
        return Judgement(tuple(decisions), tallies=dict(tallies))

    def fault(self, url: str) -> tuple[str, float, float, str] | None:
        """Rule, measured value, limit and evidence for an unwanted address, or None."""
        host, path = parts_of(url)
        if self._allow is not None and self._allow.entry_for(host, path):
            return None
        if self.only_allowed:
            return "not-allowed", 0.0, 1.0, "on no entry of the list of allowed addresses"
        entry = self._block.entry_for(host, path) if self._block is not None else None
        if entry:
            return "blocked", 1.0, 0.0, entry
        words = _PARTS.findall(unquote(f"{host} {path}").lower()) if self.hard_words or self.soft_words else []
        hard = sorted(set(words) & set(self.hard_words))
        if hard:
            return "hard-word", float(len(hard)), 0.0, ", ".join(hard)
        soft = sorted(set(words) & set(self.soft_words))
        if len(soft) >= self.minimum_soft_words:
            return "soft-words", float(len(soft)), float(self.minimum_soft_words), ", ".join(soft)
        return None

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """What the rules found."""
        rules = ("blocked", "not-allowed", "hard-word", "soft-words", "no-url")
        rows: list[tuple[Cell, ...]] = [(rule, tallies.get(rule, 0)) for rule in rules]
        note = f"Of {documents:,} documents. no-url: documents without an address, which the lists cannot judge."
        return (Table("urls", "Addresses", ("rule", "documents"), tuple(rows), note),)


def parts_of(url: str) -> tuple[str, str]:
    """Host (lower-cased, in its ASCII form) and path of an address; an address that makes no sense has neither."""
    text = url.strip()[:_LONGEST]
    try:
        found = urlsplit(text if "//" in text else f"//{text}")
        return host_of(found.hostname or ""), found.path
    except ValueError:
        return "", ""


@FILTERS.register("urls", source=SOURCE)
def urls(
    block_path: str | None = None,
    allow_path: str | None = None,
    only_allowed: bool = False,
    hard_words: Sequence[str] = (),
    soft_words: Sequence[str] = (),
    minimum_soft_words: int = 2,
    missing: Literal["keep", "remove", "quarantine"] = "keep",
) -> Urls:
    """Remove documents whose address is on a list of domains or addresses, or holds unwanted words.

    A line of the lists is a domain (``example.com`` stands for its sub-domains too) or an address with a path
    (``example.com/shop`` stands for all below it). Entries of ``allow_path`` are never removed; with ``only_allowed``
    all others are. An address with one of ``hard_words``, or with ``minimum_soft_words`` different ones of
    ``soft_words``, is removed; words are whole ones, in host and path. ``missing`` says what to do with documents
    without an address.
    """
    if minimum_soft_words < 1:
        raise UsageError(f"minimum_soft_words must be at least 1, not {minimum_soft_words}")
    if only_allowed and allow_path is None:
        raise UsageError("only_allowed needs allow_path, the list of what is allowed")
    if not (block_path or allow_path or hard_words or soft_words or missing != "keep"):
        raise UsageError("nothing to look for; give block_path, allow_path, hard_words, soft_words or missing")
    block, block_hash = (None, "") if block_path is None else read_urls(block_path, "block_path")
    allow, allow_hash = (None, "") if allow_path is None else read_urls(allow_path, "allow_path")
    hard, soft = (tuple(sorted({word.lower() for word in words})) for words in (hard_words, soft_words))
    return Urls("urls", only_allowed, hard, soft, minimum_soft_words, missing, block_hash, allow_hash, block, allow)
