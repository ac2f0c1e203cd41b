"""The results of a run, written from its shards and moved into place."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ..core import MANIFEST, Corpus, CorpusWriter, IntegrityError, Progress, read_parquet
from .base import ANNOTATION_SCHEMA, DECISION_SCHEMA
from .counts import RunCounts, StepCounts
from .judging import removed_schema
from .reading import READ, REJECTED, read_decisions
from .shards import read_facts, read_table, shard_name
from .steps import Segment
from .table_writer import TableWriter

FOLDERS = ("decisions", "annotations", "removed", "corpus")
REPORT = "curation.json"


def write_results(
    folders: Sequence[Path], segments: Sequence[Segment], shards: int, out: Path, seed: int,
    content: str, schema: pa.Schema, facts: Mapping[str, Any], progress: Progress,
) -> RunCounts:  # fmt: skip
    """Write corpus/, removed/, decisions/ and annotations/ below ``out`` and count them.

    ``folders`` holds the shards as read, then those after each segment; ``facts`` go into the manifests.
    """
    steps = [StepCounts(0, READ), *(StepCounts(step.number, step.name) for part in segments for step in part.steps)]
    counts = RunCounts(steps, seed)
    with progress.task("write the results", total=(len(segments) + 1) * shards) as task:
        with CorpusWriter(out / "removed", removed_schema(schema)) as writer:
            _write_rejected(folders[0], out, writer, counts, content, shards)
            for segment, folder in zip(segments, folders[1:], strict=True):
                _write_segment(segment, folder, shards, out, writer, counts, content)
                task.advance(shards)
            writer.describe(**facts)
        with CorpusWriter(out / "corpus", schema) as writer:
            for number in range(shards):
                _write_kept(folders[-1] / shard_name(number), writer, counts)
                task.advance()
            counts.reconcile()
            writer.describe(**facts, counts=_totals(counts))
    _check_lengths(out, counts)
    return counts


def publish(out: Path, folder: Path, report: Path) -> None:
    """Move finished results into place: the old report goes first and the new one comes last."""
    (folder / REPORT).unlink(missing_ok=True)
    for name in FOLDERS:
        if (folder / name).is_dir():
            (folder / name / MANIFEST).unlink(missing_ok=True)
            shutil.rmtree(folder / name)
        os.rename(out / name, folder / name)
    os.replace(report, folder / REPORT)


def _write_rejected(
    folder: Path, out: Path, writer: CorpusWriter, counts: RunCounts, content: str, shards: int
) -> None:
    rejected = read_parquet(folder / REJECTED)
    _write_removed(rejected, writer, counts, content)
    decisions = read_decisions(rejected)
    with TableWriter(out / "decisions" / f"00-{READ}.parquet", DECISION_SCHEMA) as table:
        table.write(decisions)
    counts.add_decisions(0, decisions)
    documents = [read_facts(folder / shard_name(number)) for number in range(shards)]
    readable = sum(int(facts["documents"]) for facts in documents)
    counts.bytes_in = sum(int(facts["bytes"]) for facts in documents)
    counts.rejected = rejected.num_rows
    counts.documents_in = readable + rejected.num_rows
    counts.steps[0].add(
        {"in": counts.documents_in, "kept": readable, "edited": 0, "removed": rejected.num_rows, "quarantined": 0,
         "tallies": {}}
    )  # fmt: skip


def _write_segment(
    segment: Segment, folder: Path, shards: int, out: Path, writer: CorpusWriter, counts: RunCounts, content: str
) -> None:
    by_number = {step.number: step for step in counts.steps}
    with ExitStack() as stack:
        tables = {}
        for step in segment.steps:
            for kind, schema in (("decisions", DECISION_SCHEMA), ("annotations", ANNOTATION_SCHEMA)):
                path = out / kind / f"{step.stem}.parquet"
                tables[kind, step.number] = stack.enter_context(TableWriter(path, schema))
        for number in range(shards):
            shard = folder / shard_name(number)
            _write_removed(read_table(shard, "removed"), writer, counts, content)
            for step, facts in read_facts(shard)["steps"].items():
                by_number[int(step)].add(facts)
            for kind in ("decisions", "annotations"):
                for step_number, rows in _by_step(read_table(shard, kind)):
                    tables[kind, step_number].write(rows)
                    if kind == "decisions":
                        counts.add_decisions(step_number, rows)


def _by_step(table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    numbers = table.column("number")
    for number in sorted(pc.unique(numbers).to_pylist()):
        yield number, table.filter(pc.equal(numbers, number)).drop_columns(["number"])


def _write_removed(rows: pa.Table, writer: CorpusWriter, counts: RunCounts, content: str) -> None:
    for batch in rows.to_batches():
        writer.write(batch)
    counts.add_removed(rows, content)


def _write_kept(shard: Path, writer: CorpusWriter, counts: RunCounts) -> None:
    facts = read_facts(shard)
    rows = read_table(shard, "kept")
    for batch in rows.to_batches():
        writer.write(batch)
    counts.add_kept(rows, len(facts["edited"]), int(facts["bytes"]), len(facts.get("added", ())))


def _totals(counts: RunCounts) -> dict[str, int]:
    return {
        "in": counts.documents_in,
        "edited": counts.kept_edited,
        "removed": counts.actions["removed"],
        "quarantined": counts.actions["quarantined"],
        **({"added": counts.added} if counts.added else {}),
        **_personal_data(counts.steps),
    }


def _personal_data(steps: Sequence[StepCounts]) -> Counter[str]:
    """What was found by type: with the recall it tells how much may remain."""
    found: Counter[str] = Counter()
    for step in steps:
        if step.name == "personal-data":
            found.update({f"{step.name} {tally}": n for tally, n in step.tallies.items() if tally.startswith("found ")})
    return found


def _check_lengths(out: Path, counts: RunCounts) -> None:
    """The last check is on the files themselves."""
    kept, removed = len(Corpus(out / "corpus")), len(Corpus(out / "removed"))
    if kept + removed != counts.documents_in + counts.added:
        raise IntegrityError(f"{counts.documents_in} rows in, but {kept} in corpus/ and {removed} in removed/")
