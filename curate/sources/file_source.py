"""The source that every reader of files makes: it walks the files, names them and hashes them."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from ...core import InputError, Progress, canonical_json, sha256
from ..base import Reject
from .batches import batched
from .files import CHUNK, Advance, InputFile

Rows = Iterator[dict[str, Any]]
ReadFile = Callable[[InputFile, Reject, Advance], Rows]


class FileSource:
    """Reads ``files`` in order with ``read_file``, a generator of rows that sends bad ones to ``reject``.

    ``options`` are what the rows depend on beside the files, as JSON values.
    """

    def __init__(
        self,
        name: str,
        files: Sequence[InputFile],
        read_file: ReadFile,
        options: Mapping[str, Any],
        modality: str = "text",
    ) -> None:
        self.name, self.modality = name, modality
        self.files, self.options = tuple(files), dict(options)
        self._read_file = read_file
        self._hashed: dict[str, tuple[int, int]] = {}

    def batches(self, reject: Reject, progress: Progress) -> Iterator[pa.RecordBatch]:
        """Record batches in the order of the sorted files; the bar counts bytes on disk."""
        with progress.task(f"read {self.name}", total=sum(file.size for file in self.files)) as task:
            yield from batched(self._rows(reject, task.advance), self.modality)

    def fingerprint(self) -> str:
        """SHA-256 over the names and contents of the files and the options."""
        self._hashed = {file.name: file.stamp() for file in self.files}
        contents = [[file.name, _hash(file)] for file in self.files]
        return sha256(canonical_json({"source": self.name, "files": contents, "options": self.options}))

    def _rows(self, reject: Reject, advance: Advance) -> Rows:
        for file in self.files:
            yield from self._read_file(file, reject, advance)
            self._require_unchanged(file)

    def _require_unchanged(self, file: InputFile) -> None:
        """What was read must be what was hashed, or the manifest would vouch for another file."""
        if self._hashed.get(file.name) not in (None, file.stamp()):
            raise InputError(f"{file.place}: changed while it was read; run again when nobody writes to it")


def _hash(file: InputFile) -> str:
    digest = hashlib.sha256()
    with file.open() as opened:
        try:
            while block := opened.read(CHUNK):
                digest.update(block)
        except Exception as error:  # every file system has its own errors
            raise InputError(f"{file.place}: cannot be read ({error}); restore it from a copy") from None
    return digest.hexdigest()
