"""The curator: takes a source through steps and leaves a corpus, what was taken out of it, and why.

Work is cut into shards in a hidden folder beside the results; each is whole on disk or absent, so that a killed run
goes on where it stopped, with the same bytes. The results are moved into place when all of them are there.
"""

import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..core import (
    SCHEMAS,
    SILENT,
    EmptyCorpus,
    HeadwaterError,
    Progress,
    StageReport,
    UsageError,
    canonical_json,
    library_versions,
    read_json,
    sha256,
    sha256_file,
    write_json,
)
from .base import BatchStep, Source, Step
from .counts import RunCounts
from .crew import Crew
from .passes import check_counts, run_segment
from .publishing import REPORT, publish, write_results
from .reading import read_shards
from .report import curation_report
from .steps import Segment, describe_steps, libraries, segments, with_seed

WORK = ".curation"
KEY = "key.json"


def curate(
    source: Source,
    steps: Sequence[Step],
    folder: Path,
    *,
    seed: int = 0,
    workers: int = 1,
    progress: Progress = SILENT,
) -> StageReport:
    """Take a source through the steps and write the results below ``folder``.

    Writes ``corpus/``, ``removed/`` (with step, rule, measured value and limit of each row), ``decisions/``,
    ``annotations/`` and ``curation.json``, and returns the latter. For every step and the whole run the number of rows
    in equals kept + edited + removed + quarantined, or :class:`IntegrityError` is raised; what steps add is counted
    apart. The result depends on source,
    steps and seed alone, not on ``workers`` (processes) or on the batches of the source. A killed call is resumed by
    the next one. Raises :class:`EmptyCorpus` for a source without rows, and, after writing everything, where no row is
    left.
    """
    folder = Path(folder)
    steps = [with_seed(step, seed) for step in steps]
    parts = segments(steps)
    _refuse_wrong_kind(source, steps)
    fingerprint = source.fingerprint()
    facts = {
        "config_hash": sha256(canonical_json({"steps": describe_steps(steps), "source": fingerprint})),
        "seed": seed,
        "parents": {"source": fingerprint},
        "versions": library_versions(libraries(steps)),
    }
    work = _open_work(folder, {**facts, "modality": source.modality, "code": _code_hash()})
    counts = _run(source, parts, work, folder, facts, workers, progress)
    report = curation_report(counts, steps)
    report.save(work / REPORT)
    publish(work / "out", folder, work / REPORT)
    _close_work(work)
    if not counts.kept:
        raise EmptyCorpus(_nothing_left(folder, counts))
    return report


def _run(
    source: Source,
    parts: Sequence[Segment],
    work: Path,
    folder: Path,
    facts: dict[str, Any],
    workers: int,
    progress: Progress,
) -> RunCounts:
    folders = [work / "00-read"]
    there: Iterable[int] = read_shards(source, folders[0], progress)
    with Crew(workers, parts) as crew:
        for part in parts:
            folders.append(work / f"{part.number:02d}-pass")
            there = range(run_segment(part, folders[-2], folders[-1], there, crew, progress))
            check_counts(part, folders[-1], len(there))
    shards = sum(1 for _ in there)
    out = work / "out"
    shutil.rmtree(out, ignore_errors=True)
    schema = SCHEMAS[source.modality]
    counts = write_results(
        folders, parts, shards, out, facts["seed"], source.modality, schema, facts, progress
    )  # fmt: skip
    if not counts.documents_in:
        _close_work(work)
        raise EmptyCorpus(f"{source.name}: the source holds no document; check its path and options")
    for name in ("decisions", "annotations"):
        (out / name).mkdir(exist_ok=True)
    return counts


def _refuse_wrong_kind(source: Source, steps: Sequence[Step]) -> None:
    """A step that asks for a column that these records lack would fail on every document: say so at once."""
    if source.modality not in SCHEMAS:
        raise UsageError(f"source {source.name}: no kind of record {source.modality!r}; kinds: {', '.join(SCHEMAS)}")
    nothing = pa.RecordBatch.from_pylist([], schema=SCHEMAS[source.modality])
    for step in steps:
        if isinstance(step, BatchStep):
            try:
                step.judge(nothing)
            except KeyError:
                raise UsageError(
                    f"step {step.name}: cannot judge records of kind {source.modality!r}; take it out of the list"
                ) from None
            except UsageError:
                raise
            except Exception:  # a step may well fail on an empty batch, which it never gets
                continue


def _open_work(folder: Path, key: dict[str, Any]) -> Path:
    """The work folder: that of an interrupted run of the same work, or a new one."""
    work = folder / WORK
    _remove(folder / f"{WORK}.done")
    if work.is_dir() and not _is_same(work / KEY, key):
        _remove(work)
    work.mkdir(parents=True, exist_ok=True)
    if not (work / KEY).is_file():
        write_json(work / KEY, key)
    for leftover in work.glob("*/.*"):
        _remove(leftover)
    return work


def _is_same(path: Path, key: dict[str, Any]) -> bool:
    try:
        return canonical_json(read_json(path)) == canonical_json(key)
    except HeadwaterError:
        return False


def _close_work(work: Path) -> None:
    """Under another name first, so that a kill half-way cannot leave something that looks resumable."""
    done = work.with_name(f"{WORK}.done")
    os.rename(work, done)
    _remove(done)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _code_hash() -> str:
    """Hash of this package's own code: work that other code began is not resumed."""
    package = Path(__file__).parent.parent
    files = sorted(path for part in ("core", "curate") for path in (package / part).rglob("*.py"))
    return sha256(canonical_json([[path.relative_to(package).as_posix(), sha256_file(path)] for path in files]))


def _nothing_left(folder: Path, counts: RunCounts) -> str:
    worst = max(counts.steps, key=lambda step: step.taken_out)
    rules = [
        (count, rule)
        for (step, rule, action), count in counts.rules.items()
        if step == worst.number and action not in ("edited", "added")
    ]
    count, rule = max(rules)
    return (
        f"every one of the {counts.documents_in:,} rows was taken out, {worst.taken_out:,} of them by step "
        f"{worst.name!r} ({count:,} by rule {rule!r}); loosen it or check the source; {folder / REPORT} has the details"
    )
