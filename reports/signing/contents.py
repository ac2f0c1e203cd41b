"""The files that a signature is held against: those of a run folder, or those of a bundle."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ...core import MANIFEST, sha256, sha256_file
from ..gate import EVIDENCE
from ..ledger import LEDGER
from ..run import OPTIONAL, STAGES, TRACKS
from .statement import PAGES, POLICY

CONFIG = "config.yaml"
MODEL_SIGNATURE = "checkpoint.sig"
SIGNATURES = "signatures"
SUFFIX = ".dsse.json"
PORTABLE_CONFIG = "config.json"


class Contents(Protocol):
    """Named files: their content, and their SHA-256 (None for one that is absent)."""

    @property
    def place(self) -> str:
        """Where they lie, for messages."""

    def names(self) -> tuple[str, ...]:
        """Every file of evidence that is there."""

    def read(self, name: str) -> bytes | None:
        """The content of a file."""

    def digest(self, name: str) -> str | None:
        """The SHA-256 of a file."""

    def envelopes(self) -> tuple[str, ...]:
        """The names of the signatures' files in their order."""


@dataclass(frozen=True, slots=True)
class FolderContents:
    """A run folder. Links are not followed: what they lead to may change."""

    folder: Path

    @property
    def place(self) -> str:
        """For messages."""
        return str(self.folder)

    def names(self) -> tuple[str, ...]:
        """Every file of evidence that is there."""
        return tuple(name for name in evidence_names() if self._is_there(name))

    def read(self, name: str) -> bytes | None:
        """The content of a file."""
        return (self.folder / name).read_bytes() if self._is_there(name) else None

    def digest(self, name: str) -> str | None:
        """The SHA-256 of a file."""
        return sha256_file(self.folder / name) if self._is_there(name) else None

    def envelopes(self) -> tuple[str, ...]:
        """The names of the signatures' files in their order."""
        found = sorted((self.folder / SIGNATURES).glob(f"*{SUFFIX}"))
        return tuple(f"{SIGNATURES}/{path.name}" for path in found)

    def _is_there(self, name: str) -> bool:
        path = self.folder / name
        return path.is_file() and not path.is_symlink()


@dataclass(frozen=True, slots=True)
class BundleContents:
    """The files of a bundle."""

    files: Mapping[str, bytes]
    place: str

    def names(self) -> tuple[str, ...]:
        """Every file of evidence that is there."""
        return tuple(name for name in evidence_names() if name in self.files)

    def read(self, name: str) -> bytes | None:
        """The content of a file."""
        return self.files.get(name)

    def digest(self, name: str) -> str | None:
        """The SHA-256 of a file."""
        return sha256(self.files[name]) if name in self.files else None

    def envelopes(self) -> tuple[str, ...]:
        """The names of the signatures' files in their order."""
        return tuple(name for name in sorted(self.files) if name.startswith(f"{SIGNATURES}/"))


def evidence_names() -> Iterator[str]:
    """Every file that a signature covers where it is there; corpora, samples and weights hang on the manifest."""
    yield from (MANIFEST, CONFIG, EVIDENCE, POLICY, LEDGER, *PAGES)
    for track in TRACKS:
        for name in (*(f"{stage}.json" for stage in (*STAGES, *OPTIONAL)), MODEL_SIGNATURE):
            yield f"{track}/{name}".lstrip("/")
