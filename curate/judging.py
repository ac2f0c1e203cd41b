"""One step on one batch: its judgement, checked, applied and counted."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ..core import (
    OUT_OF_ROOM,
    TEXT_SCHEMA,
    Gallery,
    HeadwaterError,
    IntegrityError,
    TemporaryError,
    modality,
    sha256,
)
from .additions import ADDED, with_additions
from .base import ANNOTATION_SCHEMA, DECISION_SCHEMA, Annotation, Decision, Judgement

ACTIONS = ("edited", "removed", "quarantined")
STEP_FAILED = "step-failed"
REASON_FIELDS = tuple(column for column in DECISION_SCHEMA if column.name != "id")
_LABELS = frozenset(TEXT_SCHEMA.names) - {"id", "text"}

Judge = Callable[[pa.RecordBatch], Judgement]


@dataclass(frozen=True, slots=True)
class Applied:
    """What a step made of a batch: rows that stay, rows that go (with their reasons), and what is written down.

    All tables are in the order of the batch. ``edited`` holds ids.
    """

    kept: pa.Table
    removed: pa.Table
    decisions: pa.Table
    annotations: pa.Table
    edited: frozenset[str] = frozenset()
    tallies: Mapping[str, int] = field(default_factory=dict)
    galleries: tuple[Gallery, ...] = ()
    added: frozenset[str] = frozenset()


def removed_schema(schema: pa.Schema) -> pa.Schema:
    """The schema of removed rows: that of the source and the columns of the decision."""
    return pa.schema([*schema, *REASON_FIELDS])


def judge_safely(step: str, judge: Judge, batch: pa.RecordBatch, is_private: bool) -> Applied:
    """Judge and apply. A document on which the step raises is quarantined with the type of the exception.

    The batch is halved until the failing documents stand alone, so that the result does not depend on the batches.
    Errors that headwater raises on purpose (wrong use, broken contract) are not swallowed, and neither is a full disk:
    it becomes a :class:`TemporaryError`.
    """
    try:
        return apply(step, judge(batch), batch, is_private)
    except HeadwaterError:
        raise
    except OSError as error:
        if error.errno in OUT_OF_ROOM:  # the machine's trouble and not the document's: it must not decide what stays
            raise TemporaryError(f"step {step}: {error.strerror}; free some space and start again") from None
        return _judge_halves(step, judge, batch, is_private, error)
    except Exception as error:  # third-party code on hostile input: nothing may be lost, whatever it raises
        return _judge_halves(step, judge, batch, is_private, error)


def _judge_halves(step: str, judge: Judge, batch: pa.RecordBatch, is_private: bool, error: Exception) -> Applied:
    if batch.num_rows > 1:
        half = batch.num_rows // 2
        parts = (batch.slice(0, half), batch.slice(half))
        return merge([judge_safely(step, judge, part, is_private) for part in parts])
    names = batch.column("id").to_pylist()
    failed = (Decision(name, "quarantined", STEP_FAILED, evidence=type(error).__name__) for name in names)
    return apply(step, Judgement(tuple(failed)), batch, is_private)


def apply(step: str, judgement: Judgement, batch: pa.RecordBatch, is_private: bool) -> Applied:
    """A judgement put into effect; one that breaks the contract raises :class:`IntegrityError`."""
    places = {name: place for place, name in enumerate(batch.column("id").to_pylist())}
    decisions = sorted(judgement.decisions, key=lambda decision: _place(step, places, decision.id))
    annotations = sorted(judgement.annotations, key=lambda annotation: _place(step, places, annotation.id))
    edited = _check(step, decisions, judgement.edits)
    leaving = [decision for decision in decisions if decision.action != "edited"]
    changed = _edit(_relabel(step, batch, judgement.columns), judgement.edits, places)
    kept, gone = _split(changed, [decision.id for decision in leaving])
    kept, fresh = with_additions(step, kept, judgement.additions, edited)
    applied = Applied(
        pa.Table.from_batches([kept]),
        with_reasons(pa.Table.from_batches([_without_content(gone) if is_private else gone]), step, leaving),
        decision_table(step, [*decisions, *fresh]),
        annotation_table(step, annotations),
        edited,
        {name: int(number) for name, number in judgement.tallies.items()},
        tuple(judgement.galleries),
        frozenset(decision.id for decision in fresh),
    )
    _reconcile(step, batch.num_rows, applied)
    return applied


def merge(parts: Sequence[Applied]) -> Applied:
    """The parts of one batch as one."""
    tallies: Counter[str] = Counter()
    for part in parts:
        tallies.update(part.tallies)
    return Applied(
        pa.concat_tables([part.kept for part in parts]),
        pa.concat_tables([part.removed for part in parts]),
        pa.concat_tables([part.decisions for part in parts]),
        pa.concat_tables([part.annotations for part in parts]),
        frozenset[str]().union(*(part.edited for part in parts)),
        dict(tallies),
        added=frozenset[str]().union(*(part.added for part in parts)),
    )


def decision_table(step: str, decisions: Sequence[Decision]) -> pa.Table:
    """Decisions in the schema of the files, in the given order."""
    columns: dict[str, list[Any]] = {
        name: [getattr(decision, name) for decision in decisions] for name in DECISION_SCHEMA.names if name != "step"
    }
    return pa.table(columns | {"step": [step] * len(decisions)}, schema=DECISION_SCHEMA)


def annotation_table(step: str, annotations: Sequence[Annotation]) -> pa.Table:
    """Annotations in the schema of the files, in the given order."""
    columns: dict[str, list[Any]] = {
        name: [getattr(annotation, name) for annotation in annotations]
        for name in ANNOTATION_SCHEMA.names
        if name != "step"
    }
    return pa.table(columns | {"step": [step] * len(annotations)}, schema=ANNOTATION_SCHEMA)


def with_reasons(rows: pa.Table, step: str, decisions: Sequence[Decision]) -> pa.Table:
    """Rows with the decisions on them beside: one decision for each row, in row order."""
    reasons = decision_table(step, decisions)
    columns = [*rows.columns, *(reasons.column(field.name) for field in REASON_FIELDS)]
    return pa.Table.from_arrays(columns, schema=removed_schema(rows.schema))


def _place(step: str, places: Mapping[str, int], name: str) -> int:
    if name not in places:
        raise IntegrityError(f"step {step}: judged a document {name!r} that it was not given; mend the step")
    return places[name]


def _check(step: str, decisions: Sequence[Decision], edits: Mapping[str, str]) -> frozenset[str]:
    """The ids of edited documents."""
    actions = {decision.id: decision.action for decision in decisions}
    if len(actions) != len(decisions):
        raise IntegrityError(f"step {step}: more than one decision on a document; a step decides once on each")
    for action in actions.values():
        if action not in ACTIONS:
            raise IntegrityError(f"step {step}: no action {action!r}; there are {', '.join(ACTIONS)}")
    edited = frozenset(name for name, action in actions.items() if action == "edited")
    if edited != frozenset(edits):
        raise IntegrityError(f"step {step}: the edits and the decisions with action 'edited' name different documents")
    return edited


def _relabel(step: str, batch: pa.RecordBatch, columns: Mapping[str, pa.Array]) -> pa.RecordBatch:
    for name, values in columns.items():
        if name not in _LABELS or len(values) != batch.num_rows:
            raise IntegrityError(f"step {step}: column {name!r} is no provenance column with a value for each document")
        index = batch.schema.get_field_index(name)
        batch = batch.set_column(index, batch.schema.field(index), values.cast(batch.schema.field(index).type))
    return batch


def _edit(batch: pa.RecordBatch, edits: Mapping[str, str], places: Mapping[str, int]) -> pa.RecordBatch:
    if not edits:
        return batch
    content = batch.schema.field(modality(batch.schema))
    chosen = sorted((places[name], value) for name, value in edits.items())
    rows = {place for place, _ in chosen}
    mask = pa.array([place in rows for place in range(batch.num_rows)], pa.bool_())
    values = pa.array([value for _, value in chosen], content.type)
    column = pc.replace_with_mask(batch.column(content.name), mask, values)
    return batch.set_column(batch.schema.get_field_index(content.name), content, column)


def _split(batch: pa.RecordBatch, leaving: Sequence[str]) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """The rows that stay and those with the ids in ``leaving``."""
    if not leaving:  # the usual case: nothing to copy
        return batch, batch.slice(0, 0)
    mask = pc.is_in(batch.column("id"), value_set=pa.array(leaving, pa.string()))
    return batch.filter(pc.invert(mask)), batch.filter(mask)


def _without_content(rows: pa.RecordBatch) -> pa.RecordBatch:
    """The rows with the hash of their content in its place: of the attributes only the locator stays."""
    content = rows.schema.field(modality(rows.schema))
    emptied = {"text": "", "table": "", "image": b"", "height": 0, "width": 0, "channels": 0, "groups": []}
    redacted = []
    for row in rows.to_pylist():
        value = row[content.name] or ""
        digest = sha256(value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass"))
        kept = [(key, entry) for key, entry in row["attributes"] or () if key == "locator"]
        changed = {name: empty for name, empty in emptied.items() if name in row}
        redacted.append(row | changed | {"attributes": [*kept, ("sha256", digest)]})
    return pa.RecordBatch.from_pylist(redacted, schema=rows.schema)


def _reconcile(step: str, documents: int, applied: Applied) -> None:
    """In = kept + edited + removed + quarantined, out = kept + edited + added, counted on the tables themselves."""
    actions = Counter(applied.decisions.column("action").to_pylist())
    if (
        documents + actions[ADDED] != applied.kept.num_rows + applied.removed.num_rows
        or actions[ADDED] != len(applied.added)
        or applied.removed.num_rows != actions["removed"] + actions["quarantined"]
        or actions["edited"] != len(applied.edited)
    ):
        raise IntegrityError(
            f"step {step}: {documents} documents in, but {applied.kept.num_rows} stayed ({actions['edited']} edited), "
            f"{actions['removed']} removed, {actions['quarantined']} quarantined and {actions[ADDED]} added"
        )
