"""The cache of finished stages: an unchanged stage is not run twice, an unfinished one is resumed or made again."""

import fcntl
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..core import IntegrityError, TemporaryError, canonical_json, open_own, read_json, sha256, sha256_file, write_json

PACKAGE = Path(__file__).parent.parent


def code_hash(folders: Sequence[str]) -> str:
    """SHA-256 of the package's own source in these folders: changed code is a changed stage."""
    return sha256(canonical_json([list(pair) for pair in code_files(folders).items()]))


def code_files(folders: Sequence[str]) -> dict[str, str]:
    """SHA-256 of each file of the package's own source in these folders, by its path in the package."""
    files = sorted(path for folder in folders for path in (PACKAGE / folder).rglob("*") if path.is_file())
    sources = [path for path in files if path.suffix in {".py", ".json", ".jinja", ".css", ".js"}]
    return {path.relative_to(PACKAGE).as_posix(): sha256_file(path) for path in sources}


def stage_key(**parts: Any) -> str:
    """The name of one piece of work: everything that its result depends on."""
    return sha256(canonical_json(parts))


class StageCache:
    """Records of finished stages in ``RUN/stages/``.

    A record holds the key of the work and the hash of every file it made. Stale files (of other work) are deleted
    before a stage runs; files of the same, interrupted work stay, so that the stage can resume.
    """

    def __init__(self, run: Path) -> None:
        self.run = run
        self.records = run / "stages"

    def run_stage(
        self, name: str, key: str, outputs: Sequence[str], work: Callable[[], None], transient: Sequence[str] = ()
    ) -> bool:
        """Do ``work`` unless it is done. ``outputs`` are files or folders below the run folder.

        ``transient`` names are left out of the record (state for resuming, wall-clock times). True where it ran.
        """
        if self.is_done(name, key):
            return False
        started = self.records / f"{name}.started.json"
        if not started.is_file() or read_json(started).get("key") != key:
            for output in outputs:
                _delete(self.run / output)
            write_json(started, {"key": key})
        self.record_path(name).unlink(missing_ok=True)
        work()
        write_json(self.record_path(name), {"key": key, "outputs": self._hashes(outputs, transient)})
        started.unlink()
        return True

    def is_done(self, name: str, key: str) -> bool:
        """Whether the stage was finished with this key and its files are still what they were."""
        path = self.record_path(name)
        if not path.is_file():
            return False
        record = read_json(path)
        return bool(record["key"] == key) and not self.damage(record["outputs"])

    def damage(self, outputs: Mapping[str, str]) -> list[str]:
        """The files that are missing or altered."""
        return [
            file
            for file, expected in outputs.items()
            if not (self.run / file).is_file() or sha256_file(self.run / file) != expected
        ]

    def outputs(self, name: str) -> dict[str, str]:
        """File to SHA-256 of a finished stage; empty where it has not run."""
        path = self.record_path(name)
        return dict(read_json(path)["outputs"]) if path.is_file() else {}

    def record_path(self, name: str) -> Path:
        """Where the record of a stage lies."""
        return self.records / f"{name}.json"

    def _hashes(self, outputs: Sequence[str], transient: Sequence[str]) -> dict[str, str]:
        files = [path for output in outputs for path in _files(self.run / output)]
        names = sorted(path.relative_to(self.run).as_posix() for path in files)
        kept = [name for name in names if not any(name == skip or name.startswith(f"{skip}/") for skip in transient)]
        if not kept:
            raise IntegrityError(f"{self.run}: a stage ended without writing any of {', '.join(outputs)}")
        return {name: sha256_file(self.run / name) for name in kept}


@contextmanager
def locked(run: Path) -> Iterator[None]:
    """Hold the run folder: two runs in one folder would mix their files."""
    run.mkdir(parents=True, exist_ok=True)
    with open_own(run / ".lock") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise TemporaryError(
                f"{run}: another headwater process works in this folder; wait for it or choose another --out"
            ) from None
        yield


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]


def _delete(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
