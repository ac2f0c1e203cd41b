"""Check a run against its manifests, and repeat its curation to see whether the same bytes come out."""

import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..core import (
    MANIFEST,
    SILENT,
    EmptyCorpus,
    IncompleteError,
    InputError,
    IntegrityError,
    Manifest,
    Progress,
    UsageError,
    read_json,
    sha256_file,
)
from ..curate import build_steps, curate, read_source
from .config import RunConfig, load_config
from .inputs import Difference, differences, inputs_of, read_inputs
from .run import NO_CORPUS, with_erasure_list
from .stages import StageCache

CURATED = ("corpus", "removed", "decisions", "annotations", "curation.json")


@dataclass(frozen=True, slots=True)
class Replay:
    """The curation of one track, repeated. ``inputs``: what has changed since; ``files``: what came out otherwise."""

    track: str
    compared: int
    inputs: tuple[Difference, ...]
    files: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Whether every file came out with the same bytes."""
        return not self.files

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "track": self.track or "main",
            "same": self.same,
            "compared": self.compared,
            "inputs": [asdict(difference) for difference in self.inputs],
            "files": [asdict(difference) for difference in self.files],
        }


def check(folder: Path, progress: Progress = SILENT) -> tuple[int, list[Difference]]:
    """Hash every file that a manifest or stage record names: the number of files, and those that differ.

    Raises :class:`InputError` for a folder without any, and :class:`IntegrityError` for a manifest that was altered.
    """
    expected = [*recorded_files(folder)]
    if not expected:
        raise InputError(f"{folder}: no {MANIFEST} and no record of a stage; give a run, release or corpus folder")
    now: dict[Path, str] = {}
    wrong = []
    with progress.task("check", len(expected)) as task:
        for source, name, digest in expected:
            path = folder / name
            if path not in now:
                now[path] = sha256_file(path) if path.is_file() else ""
            if now[path] != digest:
                wrong.append(Difference("file", f"{name} (by {source})", digest, now[path]))
            task.advance()
    return len(now), wrong


def recorded_files(folder: Path) -> Iterator[tuple[str, str, str]]:
    """(record, file, SHA-256) of every manifest and stage record below a folder."""
    for path in sorted(folder.rglob(MANIFEST)):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        below = path.parent.relative_to(folder)
        for name, digest in Manifest.load(path.parent).files.items():
            yield (below / MANIFEST).as_posix(), (below / name).as_posix(), digest
    for path in sorted((folder / "stages").glob("*.json")):
        record = read_json(path)
        for name, digest in record.get("outputs", {}).items() if isinstance(record, dict) else ():
            if Path(name).is_absolute() or ".." in Path(name).parts:
                raise IntegrityError(f"{path}: {name!r} leads out of the folder; run the stage again")
            yield f"stages/{path.name}", name, str(digest)


def replay(run: Path, *, workers: int | None = None, progress: Progress = SILENT) -> list[Replay]:
    """Curate again from ``config.yaml`` into a temporary folder and compare every byte with what the run recorded.

    The run is only read. Raises :class:`InputError` where it cannot be repeated at all (no config, no source) and
    :class:`IncompleteError` where its curation left no record.
    """
    if not (run / "config.yaml").is_file():
        raise InputError(f"{run}: not a run folder (no config.yaml); --check works on every folder with a {MANIFEST}")
    config = load_config(run / "config.yaml")
    return [_replay(run, name, config, workers or config.workers, progress) for name in config.tracks()]


def _replay(run: Path, name: str, config: RunConfig, workers: int, progress: Progress) -> Replay:
    track, prefix = config.tracks()[name], f"{name}/" if name else ""
    recorded = StageCache(run).outputs(f"{name}-curate".strip("-"))
    if not recorded:
        raise IncompleteError(f"{run}: no record of a curation in stages/; 'headwater run' and 'curate' leave one")
    if track.corpus.source == NO_CORPUS:
        raise UsageError(
            f"{run}: a run without a corpus has no curation to repeat; 'headwater run' repeats its metrics"
        )
    source = read_source(track.corpus.source, f"{prefix.strip('/')} corpus".strip(), **track.corpus.options)
    steps = build_steps(with_erasure_list(track.steps(source.modality), config.erased))
    with progress.task("fingerprint of the source"):
        fingerprint = source.fingerprint()
    inputs = tuple(differences(read_inputs(run, name), inputs_of(fingerprint, steps, config.seed)))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        try:
            curate(source, steps, folder, seed=config.seed, workers=workers, progress=progress)
        except EmptyCorpus:
            if not (folder / "curation.json").is_file():
                raise
        now = _hashes(folder, prefix)
    names = sorted(recorded.keys() | now.keys())
    files = [Difference("file", file, recorded.get(file, ""), now.get(file, "")) for file in names]
    return Replay(name, len(names), inputs, tuple(entry for entry in files if entry.recorded != entry.now))


def _hashes(folder: Path, prefix: str) -> dict[str, str]:
    paths = [path for name in CURATED for path in _files(folder / name)]
    return {f"{prefix}{path.relative_to(folder).as_posix()}": sha256_file(path) for path in paths}


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
