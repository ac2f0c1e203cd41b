"""A folder of images: one image a row, its sub-folders the split and the label."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

from ...core import ConfigError, InputError
from ..base import SOURCES, Reject, Rejected, Source
from ..image_files.decoding import (
    MOST_BYTES,
    MOST_FRAMES,
    MOST_PIXELS,
    SUFFIXES,
    Decoded,
    DecodeLimits,
    Mode,
    Refused,
    decode,
)
from ..image_files.file_attributes import file_attributes
from .file_source import FileSource, Rows
from .files import Advance, InputFile, Paths, find_files
from .image_metadata_files import NAMES, ImageMetadata
from .images import image_record
from .provenance import declared_provenance

# Of a file that is no image the first bytes say what it is; more of them could hold where and by whom it was taken.
EVIDENCE_BYTES = 16
SPLITS = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing", "eval", "evaluation"),
}
_SPLIT_OF = {name: split for split, names in SPLITS.items() for name in names}


@SOURCES.register("image-folder", source="https://pillow.readthedocs.io")
def image_folder(
    path: Paths,
    size: int | None = None,
    mode: Mode = "RGB",
    declared: Mapping[str, str] | None = None,
    groups: Sequence[str] = (),
    metadata: Literal["kinds", "values"] = "kinds",
    maximum_pixels: int = MOST_PIXELS,
    maximum_bytes: int = MOST_BYTES,
    maximum_frames: int = MOST_FRAMES,
) -> Source:
    """Images in a folder; the name of the sub-folder is the label.

    ``path`` is a folder (every file in it), a file or a pattern. Formats: BMP, GIF, JPEG, PNG, PPM, TIFF and WebP, of
    animations the first picture. Images are turned upright by their EXIF orientation, put on white where they are
    transparent and stored as 8-bit ``mode``: L (grey, 1 channel) or RGB (3). ``size: 28`` crops to the middle square
    and scales to 28 x 28 (Lanczos); null keeps each image's own size. Folders named train, test and the like give the
    attribute ``split``; the next one is the label, in ``groups`` and ``attributes``. A file ``metadata.csv`` (or
    .jsonl, .parquet) with a column ``file_name`` gives provenance, caption and attributes; its columns in ``groups``
    become groups. What else the files hold (place, camera, names, Content Credentials) is written down by its kind in
    the attribute ``image.metadata``, or with ``metadata: values`` in attributes of its own; the pixels carry none of
    it. A file that is no image, is cut off, or claims more than a limit is rejected before anything is decoded.
    """
    if size is not None and not 1 <= size <= 4096:
        raise ConfigError(f"size: {size} is no size for an image; use a number of pixels from 1 to 4096, or null")
    limits = DecodeLimits(maximum_bytes, maximum_pixels, maximum_frames)
    files = find_files(path)
    for file in files:
        if file.remote:
            raise InputError(f"{file.place}: images are read from disk only; copy the folder and give its path")
    named = [file for file in files if PurePosixPath(file.name).name in NAMES]
    images = frozenset(file.name for file in files if file not in named)
    told = ImageMetadata(named, images, groups)
    layout = Layout(declared_provenance(declared), _has_splits(images), metadata == "values", told)

    def read(file: InputFile, reject: Reject, advance: Advance) -> Rows:
        advance(file.size)
        if file.name not in images:
            for bad in told.rejects(file.name):
                reject(bad)
            return
        content = _content(file, limits)
        found = decode(content, mode, size, limits) if isinstance(content, bytes) else content
        if isinstance(content, bytes) and isinstance(found, Decoded):
            yield layout.record(file, found, content)
        elif isinstance(found, Refused):
            reject(_rejected(file, found))

    options = {
        "size": size, "mode": mode, "groups": list(groups), "metadata": metadata, "maximum_pixels": maximum_pixels,
        "maximum_bytes": maximum_bytes, "maximum_frames": maximum_frames, "declared": layout.declared,
    }  # fmt: skip
    return FileSource("image-folder", files, read, options, "image")


@dataclass(frozen=True, slots=True)
class Layout:
    """How the place of a file, its metadata row and its own metadata become a record."""

    declared: Mapping[str, str]
    splits: bool
    values: bool
    told: ImageMetadata

    def record(self, file: InputFile, found: Decoded, content: bytes) -> dict[str, Any]:
        """The row of an image. What a metadata file says goes before the names of folders."""
        told = dict(self.told.of(file.name))
        placed = dict(_of_folders(PurePosixPath(file.name).parts[:-1], self.splits))
        attributes = {**file_attributes(found, content, file.suffix, self.values), **placed}
        attributes |= told.pop("attributes", {})
        groups = told.pop("groups", {})
        if "label" in attributes:
            groups = {"label": attributes["label"], **groups}
        fields: dict[str, Any] = {"source": _root(file), **self.declared, **told}
        return image_record(found.pixels, file.name, **fields, groups=groups, attributes=attributes)


def _of_folders(folders: Sequence[str], splits: bool) -> Iterator[tuple[str, str]]:
    """Split and label that the folders of a file name."""
    if splits and folders:
        yield "split", _SPLIT_OF[folders[0].lower()]
        folders = folders[1:]
    if folders:
        yield "label", folders[0]


def _has_splits(names: frozenset[str]) -> bool:
    """Whether every image lies below a folder named after a split, so that no class is taken for one."""
    placed = [path.parts for path in map(PurePosixPath, names) if path.suffix.lower() in SUFFIXES]
    return bool(placed) and all(len(parts) > 1 and parts[0].lower() in _SPLIT_OF for parts in placed)


def _root(file: InputFile) -> str:
    """The name of the folder that the names start from."""
    root = file.path.absolute().parents[len(PurePosixPath(file.name).parts) - 1]
    return os.fsencode(root.name).decode("utf-8", "backslashreplace") or "images"


def _content(file: InputFile, limits: DecodeLimits) -> bytes | Refused:
    if file.size > limits.bytes:
        return Refused("file-too-large", "more bytes than an image file may have", file.size, limits.bytes)
    try:
        return file.path.read_bytes()
    except PermissionError as error:
        raise InputError(f"{file.path}: cannot be opened ({error.strerror}); check its permissions") from None


def _rejected(file: InputFile, why: Refused) -> Rejected:
    with file.path.open("rb") as opened:
        content = opened.read(EVIDENCE_BYTES)
    return Rejected(file.name, _root(file), why.rule, why.evidence, why.measured, why.limit, content)
