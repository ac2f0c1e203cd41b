"""One document taken through the steps again: what each edit changed, proved by the ids and hashes of the record.

The record keeps a document as it left curation, not as it was before each edit. The source still has it: its id is the
hash of what was read and of where it stood, and steps are pure, so the same steps give the same texts again.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice

import pyarrow as pa

from ..core import SILENT, Progress, modality, record_batch, text_record
from .base import BatchStep, Source, Step
from .judging import Applied, judge_safely
from .privacy import redact
from .steps import NumberedStep, with_seed

CONTEXT, LONGEST, SHOWN = 40, 160, 12
MOST_WORDS, MOST_LINES = 600, 2_000
NOT_SHOWN = "not shown"
Stretch = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of a text before and after an edit, redacted and with a little of what stands around it."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Edit:
    """What a step changed in a document: the first few of ``count`` changes; texts are redacted."""

    number: int
    step: str
    count: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """The edits of a document, and its text after the last step (None where it was not found).

    ``found`` is False where the source does not yield the document any more.
    """

    found: bool
    edits: tuple[Edit, ...] = ()
    text: str | None = None
    note: str = ""


def replay(
    source: Source,
    steps: Sequence[Step],
    document_id: str,
    *,
    seed: int = 0,
    until: int | None = None,
    parent: str | None = None,
    progress: Progress = SILENT,
) -> Replay:
    """Read one document from its source again and take it through the steps, of which the last is number ``until``.

    ``parent`` is the document of the source that a step made it from, where a step added it.

    Steps that see the whole corpus are passed over: of such an edit only the record tells. Nothing raises but what the
    source raises.
    """
    row = _find(source, parent or document_id, progress)
    if row is None:
        return Replay(False, note="the source does not yield this document any more")
    if modality(row.schema) != "text":
        return Replay(True, note="only edits of texts are shown")
    numbered = [NumberedStep(number, with_seed(step, seed)) for number, step in enumerate(steps, 1)]
    hidden = [step for step in numbered if step.is_private and isinstance(step.step, BatchStep)]
    edits: list[Edit] = []
    text = row.column("text")[0].as_py() or ""
    for step in numbered[:until]:
        applied = _judge(step, row)
        row = _kept(applied, row, document_id)
        if not row.num_rows:
            break
        before, text = text, row.column("text")[0].as_py() or ""
        if applied and (applied.edited or document_id in applied.added):
            edits.append(_edit(step, before, text, hidden))
    return Replay(True, tuple(edits), text)


def _find(source: Source, document_id: str, progress: Progress) -> pa.RecordBatch | None:
    with progress.task("read the source again") as task:
        for batch in source.batches(lambda _: None, progress):
            names = batch.column("id").to_pylist()
            if document_id in names:
                return batch.slice(names.index(document_id), 1)
            task.advance(batch.num_rows)
    return None


def _judge(step: NumberedStep, row: pa.RecordBatch) -> Applied | None:
    if not isinstance(step.step, BatchStep):
        return None
    return judge_safely(step.name, step.step.judge, row, step.is_private)


def _kept(applied: Applied | None, row: pa.RecordBatch, wanted: str) -> pa.RecordBatch:
    """The row as the step left it; once a step has made the wanted document from it, that one."""
    if applied is None:
        return row
    batches = applied.kept.combine_chunks().to_batches()
    if not batches:
        return row.slice(0, 0)
    names = batches[0].column("id").to_pylist()
    name = wanted if wanted in names else row.column("id")[0].as_py()
    return batches[0].slice(names.index(name), 1) if name in names else row.slice(0, 0)


def _edit(step: NumberedStep, before: str, after: str, hidden: Sequence[NumberedStep]) -> Edit:
    raw = list(_stretches(before, after))
    changes = _private_changes(after, raw, hidden) if step.is_private else _changes(before, after, hidden)
    return Edit(step.number, step.name, len(raw), tuple(changes))


def _changes(before: str, after: str, hidden: Sequence[NumberedStep]) -> Iterator[Change]:
    """The texts are redacted as a whole and compared then: a cut must not leave half of an address."""
    old, new = _safe(before, hidden), _safe(after, hidden)
    if old is not None and new is not None:
        for place, new_place in islice(_stretches(old, new), SHOWN):
            yield Change(_around(old, *place), _around(new, *new_place))


def _private_changes(after: str, raw: Sequence[Stretch], hidden: Sequence[NumberedStep]) -> Iterator[Change]:
    """What a step against personal data replaced is never shown, only how long it was and what stands there now."""
    safe = _safe(after, hidden) == after
    for (start, end), (new_start, new_end) in raw[:SHOWN]:
        old = f"({end - start:,} characters, {NOT_SHOWN})"
        margin = CONTEXT if safe else 0
        head, tail = after[max(0, new_start - margin) : new_start], after[new_end : new_end + margin]
        new = after[new_start:new_end] if safe else redact(after[new_start:new_end])
        yield Change(head + old + tail, _clip(head + new + tail))


def _safe(text: str, hidden: Sequence[NumberedStep]) -> str | None:
    """Redacted as every shown text, and by the run's own steps against personal data: they may know more of it.

    None where such a step would take the text out.
    """
    for step in hidden:
        applied = _judge(step, record_batch([text_record(text, "shown", "shown")]))
        if applied is None or not applied.kept.num_rows:
            return None
        text = applied.kept.column("text")[0].as_py()
    return redact(text)


def _around(text: str, start: int, end: int) -> str:
    return text[max(0, start - CONTEXT) : start] + _clip(text[start:end]) + text[end : end + CONTEXT]


def _clip(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"


def _stretches(before: str, after: str) -> Iterator[Stretch]:
    """Ranges of both texts that differ: by line first, then by word within the lines."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for a, b in _opcodes(old, new, MOST_LINES):
        for c, d in _opcodes(_words(before[slice(*a)]), _words(after[slice(*b)]), MOST_WORDS):
            yield (a[0] + c[0], a[0] + c[1]), (b[0] + d[0], b[0] + d[1])


def _opcodes(old: Sequence[str], new: Sequence[str], most: int) -> Iterator[Stretch]:
    """Character ranges of the parts that differ; too many parts are one difference, for the time is quadratic."""
    same = next((i for i, (x, y) in enumerate(zip(old, new, strict=False)) if x != y), min(len(old), len(new)))
    rest = min(len(old), len(new)) - same
    ends = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    middle, new_middle = old[same : len(old) - ends], new[same : len(new) - ends]
    at, new_at = sum(map(len, old[:same])), sum(map(len, new[:same]))
    if not middle and not new_middle:
        return
    if max(len(middle), len(new_middle)) > most:
        yield (at, at + sum(map(len, middle))), (new_at, new_at + sum(map(len, new_middle)))
        return
    places, new_places = _offsets(middle, at), _offsets(new_middle, new_at)
    for kind, i, j, k, m in SequenceMatcher(None, middle, new_middle, autojunk=False).get_opcodes():
        if kind != "equal":
            yield (places[i], places[j]), (new_places[k], new_places[m])


def _offsets(parts: Sequence[str], start: int) -> list[int]:
    places = [start]
    for part in parts:
        places.append(places[-1] + len(part))
    return places


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|\S+", text)
