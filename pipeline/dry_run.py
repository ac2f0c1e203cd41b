"""What a run would do, without doing it: stages from the cache or not, and the steps tried on the first rows."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..core import (
    SILENT,
    Cell,
    EmptyCorpus,
    HeadwaterError,
    Progress,
    StageReport,
    Table,
    Task,
    canonical_json,
    sha256,
    wilson,
)
from ..curate import Rejected, Source, build_steps, curate
from .config import RunConfig, TrackConfig
from .run import NO_CORPUS, STAGES, Run, has_stage, with_erasure_list

ROWS = 2_000
CACHED, WAITING = "from the cache", "to run"


def dry_run(config: RunConfig, folder: Path, until: str, rows: int = ROWS, progress: Progress = SILENT) -> StageReport:
    """The plan of a run up to the stage ``until``, and the curation of the first ``rows`` documents of each source.

    Nothing is written but a temporary folder, which is deleted. Raises what :func:`run` would raise before any work.
    """
    plan = _Plan(config, folder, progress, lambda _: None)
    plan.check_names()
    facts: dict[str, Cell] = {}
    tables: list[Table] = []
    for name, track in config.tracks().items():
        plan.look(name, track, until)
        if track.corpus.source == NO_CORPUS:
            continue
        trial = _try(config, plan.source(name, track), track, rows, progress)
        prefix = f"{name} " if name else ""
        facts |= {f"{prefix}{label}": value for label, value in _facts(trial, config, folder).items()}
        facts[f"{prefix}source fingerprint"] = plan.fingerprints[name]
        tables.append(_steps_table(trial, name))
    stages = Table("dry-run-stages", "Stages", ("stage", "state"), tuple(plan.rows), "The report is always laid out.")
    return StageReport("dry-run", "Dry run", facts, exhibits=(stages, *tables), detail={"rows": rows})


@dataclass
class _Trial:
    """The curation of the head of a source."""

    steps: list[dict[str, Any]]
    documents: int
    expected: float
    seconds: float
    disk: int
    passes: int
    exhausted: bool


class _NotDone(Exception):
    pass


class _Plan(Run):
    """A run that only looks into the cache."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.rows: list[tuple[str, str]] = []
        self.fingerprints: dict[str, str] = {}

    def look(self, name: str, track: TrackConfig, until: str) -> None:
        """Add the state of each stage of a track; after the first one that is to run, all are."""
        with self.progress.task("fingerprint of the source"):
            self.fingerprints[name] = self.source(name, track).fingerprint()
        state = CACHED
        for stage in STAGES[: STAGES.index(until) + 1][:5]:
            if not has_stage(track, stage):
                continue
            if state == CACHED:
                try:
                    self.do(stage, name, track)
                except (_NotDone, HeadwaterError):
                    state = WAITING
            self.rows.append((f"{name} {stage}".strip(), state))

    def stage(
        self, stage: str, track: str, key: str, outputs: Sequence[str], work: Callable[[], str],
        transient: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Raise where the stage is not in the cache."""
        if not self.cache.is_done(f"{track}-{stage}".strip("-"), key):
            raise _NotDone


@dataclass
class _Meter:
    """Progress that remembers how much of the first task with a total is done."""

    total: float = 0
    done: float = 0
    tasks: int = field(default=0)

    @contextmanager
    def _open(self, total: float | None) -> Iterator["_Meter"]:
        if not self.tasks:
            self.total = total or 0
        self.tasks += 1
        yield self

    def task(self, name: str, total: float | None = None) -> AbstractContextManager[Task]:
        """A task; only the first one counts."""
        return self._open(total)

    def advance(self, amount: float = 1) -> None:
        """Count what was read."""
        self.done += amount

    def note(self, text: str) -> None:
        """Ignore the text."""


class _Head:
    """The first rows of a source."""

    def __init__(self, source: Source, rows: int) -> None:
        self.source, self.rows = source, rows
        self.name, self.modality = source.name, source.modality
        self.meter, self.seen, self.exhausted = _Meter(), 0, True

    def batches(self, reject: Callable[[Rejected], None], progress: Progress) -> Iterator[pa.RecordBatch]:
        """Batches until enough rows were given."""
        given = 0

        def counted(row: Rejected) -> None:
            self.seen += 1
            reject(row)

        for batch in self.source.batches(counted, self.meter):
            self.seen += batch.num_rows
            yield batch.slice(0, self.rows - given)
            given += min(batch.num_rows, self.rows - given)
            if given >= self.rows:
                self.exhausted = False
                return

    def fingerprint(self) -> str:
        """A hash that is that of no whole source."""
        return sha256(canonical_json(["head", self.source.name, self.rows]))

    def expected(self) -> float:
        """Documents in the whole source: what was read, scaled by the share of the source that it took."""
        share = self.meter.done / self.meter.total if self.meter.total else 0.0
        return float(self.seen) if self.exhausted else self.seen / share if share else float("nan")


def _try(config: RunConfig, source: Source, track: TrackConfig, rows: int, progress: Progress) -> _Trial:
    steps = build_steps(with_erasure_list(track.steps(source.modality), config.erased))
    head = _Head(source, rows)
    with tempfile.TemporaryDirectory() as place:
        folder, start = Path(place), time.perf_counter()
        try:
            curate(head, steps, folder, seed=config.seed, progress=progress)
        except EmptyCorpus:
            if not (folder / "curation.json").is_file():
                raise
        seconds = time.perf_counter() - start
        report = StageReport.load(folder / "curation.json")
        disk = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    passes = 1 + sum(hasattr(step, "judge_corpus") for step in steps)
    counted = list(report.detail["steps"])
    exhausted = head.exhausted or head.meter.done >= head.meter.total > 0 and head.seen <= rows
    return _Trial(counted, int(counted[0]["in"]), head.expected(), seconds, disk, passes, exhausted)


def _facts(trial: _Trial, config: RunConfig, folder: Path) -> dict[str, Cell]:
    known = trial.expected == trial.expected  # not a number: the source does not say how long it is
    scale = trial.expected / trial.documents if known and trial.documents else 0.0
    place = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    return {
        "documents tried": trial.documents,
        "documents in the source": _about(trial.expected, trial.exhausted) if known else "the source does not say",
        "seconds of curation on one core, about": round(trial.seconds * scale, 1) if known else "not known",
        "bytes of the result, about": int(trial.disk * scale) if known else "not known",
        "bytes while it works, about": int(trial.disk * scale * (trial.passes + 2)) if known else "not known",
        "bytes free": shutil.disk_usage(place).free,
        "workers": config.workers,
    }


def _about(number: float, exact: bool) -> Cell:
    return int(number) if exact else f"about {number:,.0f}"


def _steps_table(trial: _Trial, name: str) -> Table:
    rows = []
    for step in trial.steps:
        out, documents = step["removed"] + step["quarantined"], step["in"]
        share = (out / documents, *wilson(out, documents)) if documents else (None, None, None)
        rows.append((step["step"], documents, step["edited"], step["removed"], step["quarantined"], *share))
    note = (
        "Of the first documents of the source. Low and high bound the share taken out: Wilson's interval at 95 %, "
        "which holds for the whole source only as far as its beginning is like the rest. Duplicates are rarer in a "
        "part than in the whole."
    )
    columns = ("step", "in", "edited", "removed", "quarantined", "share taken out", "low", "high")
    title = "Steps on the first documents" + (f" ({name})" if name else "")
    return Table(f"{name}-dry-run-steps".lstrip("-"), title, columns, tuple(rows), note)
