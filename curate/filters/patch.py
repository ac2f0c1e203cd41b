"""The filter that applies a patch: what is to be done to single documents, because a finding named them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from ...core import InputError, read_json, sha256, sha256_file, write_json
from ..base import FILTERS, Decision, Judgement
from .text_column import text_column

FORMAT = "headwater patch/1"
ABSENT = "absent"
REDACTED = "[REDACTED]"
PATCH_WEIGHT = "patch-weight"
Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Patch:
    """What is to be done to documents by id; ``rule`` (a finding's code) and ``evidence`` go into each decision.

    ``remove``: id to the document that stays for it, or None. ``redact``: id to character ranges of the text as the
    steps before leave it; ``texts`` holds the SHA-256 of that text. ``weights``: id to how often it is to be seen
    beside others (a document that is not named has 1).
    """

    rule: str
    evidence: str
    remove: Mapping[str, str | None] = field(default_factory=dict)
    redact: Mapping[str, Ranges] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)

    def __len__(self) -> int:
        """Documents that it names."""
        return len({*self.remove, *self.redact, *self.weights})

    def save(self, path: Path) -> None:
        """Write it as JSON; no text of a document stands in it."""
        values = {name: getattr(self, name) for name in self.__slots__}
        write_json(
            path, {"format": FORMAT, **values, "redact": {k: [list(r) for r in v] for k, v in self.redact.items()}}
        )

    @classmethod
    def load(cls, path: Path) -> "Patch":
        """Read what :meth:`save` wrote; raises :class:`InputError` for anything else."""
        values = read_json(path)
        if not isinstance(values, dict) or values.pop("format", None) != FORMAT:
            raise InputError(f"{path}: not a patch of headwater ({FORMAT}); 'headwater remedy' writes one")
        try:
            redact = {name: tuple((int(a), int(b)) for a, b in ranges) for name, ranges in values["redact"].items()}
            return cls(**{**values, "redact": redact})
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path}: a damaged patch ({error}); write it again with 'headwater remedy'") from None


@dataclass(frozen=True, slots=True)
class ApplyPatch:
    """Does to each document what a patch says of it; see :func:`patch`. ``digest`` is the SHA-256 of the patch."""

    name: str
    digest: str
    _path: str

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """Removals, edits and weights of the documents that the patch names."""
        if self.digest == ABSENT:
            raise InputError(f"patch: {self._path}: no such file; 'headwater remedy' writes patches")
        return judge_by(_load(self._path, self.digest), batch)


def judge_by(found: Patch, batch: pa.RecordBatch) -> Judgement:
    """What a patch says of the documents of a batch.

    Raises :class:`InputError` where a text to redact is another one than the patch was made for.
    """
    ids: list[str] = batch.column("id").to_pylist()
    decisions = [
        Decision(name, "removed", found.rule, evidence=found.evidence, duplicate_of=found.remove[name])
        for name in ids if name in found.remove
    ]  # fmt: skip
    named = [row for row, name in enumerate(ids) if name in found.redact and name not in found.remove]
    texts = text_column(batch, "patch").to_pylist() if named else []
    edits = {}
    for row in named:
        edits[ids[row]] = _redacted(found, ids[row], texts[row])
        spans = found.redact[ids[row]]
        decisions.append(Decision(ids[row], "edited", found.rule, float(len(spans)), evidence=found.evidence))
    columns = {"attributes": _weighted(batch, ids, found.weights)} if found.weights else {}
    return Judgement(tuple(decisions), edits, columns=columns)


def text_hash(text: str) -> str:
    """The hash by which a patch knows the text that its ranges belong to."""
    return sha256(text.encode("utf-8", "surrogatepass"))


def _redacted(found: Patch, name: str, text: str) -> str:
    if text_hash(text) != found.texts.get(name):
        raise InputError(
            f"patch: document {name} holds another text than the one that the patch was made for; the source or the "
            "steps before it have changed: make the patch again"
        )
    for start, end in sorted(found.redact[name], reverse=True):
        text = text[:start] + REDACTED + text[end:]
    return text


def _weighted(batch: pa.RecordBatch, ids: Sequence[str], weights: Mapping[str, float]) -> pa.Array:
    """The attributes with a weight for every document: a learner that takes weights needs one of each."""
    kept: list[list[tuple[str, Any]]] = [
        [(key, value) for key, value in attributes or () if key != PATCH_WEIGHT]
        for attributes in batch.column("attributes").to_pylist()
    ]
    rows = [[*old, (PATCH_WEIGHT, repr(float(weights.get(name, 1.0))))] for old, name in zip(kept, ids, strict=True)]
    return pa.array(rows, batch.column("attributes").type)


@lru_cache(maxsize=4)
def _load(path: str, digest: str) -> Patch:
    return Patch.load(Path(path))


@FILTERS.register("patch", source="one decision for each document that a finding of an evaluation named")
def patch(path: str) -> ApplyPatch:
    """Apply a curation patch: remove, redact or weigh single documents, by id.

    ``path`` is a file that ``headwater remedy`` wrote. The rule of each decision is the code of the finding. Documents
    that the patch names and the corpus lacks are passed over; a text that has changed since is an error. Weights go
    into the attribute ``patch-weight`` of every document, for ``model: {weights: patch-weight}``.
    """
    digest = sha256_file(Path(path)) if Path(path).is_file() else ABSENT
    return ApplyPatch("patch", digest, path)
