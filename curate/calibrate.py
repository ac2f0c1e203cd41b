"""What each threshold would remove, at its published value and over a grid, before anything is removed."""

from collections.abc import Iterable, Sequence

import pyarrow as pa

from ..core import SILENT, EmptyCorpus, Progress, StageReport, UsageError, did_you_mean, record_batch
from .base import BatchStep, Judgement, Source, Step
from .calibration_report import calibration_report
from .calibration_sample import CalibrationSample
from .filters.thresholds import MeasuredStep
from .steps import with_seed

DOCUMENTS = 20_000
EDITING = frozenset({"unicode", "language"})


def calibrate(
    source: Source,
    steps: Sequence[Step],
    *,
    only: str | None = None,
    documents: int = DOCUMENTS,
    examples: int = 3,
    seed: int = 0,
    progress: Progress = SILENT,
) -> StageReport:
    """Measure the documents of a source by every rule with a threshold; nothing is removed and nothing is written.

    Each rule sees the documents as the steps ``unicode`` and ``language`` leave them where these stand before its step;
    no other step is applied, so each rule is judged on the whole source. At most ``documents`` are measured, drawn by
    a keyed hash of their ids; ``examples`` are shown on each side of each limit, redacted. ``only`` names one step.
    Raises :class:`UsageError` where no step has a threshold, :class:`EmptyCorpus` for a source without documents.
    """
    if documents < 1 or examples < 0:
        raise UsageError(f"documents must be at least 1 and examples 0 or more, not {documents} and {examples}")
    if source.modality != "text":
        raise UsageError(
            f"calibrate looks at thresholds on text, and this source holds records of kind {source.modality!r}"
        )
    steps = [with_seed(step, seed) for step in steps]
    measured = _chosen(steps, only)
    sample = CalibrationSample(measured, documents, seed)
    rejected = 0

    def reject(_: object) -> None:
        nonlocal rejected
        rejected += 1

    with progress.task("calibrate") as task:
        for batch in source.batches(reject, progress):
            if batch.num_rows:
                chosen = sample.choose(batch)
                sample.add(chosen, _views(steps, measured, chosen))
            task.advance(batch.num_rows)
    if not sample.seen:
        raise EmptyCorpus(f"{source.name}: the source holds no document; check its path and options")
    return calibration_report(sample, steps, rejected, examples)


def _chosen(steps: Sequence[Step], only: str | None) -> list[tuple[int, MeasuredStep]]:
    """The steps with rules, and their places in the list."""
    names = [step.name for step in steps]
    if only is not None and only not in names:
        hint = did_you_mean(only, names)
        raise UsageError(f"no step {only!r} in this configuration; {hint}steps: {', '.join(names) or 'none'}")
    found: list[tuple[int, MeasuredStep]] = [
        (place, step)
        for place, step in enumerate(steps)
        if isinstance(step, MeasuredStep) and step.rules and only in (None, step.name)
    ]
    if not found:
        wanted = f"{only!r} is not a step" if only else f"among the steps {', '.join(names) or '(none)'} is none"
        raise UsageError(
            f"{wanted} with a threshold that can be measured ahead; try length, repetition, quality, c4 or fineweb"
        )
    return found


def _views(
    steps: Sequence[Step], measured: Iterable[tuple[int, MeasuredStep]], batch: pa.RecordBatch
) -> list[pa.RecordBatch]:
    """The batch as each measured step would see it."""
    views, done = [], 0
    for place, _ in measured:
        for step in steps[done:place]:
            if step.name in EDITING and isinstance(step, BatchStep):
                batch = _applied(batch, step.judge(batch))
        done = place
        views.append(batch)
    return views


def _applied(batch: pa.RecordBatch, judgement: Judgement) -> pa.RecordBatch:
    """Edits and columns of a judgement; what it would remove stays."""
    for name, values in judgement.columns.items():
        index = batch.schema.get_field_index(name)
        batch = batch.set_column(index, batch.schema.field(index), values.cast(batch.schema.field(index).type))
    if not judgement.edits:
        return batch
    rows = batch.to_pylist()
    return record_batch([row | {"text": judgement.edits.get(row["id"], row["text"])} for row in rows], batch.schema)
