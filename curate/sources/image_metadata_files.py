"""The files that say more of the images of a folder: ``metadata.csv``, ``.jsonl`` or ``.parquet``, a row an image.

The layout is that of Hugging Face's imagefolder: a column ``file_name``, relative to the folder of the metadata file.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from ...core import SILENT, InputError
from ..base import Reject, Rejected, Source
from .csv import csv
from .files import InputFile
from .jsonl import jsonl
from .parquet import parquet
from .provenance import PROVENANCE

NAMES = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
KEY = "file_name"
_READERS = {".csv": csv, ".jsonl": jsonl, ".parquet": parquet}


@dataclass(slots=True)
class ImageMetadata:
    """What metadata files say of each image, by the name of the image; read when the first image asks."""

    files: Sequence[InputFile]
    images: frozenset[str]
    groups: Sequence[str]
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    rejected: dict[str, list[Rejected]] = field(default_factory=dict)
    _read: bool = False

    def of(self, name: str) -> Mapping[str, Any]:
        """Provenance, groups and attributes of an image; empty where no file names it."""
        self._load()
        return self.rows.get(name, {})

    def rejects(self, name: str) -> Sequence[Rejected]:
        """The rows of a metadata file that fit no image or cannot be read."""
        self._load()
        return self.rejected.get(name, ())

    def _load(self) -> None:
        if self._read:
            return
        self._read = True
        for file in self.files:
            self._load_file(file)

    def _load_file(self, file: InputFile) -> None:
        folder = PurePosixPath(file.name).parent
        bad = self.rejected.setdefault(file.name, [])
        for row in _rows(file, self.groups, lambda one: bad.append(_placed(one, folder))):
            attributes = dict(row["attributes"])
            name = str(folder / row["text"])
            locator = str(folder / attributes.pop("locator", file.name))
            rule = self._misfit(name)
            if rule:
                evidence = "the row names no image of the folder" if rule == "no-such-image" else "named before"
                bad.append(Rejected(locator, file.name, rule, evidence))
            else:
                self.rows[name] = _fields(row, attributes, PurePosixPath(file.name).name)

    def _misfit(self, name: str) -> str:
        if name not in self.images:
            return "no-such-image"
        return "repeated-image" if name in self.rows else ""


def _rows(file: InputFile, groups: Sequence[str], reject: Reject) -> Iterator[dict[str, Any]]:
    """The rows of a metadata file as text records, of which the text is the name of the image."""
    try:
        reader: Source = _READERS[PurePosixPath(file.name).suffix](str(file.path), text=KEY, groups=groups)
        for batch in reader.batches(reject, SILENT):
            yield from batch.to_pylist()
    except InputError as error:
        told = f"{str(error).partition(';')[0].replace(' (option text)', '')}; a metadata file of images needs a column"
        raise InputError(f"{told} {KEY!r} with the file of each row, and those named in 'groups'") from None


def _placed(rejected: Rejected, folder: PurePosixPath) -> Rejected:
    return replace(rejected, locator=str(folder / rejected.locator), source=str(folder / rejected.source))


def _fields(row: Mapping[str, Any], attributes: dict[str, str], file: str) -> dict[str, Any]:
    """Fields of an image's record: a source only where a column says it, a caption from the column ``text`` too."""
    if "text" in attributes and "caption" not in attributes:
        attributes["caption"] = attributes.pop("text")
    fields = {name: row[name] for name in PROVENANCE if row[name] not in (None, "unknown")}
    if fields.get("source") == file:
        del fields["source"]
    return {**fields, "groups": dict(row["groups"]), "attributes": attributes}
