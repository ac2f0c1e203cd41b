"""A folder of images: one image a row, its sub-folder the label."""

import os
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from ...core import ConfigError, InputError
from ..base import SOURCES, Reject, Rejected, Source
from .file_source import FileSource, Rows
from .files import Advance, InputFile, Paths, find_files
from .images import image_record
from .lines import EVIDENCE_BYTES
from .provenance import declared_provenance

Mode = Literal["L", "RGB"]
# Formats whose decoders need no other program; each can be recognised by its first bytes.
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
MOST_PIXELS = 32_000_000
LARGEST_FILE = 64 << 20


@SOURCES.register("image-folder", source="https://pillow.readthedocs.io")
def image_folder(
    path: Paths,
    size: int | None = None,
    mode: Mode = "RGB",
    declared: Mapping[str, str] | None = None,
    maximum_pixels: int = MOST_PIXELS,
    maximum_bytes: int = LARGEST_FILE,
) -> Source:
    """Images in a folder; the name of the sub-folder is the label.

    ``path`` is a folder (every file in it), a file or a pattern. Formats: BMP, GIF (first frame), JPEG, PNG, PPM, TIFF
    and WebP. Images are turned upright by their EXIF orientation, put on white where they are transparent and stored as
    8-bit ``mode``: L (grey, 1 channel) or RGB (3). ``size: 28`` crops to the middle square and scales to 28 x 28
    (Lanczos); null keeps each image's own size. The label stands in ``groups`` and ``attributes``; the source is the
    name of the folder. A file that is no image, is truncated, or claims more than ``maximum_pixels`` in its header is
    rejected, the last before anything is decoded.
    """
    if size is not None and not 1 <= size <= 4096:
        raise ConfigError(f"size: {size} is no size for an image; use a number of pixels from 1 to 4096, or null")
    limits = Limits(size, mode, maximum_pixels, maximum_bytes)
    provenance = declared_provenance(declared)

    def read(file: InputFile, reject: Reject, advance: Advance) -> Rows:
        found = _read(file, limits)
        advance(file.size)
        if isinstance(found, Rejected):
            reject(found)
        else:
            yield from _records(file, found, provenance)

    files = find_files(path)
    for file in files:
        if file.remote:
            raise InputError(f"{file.place}: images are read from disk only; copy the folder and give its path")
    options = {"size": size, "mode": mode, "maximum_pixels": maximum_pixels, "maximum_bytes": maximum_bytes}
    return FileSource("image-folder", files, read, options | {"declared": provenance}, "image")


@dataclass(frozen=True, slots=True)
class Limits:
    """What an image is turned into, and how large it may be."""

    size: int | None
    mode: Mode
    pixels: int
    bytes: int


def _records(file: InputFile, pixels: np.ndarray, provenance: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    folders = PurePosixPath(file.name).parts[:-1]
    label = {"label": folders[0]} if folders else {}
    fields: dict[str, Any] = {"source": _root(file), **provenance, "groups": label, "attributes": label}
    yield image_record(pixels, file.name, **fields)


def _root(file: InputFile) -> str:
    """The name of the folder that the names start from."""
    root = file.path.absolute().parents[len(PurePosixPath(file.name).parts) - 1]
    return os.fsencode(root.name).decode("utf-8", "backslashreplace") or "images"


def _read(file: InputFile, limits: Limits) -> np.ndarray | Rejected:
    if file.size > limits.bytes:
        return _rejected(file, "file-too-large", "more bytes than an image file may have", file.size, limits.bytes)
    try:
        with warnings.catch_warnings(), Image.open(file.path, formats=FORMATS) as image:
            warnings.simplefilter("ignore")
            pixels = image.width * image.height
            if pixels > limits.pixels:
                return _too_many(file, pixels, limits)
            return _converted(image, limits)
    except Image.DecompressionBombError as error:
        found = re.search(r"[0-9]{1,30}", str(error))
        return _too_many(file, int(found[0]) if found else None, limits)
    except UnidentifiedImageError:
        return _rejected(file, "not-an-image", f"none of the formats {', '.join(FORMATS)}")
    except PermissionError as error:
        raise InputError(f"{file.path}: cannot be opened ({error.strerror}); check its permissions") from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError, OverflowError, MemoryError):
        # Pillow's decoders raise all of these on files that are cut off or malformed.
        return _rejected(file, "damaged-image", "the header is that of an image, the rest cannot be decoded")


def _converted(image: Image.Image, limits: Limits) -> np.ndarray:
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16"):
        upright = Image.fromarray((np.asarray(upright).astype(np.uint16) >> 8).astype(np.uint8))
    if upright.has_transparency_data:
        upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright.convert("RGBA"))
    plain = upright.convert(limits.mode)
    if limits.size is not None:
        plain = _middle_square(plain).resize((limits.size, limits.size), Image.Resampling.LANCZOS)
    pixels = np.asarray(plain, dtype=np.uint8)
    return pixels if pixels.ndim == 3 else pixels[:, :, None]


def _middle_square(image: Image.Image) -> Image.Image:
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def _too_many(file: InputFile, pixels: int | None, limits: Limits) -> Rejected:
    return _rejected(
        file, "too-many-pixels", "the header claims more pixels than an image may have", pixels, limits.pixels
    )


def _rejected(
    file: InputFile, rule: str, evidence: str, measured: float | None = None, limit: float | None = None
) -> Rejected:
    with file.path.open("rb") as opened:
        content = opened.read(EVIDENCE_BYTES)
    return Rejected(file.name, _root(file), rule, evidence, measured, limit, content)
