"""What curation knows of documents, read once for many of them: where they came from, what became of them, copies."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ..core import MANIFEST, Corpus, read_parquet
from .privacy import redact
from .shown import excerpt, redacted


def document_cards(folder: Path | str, ids: Sequence[str], corpus: Corpus | None = None) -> dict[str, dict[str, Any]]:
    """What a reader needs to judge each document of a run folder; ids that no document has are left out.

    Keys: id, status (kept, removed), excerpt, characters, source, url, licence, language, locator, reason (the last
    decision, for a removed one), copies_before, copies_after, decisions. Texts are redacted. ``corpus`` is the one in
    the folder, or another where there is none.
    """
    record = DocumentRecord(corpus or Corpus(Path(folder) / "corpus"), removed_of(folder), lambda: tables_of(folder))
    record.load(ids)
    return {name: record.card(name) for name in dict.fromkeys(ids) if name in record.documents}


def removed_of(folder: Path | str) -> Corpus | None:
    """The documents that curation took out of the corpus of a run folder."""
    removed = Path(folder) / "removed"
    return Corpus(removed) if (removed / MANIFEST).is_file() else None


def tables_of(folder: Path | str) -> Iterator[pa.Table]:
    """The decision tables of a run folder, in step order."""
    for path in sorted((Path(folder) / "decisions").glob("*.parquet")):
        yield read_parquet(path)


class DocumentRecord:
    """Documents by id with their decisions. ``tables`` gives the tables of :data:`DECISION_SCHEMA` in step order."""

    def __init__(self, corpus: Corpus, removed: Corpus | None, tables: Callable[[], Iterable[pa.Table]]) -> None:
        self.corpus, self.removed, self.tables = corpus, removed, tables
        self.documents: dict[str, dict[str, Any]] = {}
        self.decisions: dict[str, list[dict[str, Any]]] = {}
        self.copies = copies(tables())

    def load(self, ids: Sequence[str]) -> list[str]:
        """Read the documents that are not here yet, and give their ids."""
        missing = [name for name in dict.fromkeys(ids) if name not in self.documents]
        if missing:
            for origin, part in (("removed", self.removed), ("kept", self.corpus)):
                for name, row in (part.documents(missing) if part else {}).items():
                    self.documents[name] = {**row, "origin": origin}
            for table in self.tables():
                self._add_decisions(table, missing)
        return missing

    def copies_of(self, name: str) -> tuple[int, int]:
        """Copies before and after deduplication."""
        return self.copies.get(name, 1), 0 if self.documents[name]["origin"] == "removed" else 1

    def card(self, name: str) -> dict[str, Any]:
        """What a reader needs to judge a loaded document."""
        row, decisions = self.documents[name], self.decisions.get(name, [])
        before, after = self.copies_of(name)
        content = row.get("text") or row.get("table") or ""
        return {
            "id": name,
            "status": row["origin"],
            "excerpt": excerpt(content)[0] if content else "",
            "characters": len(content),
            "source": redact(row["source"] or ""),
            "url": redact(row["url"]) if row["url"] else None,
            "licence": redact(row["licence"] or ""),
            "language": row["language"],
            "locator": row["attributes"].get("locator", ""),
            "reason": _reason(row, decisions),
            "copies_before": before,
            "copies_after": after,
            "decisions": decisions,
        }

    def _add_decisions(self, table: pa.Table, ids: Sequence[str]) -> None:
        chosen = table.filter(pc.is_in(table["id"], value_set=pa.array(ids, pa.string())))
        for row in chosen.to_pylist():
            name = row.pop("id")
            self.decisions.setdefault(name, []).append(row | {"evidence": redacted(row["evidence"] or "")[0]})


def copies(decisions: Iterable[pa.Table]) -> dict[str, int]:
    """Document id to the number of documents, itself included, that deduplication found to be copies of it.

    A chain (A removed for B, B removed for C) counts at its end, the document that stayed. Ids without a copy are
    left out.
    """
    kept_for: dict[str, str] = {}
    for table in decisions:
        found = table.filter(pc.is_valid(table["duplicate_of"]))
        kept_for |= dict(zip(found["id"].to_pylist(), found["duplicate_of"].to_pylist(), strict=True))
    ends = Counter(_end(name, kept_for) for name in kept_for)
    return {name: number + 1 for name, number in sorted(ends.items())}


def _end(name: str, kept_for: Mapping[str, str]) -> str:
    visited = {name}
    while (after := kept_for.get(name)) is not None and after not in visited:
        visited.add(after)
        name = after
    return name


def _reason(row: Mapping[str, Any], decisions: Sequence[Mapping[str, Any]]) -> str:
    if row["origin"] != "removed":
        return ""
    last = next((item for item in reversed(decisions) if item["action"] not in ("edited", "added")), None)
    step, rule = (last["step"], last["rule"]) if last else (row.get("step") or "", row.get("rule") or "")
    return f"{step}: {rule}".strip(": ")
