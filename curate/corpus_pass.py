"""A step that sees the whole corpus: the corpus as it stands by then, and the judgement kept for a resumed run."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from ..core import (
    Corpus,
    Gallery,
    HeadwaterError,
    IncompleteError,
    IntegrityError,
    Manifest,
    Progress,
    TemporaryError,
    exhibit_from_json,
    exhibit_to_json,
)
from .base import Annotation, CorpusStep, Decision, Judgement
from .crew import Crew
from .judging import annotation_table, decision_table
from .shards import as_batch, file_hash, is_whole, read_facts, read_table, shard_name, write_shard
from .steps import NumberedStep

Item = TypeVar("Item")
Result = TypeVar("Result")
EDITS_SCHEMA = pa.schema([pa.field("id", pa.string()), pa.field("value", pa.large_string())])


class SharedCorpus(Corpus):
    """A corpus that :meth:`map` reads on all processes of a crew, a shard at a time."""

    def __init__(self, folder: Path, crew: Crew, setting: Any) -> None:
        super().__init__(folder)
        self._crew, self._setting = crew, setting

    def map(self, call: Callable[[pa.RecordBatch], Result], columns: Sequence[str] | None = None) -> Iterator[Result]:
        """``call`` on the documents of each shard, in order."""
        return self.share(partial(_call_on_shard, call, columns), self.shards)

    def share(self, call: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """``call`` on each item, in order."""
        return self._crew.map(_call_on_item, self._setting, ((call, item) for item in items))


def _call_on_item(_: Any, job: tuple[Callable[[Item], Result], Item]) -> Result:
    call, item = job
    return call(item)


def _call_on_shard(call: Callable[[pa.RecordBatch], Result], columns: Sequence[str] | None, shard: Path) -> Result:
    return call(as_batch(pq.read_table(shard, columns=None if columns is None else list(columns), use_threads=False)))


def judge_corpus(
    step: NumberedStep, source: Path, target: Path, shards: int, crew: Crew, setting: Any, progress: Progress
) -> Judgement:
    """What the step says of the documents in ``source``, as edited so far; taken from disk where it is known.

    ``setting`` is that of the crew to which the step belongs.
    """
    folder = target / "judgement"
    if not is_whole(folder):
        write_view(source, shards)
        judgement = _judge(step, SharedCorpus(source, crew, setting), progress)
        _write(step, folder, judgement)
    return _read(folder)


def write_view(source: Path, shards: int) -> None:
    """A manifest that makes one corpus of the kept documents of all shards, without copying them."""
    names = [f"{shard_name(number)}/kept.parquet" for number in range(shards)]
    folders = [source / shard_name(number) for number in range(shards)]
    files = {name: file_hash(folder, "kept") for name, folder in zip(names, folders, strict=True)}
    documents = sum(int(read_facts(folder)["documents"]) for folder in folders)
    Manifest("corpus", files, {"documents": documents}).save(source)


def _judge(step: NumberedStep, corpus: Corpus, progress: Progress) -> Judgement:
    if not isinstance(step.step, CorpusStep) or not len(corpus):
        return Judgement()
    try:
        judgement = step.step.judge_corpus(corpus, progress)
    except HeadwaterError:
        raise
    except (MemoryError, OSError) as error:
        raise TemporaryError(
            f"step {step.name}: {type(error).__name__} while it judged {len(corpus):,} documents; nothing is lost, the "
            "same command goes on from here"
        ) from error
    except Exception as error:
        raise IncompleteError(
            f"step {step.name}: failed with {type(error).__name__} on the whole corpus; nothing is lost: mend the step "
            "or take it out and start again"
        ) from error
    if judgement.columns or judgement.additions:
        raise IntegrityError(f"step {step.name}: a step on the whole corpus can neither replace columns nor add")
    if len({decision.id for decision in judgement.decisions}) != len(judgement.decisions):
        raise IntegrityError(f"step {step.name}: more than one decision on a document; a step decides once on each")
    return judgement


def _write(step: NumberedStep, folder: Path, judgement: Judgement) -> None:
    edits = {"id": list(judgement.edits), "value": list(judgement.edits.values())}
    tables = {
        "decisions": decision_table(step.name, judgement.decisions),
        "annotations": annotation_table(step.name, judgement.annotations),
        "edits": pa.table(edits, schema=EDITS_SCHEMA),
    }
    facts = {
        "tallies": dict(judgement.tallies),
        "decisions": len(judgement.decisions),
        "galleries": [exhibit_to_json(gallery) for gallery in judgement.galleries],
    }
    write_shard(folder, tables, facts)


def _read(folder: Path) -> Judgement:
    decisions = [_without_step(row) for row in read_table(folder, "decisions").to_pylist()]
    annotations = [_without_step(row) for row in read_table(folder, "annotations").to_pylist()]
    edits = read_table(folder, "edits")
    facts = read_facts(folder)
    return Judgement(
        tuple(Decision(**row) for row in decisions),
        dict(zip(edits.column("id").to_pylist(), edits.column("value").to_pylist(), strict=True)),
        tuple(Annotation(**row) for row in annotations),
        tallies=facts["tallies"],
        galleries=as_galleries(facts.get("galleries", ())),
    )


def as_galleries(stored: Iterable[Mapping[str, Any]]) -> tuple[Gallery, ...]:
    """The galleries that facts of a shard hold as JSON values."""
    return tuple(found for one in stored if isinstance(found := exhibit_from_json(one), Gallery))


def _without_step(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "step"}
