"""Audit ``licences``: whom the corpus owes credit, and which licences bind its release as a whole."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from ...core import UNKNOWN, Cell, Corpus, Exhibit, Finding, Progress, Score, StageReport, Table, UsageError, wilson
from ..base import AUDITS
from ..licence_duties import AUTHOR_KEYS, binding, credit_line, duty, owed
from ..licences import normalise_licence
from ..privacy import redact

BINDING = ("non-commercial", "no-derivatives", "share-alike", "strong-copyleft", "restricted", "proprietary")
BINDING_SET = frozenset(BINDING)
LISTED = 100
IN_DETAIL = 10_000
OWNERS, FURTHER = 200_000, "(further authors)"  # so that memory stays bounded
DOCUMENTS = 50
LONGEST = 200


# family, code, severity, what it means, what to do
BINDS: tuple[tuple[str, str, Literal["high", "medium", "low"], str, str], ...] = (
    (
        "non-commercial", "HW-A070", "medium",
        "A release that holds them may be used for no commercial purpose as a whole, whatever the other licences say.",
        "Take them out (filter 'licence', deny: [non-commercial]), or release them apart under terms that say so.",
    ),
    (
        "no-derivatives", "HW-A071", "medium",
        "Their licences do not permit passing on adapted material. Curation edits, cuts and redacts texts; whether "
        "that, or training, adapts a work is a question for a lawyer.",
        "Take them out (filter 'licence', deny: [no-derivatives]), or pass them on as they were and apart.",
    ),
    (
        "proprietary", "HW-A072", "high",
        "Their licences give no general permission to copy, adapt or pass them on.",
        "Take them out (filter 'licence', deny: [proprietary]), or keep the agreement that permits their use.",
    ),
)  # fmt: skip


@dataclass(slots=True)
class Holdings:
    """Documents by (source, author, licence), documents by binding family, and the first ids of each family."""

    by_owner: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    by_family: Counter[str] = field(default_factory=Counter)
    ids: dict[str, list[str]] = field(default_factory=dict)
    documents: int = 0
    nameless: int = 0

    def note(self, family: str, name: str) -> None:
        """Keep the id of a document of this family, up to 50."""
        known = self.ids.setdefault(family, [])
        if len(known) < DOCUMENTS:
            known.append(name)


@AUDITS.register("licences", source="SPDX License List; ScanCode LicenseDB; Creative Commons 4.0", unit="documents")
class Licences:
    """Attribution list by source, author and licence, and the licences that bind the released corpus as a whole.

    ``authors`` are the attributes in which an author or a credit line is looked for, the first that is there.
    """

    name = "licences"

    def __init__(self, authors: Sequence[str] = AUTHOR_KEYS) -> None:
        if isinstance(authors, str):
            raise UsageError(f"licences: authors must be a list of attributes, not {authors!r}")
        self.authors = tuple(authors)

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """The attribution list, documents by binding family, and findings HW-A070 to HW-A073."""
        corpus.require_documents()
        found = self._collect(corpus, progress)
        owing = [(owner, count) for owner, count in sorted(found.by_owner.items()) if owed(owner[2])]
        rows = [row for owner, count in owing for row in _rows(*owner, count)]
        score = _owing_score(sum(count for _, count in owing), found.documents)
        exhibits: tuple[Exhibit, ...] = (_attribution(rows), _binding(found))
        return StageReport(
            "audit", "Licences", _facts(owing, found), (score,), tuple(_findings(found, score)), exhibits,
            {"attribution": [dict(zip(_COLUMNS, row, strict=True)) for row in rows[:IN_DETAIL]],
             "attribution_rows": len(rows)},
        )  # fmt: skip

    def _collect(self, corpus: Corpus, progress: Progress) -> Holdings:
        found = Holdings()
        with progress.task("licences", len(corpus)) as task:
            for batch in corpus.batches(["id", "source", "licence", "url", "attributes"]):
                self._add(found, batch)
                task.advance(batch.num_rows)
        return found

    def _add(self, found: Holdings, batch: pa.RecordBatch) -> None:
        authors = [pc.map_lookup(batch.column("attributes"), key, "first").to_pylist() for key in self.authors]
        named = [next((one for one in row if one), "") for row in zip(*authors, strict=True)]
        named = named or [""] * batch.num_rows
        columns = (batch.column(key).to_pylist() for key in ("id", "source", "licence", "url"))
        for (name, source, stated, url), author in zip(zip(*columns, strict=True), named, strict=True):
            licence = normalise_licence(stated)
            found.documents += 1
            owner = (source or UNKNOWN, author[:LONGEST], licence)
            if owner not in found.by_owner and len(found.by_owner) >= OWNERS:
                owner = (owner[0], FURTHER, licence)
            found.by_owner[owner] += 1
            for family in sorted(binding(licence) & BINDING_SET):
                found.by_family[family] += 1
                found.note(family, name)
            if owed(licence) and not author and not url:
                found.nameless += 1
                found.note("nameless", name)


_COLUMNS = ("source", "author", "licence", "documents", "owed", "credit")


def _rows(source: str, author: str, licence: str, count: int) -> Iterator[tuple[Cell, ...]]:
    for key in owed(licence):
        credit = credit_line(source, author, key)
        yield redact(source), redact(author) or None, licence[:LONGEST], count, duty(key), redact(credit)


def _attribution(rows: Sequence[tuple[Cell, ...]]) -> Table:
    rest = len(rows) - LISTED
    note = "What is owed is a reading of the licence texts, not legal advice."
    note += f" {rest} more rows stand in the report's data under 'attribution'." if rest > 0 else ""
    largest = sorted(rows, key=lambda row: (-int(row[3] or 0), *map(str, row)))[:LISTED]
    columns = ("Source", "Author", "Licence", "Documents", "Owed", "Credit line")
    return Table("licences-attribution", "Attribution list", columns, tuple(largest), note)


def _binding(found: Holdings) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for family in BINDING:
        if count := found.by_family[family]:
            low, high = wilson(count, found.documents)
            rows.append((family, count, count / found.documents, low, high))
    return Table(
        "licences-binding", "Documents whose licences bind the whole", ("Family", "Documents", "Share", "Low", "High"),
        tuple(rows), "A document counts where no choice that its expression offers avoids the family. Wilson, 95 %.",
    )  # fmt: skip


def _facts(owing: Sequence[tuple[tuple[str, str, str], int]], found: Holdings) -> dict[str, Cell]:
    return {
        "Documents that owe attribution": sum(count for _, count in owing),
        "Sources that owe attribution": len({owner[0] for owner, _ in owing}),
        "Authors named for attribution": len({owner[1] for owner, _ in owing if owner[1]}),
        "Licences that owe attribution": len({key for owner, _ in owing for key in owed(owner[2])}),
    }


def _owing_score(count: int, documents: int) -> Score:
    low, high = wilson(count, documents)
    return Score(
        "attribution-owed-share", count / documents, documents, "share of documents",
        "attribution-owed-share/1 every branch of the licence expression asks for credit or a notice; Wilson",
        low, high,
    )  # fmt: skip


def _findings(found: Holdings, score: Score) -> Iterator[Finding]:
    for family, code, severity, meaning, advice in BINDS:
        if count := found.by_family[family]:
            yield Finding(
                code, severity, f"{count:,} of {found.documents:,} documents are {family}", meaning, advice,
                document_ids=tuple(found.ids[family]),
            )  # fmt: skip
    if found.nameless:
        yield Finding(
            "HW-A073", "low", f"Credit is owed for {found.nameless:,} documents that name neither author nor address",
            "Their licences ask for credit or a notice, but nothing in the corpus says to whom, so that the "
            "attribution list names their source only.",
            "Keep the author (attribute 'author') or the url of each document when you collect it.",
            (score,), document_ids=tuple(found.ids["nameless"]),
        )  # fmt: skip
