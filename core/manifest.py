"""The root of all lineage: what is in a folder, and what it was made from."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path, PurePosixPath
from typing import Any

from .errors import IntegrityError
from .files import canonical_json, read_json, sha256, sha256_file, write_json

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """SHA-256 of every file, the configuration and parents behind them, counts, seeds and library versions.

    It holds no clock and no machine path, so that the same work gives the same manifest everywhere.
    """

    kind: str
    files: Mapping[str, str]
    counts: Mapping[str, int] = field(default_factory=dict)
    config_hash: str = ""
    seed: int | None = None
    parents: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.files:
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts:
                raise IntegrityError(
                    f"{MANIFEST}: {name!r} leads out of the folder; a manifest names files below itself"
                )

    @property
    def hash(self) -> str:
        """Hex SHA-256 of the whole manifest: the name of this content and its history."""
        return sha256(canonical_json(asdict(self)))

    def save(self, folder: Path) -> None:
        """Write ``manifest.json`` into ``folder``."""
        write_json(folder / MANIFEST, {**asdict(self), "hash": self.hash})

    @classmethod
    def load(cls, folder: Path) -> "Manifest":
        """Read ``manifest.json``; a manifest whose own hash does not fit raises :class:`IntegrityError`."""
        data: Any = read_json(folder / MANIFEST)
        try:
            stated = data.pop("hash", None)
            manifest = cls(**data)
            found = manifest.hash
        except (AttributeError, TypeError, ValueError, RecursionError) as error:
            raise IntegrityError(f"{folder / MANIFEST}: not a manifest ({error})") from None
        if found != stated:
            raise IntegrityError(f"{folder / MANIFEST}: was changed after it was written; make the stage again")
        return manifest

    def verify(self, folder: Path) -> None:
        """Check every file against its hash; the first missing or altered one raises :class:`IntegrityError`."""
        for name, expected in self.files.items():
            path = folder / name
            if not path.is_file():
                raise IntegrityError(f"{path}: named in the manifest, but missing; make the stage again")
            if sha256_file(path) != expected:
                raise IntegrityError(f"{path}: does not match its hash in the manifest; restore it or make it again")


def hash_files(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Relative name to SHA-256, sorted by name."""
    return {name: sha256_file(folder / name) for name in sorted(names)}


def library_versions(names: Iterable[str]) -> dict[str, str]:
    """Installed version of each distribution (``absent`` where it is not installed)."""
    return {name: _version(name) for name in sorted(names)}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "absent"
