"""The record of a judgement: one line a control, each bound to the line before it.

``evidence.jsonl`` grows and is never rewritten: a later check appends its lines. The first line is bound to the hash of
the run's manifest, so that evidence cannot be moved to another run.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ...core import MANIFEST, IntegrityError, Manifest, Score, canonical_json, parse_json, sha256, write_bytes
from ..ledger import read_ledger
from .statuses import Status

EVIDENCE = "evidence.jsonl"


@dataclass(frozen=True, slots=True)
class Part:
    """One measurement (or its absence) against one limit.

    ``name`` is the metric, the check or the finding; ``needed`` how many more items would settle an inconclusive one.
    """

    name: str
    status: Status
    reason: str = ""
    track: str = ""
    stage: str = ""
    slice: Mapping[str, str] = field(default_factory=dict)
    value: float | None = None
    low: float | None = None
    high: float | None = None
    confidence: float | None = None
    n: int | None = None
    unit: str = ""
    method: str = ""
    direction: str = ""
    threshold: float | None = None
    needed: int | None = None
    example_ids: tuple[str, ...] = ()

    @classmethod
    def of(cls, score: Score, status: Status, **more: Any) -> "Part":
        """The part of a score."""
        return cls(
            name=score.metric, status=status, slice=dict(score.slice), value=score.value, low=score.low,
            high=score.high, confidence=score.confidence if score.low is not None else None, n=score.n,
            unit=score.unit, method=score.method, example_ids=score.example_ids[:20], **more,
        )  # fmt: skip

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Part":
        """The part that :meth:`Evidence.to_json` wrote."""
        return cls(**{**data, "slice": dict(data["slice"]), "example_ids": tuple(data["example_ids"])})


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found of one control. ``inputs`` are SHA-256 of manifest, data, model, configuration and policy.

    ``check`` numbers the judgement (all lines of one have the same), ``previous`` is the SHA-256 of the line before.
    ``blocking``: this status alone keeps the gate shut; ``handling`` says block, warn or allow. ``area`` is corpus,
    model or attestation. Times are UTC in ISO 8601; ``measured`` is that of the oldest measurement.
    """

    control: str
    title: str
    kind: str
    severity: str
    status: Status
    reason: str
    blocking: bool
    parts: tuple[Part, ...]
    claim: str = ""
    mapping: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    policy: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    code: str = ""
    host: str = ""
    measured: str = ""
    judged: str = ""
    waiver: Mapping[str, Any] | None = None
    attestation: Mapping[str, Any] | None = None
    area: str = ""
    handling: str = ""
    check: int = 0
    previous: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; :meth:`from_json` gives an equal record back."""
        plain: dict[str, Any] = json.loads(canonical_json(asdict(self)))
        return plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Evidence":
        """The record that :meth:`to_json` wrote."""
        mapping = {name: tuple(ids) for name, ids in data["mapping"].items()}
        return cls(**{**data, "parts": tuple(Part.from_json(part) for part in data["parts"]), "mapping": mapping})


def append_evidence(folder: Path, records: Sequence[Evidence], manifest: str) -> tuple[Evidence, ...]:
    """Write a judgement under the ones before it and return it as it stands in the file."""
    known = list(read_evidence(folder, manifest))
    lines = (folder / EVIDENCE).read_bytes().split(b"\n")[: len(known)] if known else []
    check = known[-1].check + 1 if known else 1
    added: list[Evidence] = []
    for record in records:
        bound = replace(record, check=check, previous=sha256(lines[-1]) if lines else manifest)
        added.append(bound)
        lines.append(_line(bound))
    write_bytes(folder / EVIDENCE, b"".join(line + b"\n" for line in lines))
    return tuple(added)


def read_evidence(folder: Path, manifest: str = "") -> Iterator[Evidence]:
    """Every record, the chain checked on the way; with ``manifest`` the first is bound to it or to one of the ledger.

    A changed, missing, moved or foreign line raises :class:`IntegrityError` with its number.
    """
    path = folder / EVIDENCE
    previous = ""
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1] if path.is_file() else (), 1):
        record = _record(path, number, line)
        if number == 1 and manifest and record.previous in _manifests(folder):
            previous = record.previous
        elif number == 1:
            previous = manifest
        if previous and record.previous != previous:
            raise IntegrityError(f"{path}:{number}: not bound to what stands before it; the file was changed")
        yield record
        previous = sha256(line)


def _manifests(folder: Path) -> set[str]:
    """What this run was before: a run that was gone on with has another manifest, and the ledger names them all."""
    return {entry.manifest for entry in read_ledger(folder)} - {""}


def latest(folder: Path) -> tuple[Evidence, ...]:
    """The newest judgement, also one of the run as it was before it changed; empty where none was made."""
    records = tuple(read_evidence(folder, _manifest(folder)))
    return tuple(record for record in records if record.check == records[-1].check)


def current_evidence(folder: Path) -> tuple[Evidence, ...]:
    """The newest judgement where it is one of the run as it is; empty where the run changed since, or none was made."""
    manifest = _manifest(folder)
    return tuple(record for record in latest(folder) if record.inputs.get("manifest") == manifest)


def _manifest(folder: Path) -> str:
    return Manifest.load(folder).hash if (folder / MANIFEST).is_file() else ""


def _record(path: Path, number: int, line: bytes) -> Evidence:
    try:
        plain = parse_json(line)
        record = Evidence.from_json(plain)
        same = canonical_json(plain) == line
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IntegrityError(f"{path}:{number}: not a record of evidence ({error}); the file was changed") from None
    if not same:
        raise IntegrityError(f"{path}:{number}: not written as headwater writes it; the file was changed")
    return record


def _line(record: Evidence) -> bytes:
    return canonical_json(record.to_json())
