"""The one place where the bytes of an image become pixels, within limits that are checked before it is decoded."""

import io
import re
import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from .structure import blocks, frames, scans, webp_canvas

Mode = Literal["L", "RGB"]
# Formats whose decoders need no other program; each is recognised by its first bytes. EPS is left out: Pillow hands it
# to Ghostscript. So are formats that hold files of other formats (ICO, ICNS, PSD).
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
SUFFIXES = {
    ".bmp": "BMP", ".gif": "GIF", ".jpeg": "JPEG", ".jpg": "JPEG", ".png": "PNG", ".pgm": "PPM", ".ppm": "PPM",
    ".tif": "TIFF", ".tiff": "TIFF", ".webp": "WEBP",
}  # fmt: skip
# Pillow's decoders raise all of these on files that are cut off or malformed.
DAMAGE = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError, MemoryError)
TILE_SIDES = (322, 323)
MOST_BYTES, MOST_PIXELS, MOST_FRAMES, MOST_SCANS = 64 << 20, 32_000_000, 1_000, 100
MOST_BLOCKS = 1 << 16
PLAIN, MOST_PLAIN_BYTES = (b"P1", b"P2", b"P3"), 8 << 20


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """How large a file may be, what it may claim, and how often a JPEG may ask to go over its picture."""

    bytes: int = MOST_BYTES
    pixels: int = MOST_PIXELS
    frames: int = MOST_FRAMES
    scans: int = MOST_SCANS


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a file gives no picture: a rule, a sentence, and the two numbers of the rule where it has any."""

    rule: str
    evidence: str
    measured: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture: uint8 pixels (H, W, 1 or 3), its format, how many pictures the file holds, and the file as opened."""

    pixels: np.ndarray
    format: str
    frames: int
    opened: Image.Image


def decode(
    content: bytes, mode: Mode = "RGB", size: int | None = None, limits: DecodeLimits | None = None
) -> Decoded | Refused:
    """The first picture of a file: upright by its EXIF orientation, on white where it is transparent, 8 bits a channel.

    ``size`` crops to the middle square and scales it (Lanczos). Grey of 16 bits keeps its upper eight. Never raises on
    bad bytes: they are :class:`Refused`.
    """
    limits = limits or DecodeLimits()
    if refused := _claims_too_much(content, limits):
        return refused
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(content), formats=FORMATS)
            if refused := _too_large(image, limits):
                return refused
            image.load()
            return _converted(image, frames(content, limits.frames), mode, size)
    except Image.DecompressionBombError as error:
        found = re.search(r"[0-9]{1,30}", str(error))
        return _too_many_pixels(int(found[0]) if found else None, limits.pixels)
    except UnidentifiedImageError:
        return Refused("not-an-image", f"none of the formats {', '.join(FORMATS)}")
    except DAMAGE:
        return Refused("damaged-image", "the header is that of an image, the rest cannot be decoded")


def orientation(content: bytes) -> int:
    """How EXIF data ask to turn the picture, 1 (not at all) to 8; only the header is read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = Image.open(io.BytesIO(content), formats=FORMATS).getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # as in turned_upright
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def _claims_too_much(content: bytes, limits: DecodeLimits) -> Refused | None:
    if len(content) > limits.bytes:
        return Refused("file-too-large", "more bytes than an image file may have", len(content), limits.bytes)
    if not content:
        return Refused("empty-file", "the file has no byte")
    if (canvas := webp_canvas(content)) > limits.pixels:
        return _too_many_pixels(canvas, limits.pixels)
    if (found := frames(content, limits.frames)) > limits.frames:
        return Refused("too-many-frames", "an animation of more pictures than a file may hold", found, limits.frames)
    if (pieces := blocks(content, MOST_BLOCKS)) > MOST_BLOCKS:
        return Refused("too-many-blocks", "the file is cut into more blocks than an encoder makes", pieces, MOST_BLOCKS)
    if content[:2] in PLAIN and len(content) > MOST_PLAIN_BYTES:
        evidence = "levels written as text, which takes minutes to read; save it in a binary form"
        return Refused("file-too-large", evidence, len(content), MOST_PLAIN_BYTES)
    if (passes := scans(content)) > limits.scans:
        return Refused("too-many-scans", "asks for more passes over the picture than any camera", passes, limits.scans)
    return None


def _too_large(image: Image.Image, limits: DecodeLimits) -> Refused | None:
    """By the header alone; a TIFF may claim tiles that are larger than its picture."""
    sides = [getattr(image, "tag_v2", {}).get(tag, 1) for tag in TILE_SIDES]
    tile = sides[0] * sides[1] if all(isinstance(side, int) for side in sides) else 1
    pixels = max(image.width * image.height, tile)
    return _too_many_pixels(pixels, limits.pixels) if pixels > limits.pixels else None


def _too_many_pixels(pixels: int | None, limit: int) -> Refused:
    return Refused("too-many-pixels", "the header claims more pixels than an image may have", pixels, limit)


def _converted(image: Image.Image, count: int, mode: Mode, size: int | None) -> Decoded | Refused:
    upright = eight_bits(turned_upright(image), image.format)
    if upright is None:
        return Refused("unknown-range", f"levels of mode {image.mode} have no fixed range; save it with 8 or 16 bits")
    if upright.has_transparency_data:
        upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright.convert("RGBA"))
    plain = upright if upright.mode == mode else upright.convert(mode)
    if size is not None:
        plain = _middle_square(plain).resize((size, size), Image.Resampling.LANCZOS)
    pixels = np.asarray(plain, dtype=np.uint8)
    shaped = pixels if pixels.ndim == 3 else pixels[:, :, None]
    return Decoded(shaped, image.format or "", count, image)


def turned_upright(image: Image.Image) -> Image.Image:
    """The image as its EXIF orientation asks; as it is where the EXIF data cannot be read."""
    try:
        # Pillow would copy a picture that needs no turning.
        return image if image.getexif().get(ExifTags.Base.Orientation, 1) == 1 else ImageOps.exif_transpose(image)
    except Exception:  # the parser of EXIF data raises many things on hostile ones, and the picture is not to blame
        return image


def eight_bits(image: Image.Image, kind: str | None) -> Image.Image | None:
    """An image from a file of format ``kind`` with 8 bits a channel; None where its levels have no fixed range."""
    if image.mode.startswith("I;16") or (image.mode == "I" and kind in ("PPM", "PNG")):
        return Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
    return None if image.mode in ("I", "F") else image


def _middle_square(image: Image.Image) -> Image.Image:
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))
