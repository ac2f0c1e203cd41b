"""One segment of steps over all shards: here or on several processes, resumable, with the same bytes either way."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ..core import IntegrityError, Progress, exhibit_to_json
from .base import BatchStep, Judgement
from .corpus_pass import judge_corpus
from .crew import Crew
from .judging import Applied, Judge, apply, judge_safely
from .shards import as_batch, content_sizes, is_whole, read_facts, read_ids, read_table, shard_name, write_shard
from .steps import NumberedStep, Segment


@dataclass(frozen=True, slots=True)
class Job:
    """One shard of one segment: where it comes from and goes to, and what the corpus step says of it."""

    source: Path
    target: Path
    judgement: Judgement | None


def run_segment(
    segment: Segment, source: Path, target: Path, shards: Iterable[int], crew: Crew, progress: Progress
) -> int:
    """Take every shard from ``source`` through the steps of the segment into ``target``; whole ones stay.

    ``shards`` gives the number of each shard when it is there: the first segment runs while the source is read. Where
    the segment has a step on the whole corpus, all of them are waited for. Returns how many there were.
    """
    step, judgement, total = segment.corpus_step, None, None
    if step is not None:
        shards = list(shards)
        total = sum(_documents(source, number) for number in shards)
        if all(is_whole(target / shard_name(number)) for number in shards):
            return len(shards)
        judgement = judge_corpus(step, source, target, len(shards), crew, segment, progress)
    sizes: list[int] = []
    done = iter(crew.map(run_shard, segment, _jobs(source, target, _counted(shards, source, sizes), judgement)))
    with progress.task(", ".join(step.name for step in segment.steps)[:60], total=total) as task:
        for place, _ in enumerate(done):
            task.advance(sizes[place])
    return len(sizes)


def _documents(folder: Path, number: int) -> int:
    return int(read_facts(folder / shard_name(number))["documents"])


def _counted(shards: Iterable[int], source: Path, sizes: list[int]) -> Iterator[int]:
    for number in shards:
        sizes.append(_documents(source, number))
        yield number


def run_shard(segment: Segment, job: Job) -> None:
    """One shard through all steps of the segment; each step sees what the one before it left."""
    if is_whole(job.target):
        return
    before = read_facts(job.source)
    table = read_table(job.source, "kept")
    names = table.column("id").to_pylist()
    edited = {names[place] for place in before["edited"]}
    added = {names[place] for place in before.get("added", ())}
    outcomes: list[tuple[NumberedStep, int, Applied]] = []
    for step in segment.steps:
        batch = as_batch(table)
        applied = _apply(step, batch, job.judgement if step is segment.corpus_step else None)
        outcomes.append((step, batch.num_rows, applied))
        table = applied.kept
        edited |= applied.edited
        added |= applied.added
    final = table.column("id").to_pylist()
    facts = {
        "edited": [place for place, name in enumerate(final) if name in edited and name not in added],
        "added": [place for place, name in enumerate(final) if name in added],
        "bytes": int(content_sizes(table).sum()),
        "documents": table.num_rows,
        "steps": {str(step.number): _counts(documents, applied) for step, documents, applied in outcomes},
    }
    write_shard(job.target, {"kept": table, **_written(outcomes, names)}, facts)


def _apply(step: NumberedStep, batch: pa.RecordBatch, judgement: Judgement | None) -> Applied:
    if judgement is not None:
        return apply(step.name, judgement, batch, step.is_private)
    if not batch.num_rows or not isinstance(step.step, BatchStep):
        return apply(step.name, Judgement(), batch, step.is_private)
    judge: Judge = step.step.judge
    return judge_safely(step.name, judge, batch, step.is_private)


def _counts(documents: int, applied: Applied) -> dict[str, Any]:
    actions = applied.decisions.column("action").to_pylist()
    counts = {name: actions.count(name) for name in ("edited", "removed", "quarantined")}
    shown = {"galleries": [exhibit_to_json(one) for one in applied.galleries]} if applied.galleries else {}
    kept = documents - sum(counts.values())
    added = {"added": actions.count("added")}
    return {"in": documents, "kept": kept, **counts, **added, "tallies": dict(applied.tallies), **shown}


def _written(outcomes: Sequence[tuple[NumberedStep, int, Applied]], names: Sequence[str]) -> dict[str, pa.Table]:
    """The tables beside the kept rows. Removed rows stand in corpus order; the others carry the step's number."""
    removed = pa.concat_tables([applied.removed for _, _, applied in outcomes])
    known = [*names, *(name for _, _, applied in outcomes for name in sorted(applied.added))]
    order = pc.sort_indices(pc.index_in(removed.column("id"), value_set=pa.array(known, pa.string())))
    return {
        "removed": removed.take(order),
        "decisions": pa.concat_tables([_numbered(step, applied.decisions) for step, _, applied in outcomes]),
        "annotations": pa.concat_tables([_numbered(step, applied.annotations) for step, _, applied in outcomes]),
    }


def _numbered(step: NumberedStep, table: pa.Table) -> pa.Table:
    return table.append_column("number", pa.array([step.number] * table.num_rows, pa.int32()))


def _jobs(source: Path, target: Path, numbers: Iterable[int], judgement: Judgement | None) -> Iterator[Job]:
    decided = {decision.id: decision for decision in judgement.decisions} if judgement else {}
    labelled: dict[str, list[Any]] = {}
    for annotation in judgement.annotations if judgement else ():
        labelled.setdefault(annotation.id, []).append(annotation)
    for number in numbers:
        folder, goal = source / shard_name(number), target / shard_name(number)
        if judgement is None:
            yield Job(folder, goal, None)
            continue
        names = read_ids(folder).to_pylist()
        decisions = tuple(decided[name] for name in names if name in decided)
        annotations = tuple(entry for name in names for entry in labelled.get(name, ()))
        edits = {name: judgement.edits[name] for name in names if name in judgement.edits}
        first = judgement if number == 0 else Judgement()
        yield Job(folder, goal, Judgement(decisions, edits, annotations, {}, first.tallies, first.galleries))


def check_counts(segment: Segment, target: Path, shards: int) -> None:
    """Raise :class:`IntegrityError` where a decision of the corpus step was on a document that is in no shard."""
    step = segment.corpus_step
    if step is None or not shards:
        return
    applied = sum(
        sum(read_facts(target / shard_name(number))["steps"][str(step.number)][action] for action in _ACTED)
        for number in range(shards)
    )
    decided = int(read_facts(target / "judgement")["decisions"])
    if applied != decided:
        raise IntegrityError(f"step {step.name}: {decided} decisions, but {applied} of them on documents of the corpus")


_ACTED = ("edited", "removed", "quarantined")
