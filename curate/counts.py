"""What a run of the curator counts: the material of its report."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ..core import UNKNOWN, IntegrityError
from .judging import STEP_FAILED
from .privacy import redact
from .reading import READ

EXAMPLES = 3
EXCERPT = 200
_READ_FOR_EXCERPT = 20_000
BY = ("source", "licence", "language")


@dataclass(slots=True)
class StepCounts:
    """One step: ``documents_in`` = kept + edited + removed + quarantined; kept + edited + added go on."""

    number: int
    name: str
    documents_in: int = 0
    kept: int = 0
    edited: int = 0
    removed: int = 0
    quarantined: int = 0
    added: int = 0
    tallies: Counter[str] = field(default_factory=Counter)
    galleries: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def taken_out(self) -> int:
        """Removed and quarantined documents."""
        return self.removed + self.quarantined

    def add(self, facts: Mapping[str, Any]) -> None:
        """Add the counts of one shard."""
        self.documents_in += facts["in"]
        self.kept += facts["kept"]
        self.edited += facts["edited"]
        self.removed += facts["removed"]
        self.quarantined += facts["quarantined"]
        self.added += facts.get("added", 0)
        self.tallies.update(facts["tallies"])
        self.galleries += facts.get("galleries", ())

    def to_json(self) -> dict[str, Any]:
        """The counts for machines."""
        return {
            "step": self.name,
            "in": self.documents_in,
            "kept": self.kept,
            "edited": self.edited,
            "removed": self.removed,
            "quarantined": self.quarantined,
            **({"added": self.added} if self.added else {}),
            "tallies": dict(self.tallies),
        }


@dataclass(frozen=True, slots=True)
class RemovedExample:
    """One removed document; ``excerpt`` is redacted, and empty where the content was not kept."""

    order: str
    id: str
    rule: str
    measured: float | None
    limit: float | None
    excerpt: str


@dataclass(slots=True)
class RunCounts:
    """Everything that is counted while the results are written."""

    steps: list[StepCounts]
    seed: int = 0
    bytes_in: int = 0
    bytes_kept: int = 0
    kept_unchanged: int = 0
    kept_edited: int = 0
    kept_added: int = 0
    rules: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    kept_by: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in BY})
    removed_by: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in BY})
    clusters: dict[int, Counter[str]] = field(default_factory=dict)
    failures: Counter[tuple[int, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[RemovedExample]] = field(default_factory=dict)
    documents_in: int = 0
    rejected: int = 0

    def label(self, number: int) -> str:
        """The name of a step, with its number where the same filter stands twice."""
        name = self.steps[number].name
        return f"{number}. {name}" if [step.name for step in self.steps].count(name) > 1 else name

    @property
    def added(self) -> int:
        """Documents that steps added, those that later steps took out again too."""
        return sum(step.added for step in self.steps)

    @property
    def kept(self) -> int:
        """Documents in the corpus."""
        return self.kept_unchanged + self.kept_edited + self.kept_added

    def add_kept(self, rows: pa.Table, edited: int, size: int, added: int = 0) -> None:
        """Count documents that made it into the corpus; one that a step added counts as added, edited later or not."""
        self.kept_unchanged += rows.num_rows - edited - added
        self.kept_added += added
        self.kept_edited += edited
        self.bytes_kept += size
        for name in BY:
            self.kept_by[name].update(_values(rows, name))

    def add_removed(self, rows: pa.Table, content: str) -> None:
        """Count rows of the removed corpus and look for examples; rejected rows have no licence and language."""
        self.actions.update(_values(rows, "action"))
        for name in BY:
            counted = rows if name == "source" else rows.filter(pc.not_equal(rows.column("step"), READ))
            self.removed_by[name].update(_values(counted, name))
        self._collect(rows, content)

    def add_decisions(self, number: int, rows: pa.Table) -> None:
        """Count the decisions of one step by rule; duplicates by the document that stayed."""
        pairs = zip(rows.column("rule").to_pylist(), rows.column("action").to_pylist(), strict=True)
        self.rules.update((number, rule, action) for rule, action in pairs)
        survivors = rows.column("duplicate_of").drop_null()
        if len(survivors):
            self.clusters.setdefault(number, Counter()).update(survivors.to_pylist())
        failed = rows.filter(pc.equal(rows.column("rule"), STEP_FAILED))
        self.failures.update((number, kind) for kind in failed.column("evidence").to_pylist())

    def _collect(self, rows: pa.Table, content: str) -> None:
        """Keep the examples whose hash comes first, so that the choice depends on the ids alone."""
        columns = [rows.column(name).to_pylist() for name in ("id", "step", "rule", "measured", "limit")]
        for place, (name, step, rule, measured, limit) in enumerate(zip(*columns, strict=True)):
            found = self.examples.setdefault((step, rule), [])
            order = hashlib.sha256(f"{self.seed}:{name}".encode()).hexdigest()
            if len(found) < EXAMPLES or order < found[-1].order:
                shown = _excerpt(rows.column(content)[place].as_py()) if content != "image" else ""
                found.append(RemovedExample(order, name, rule, measured, limit, shown))
                found.sort(key=lambda example: example.order)
                del found[EXAMPLES:]

    def reconcile(self) -> None:
        """Raise :class:`IntegrityError` unless in (+ added) = kept + edited + removed + quarantined, everywhere."""
        documents = self.documents_in
        for step in self.steps:
            parts = step.kept + step.edited + step.taken_out
            if step.documents_in != documents or parts != documents:
                raise IntegrityError(f"step {step.name}: {documents} documents in, but {parts} accounted for")
            documents += step.added - step.taken_out
        out = sum(self.actions.values())
        if self.kept != documents or self.documents_in + self.added - out != documents:
            raise IntegrityError(
                f"{self.documents_in} rows in, but {self.kept_unchanged} kept, {self.kept_edited} edited and {out} out"
                + (f", {self.kept_added} of {self.added} added" if self.added else "")
            )


def _values(rows: pa.Table, name: str) -> dict[str, int]:
    counted: Iterable[dict[str, Any]] = pc.value_counts(rows.column(name).combine_chunks()).to_pylist()
    return {entry["values"] or UNKNOWN: entry["counts"] for entry in counted}


def _excerpt(text: str | None) -> str:
    return " ".join(redact((text or "")[:_READ_FOR_EXCERPT]).split())[:EXCERPT]
