"""What an image file says beside its pixels: where, when, by whom and with what it was made, by kind.

Kinds are told without their values, which can be personal data. Tags: EXIF 3.0 (CIPA DC-008), IPTC-IIM 4.2, and the XMP
schemas of Adobe, IPTC, MWG and Microsoft.
"""

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import ExifTags, Image

from .decoding import Decoded, DecodeLimits, decode
from .xmp import properties, xmp_packet

KINDS = (
    "gps", "place", "names", "people", "serial", "identifier", "time", "device", "maker-note", "software", "comment",
    "generation", "thumbnail", "thumbnail-differs", "damaged-exif",
)  # fmt: skip
EXIF = {
    0x010E: "comment", 0x010F: "device", 0x0110: "device", 0x0131: "software", 0x0132: "time", 0x013B: "names",
    0x013C: "device", 0x8298: "names", 0x9003: "time", 0x9004: "time", 0x927C: "maker-note", 0x9286: "comment",
    0x9C9C: "comment", 0x9C9D: "names", 0xA420: "identifier", 0xA430: "names", 0xA431: "serial", 0xA433: "device",
    0xA434: "device", 0xA435: "serial", 0xC62F: "serial", 0xA437: "names", 0xA438: "names",
}  # fmt: skip
GPS = {2: "gps", 4: "gps", 28: "place", 29: "time"}
IPTC = {
    55: "time", 60: "time", 62: "time", 80: "names", 90: "place", 92: "place", 95: "place", 101: "place", 110: "names",
    115: "names", 116: "names", 118: "names", 120: "comment", 122: "names",
}  # fmt: skip
XMP = {
    "GPSLatitude": "gps", "GPSLongitude": "gps", "City": "place", "Location": "place", "LocationCreated": "place",
    "LocationShown": "place", "creator": "names", "rights": "names", "CreatorContactInfo": "names", "Artist": "names",
    "OwnerName": "names", "CameraOwnerName": "names", "PersonInImage": "people", "PersonInImageWDetails": "people",
    "RegionList": "people", "Regions": "people", "PersonDisplayName": "people", "SerialNumber": "serial",
    "BodySerialNumber": "serial", "LensSerialNumber": "serial", "DocumentID": "identifier", "InstanceID": "identifier",
    "OriginalDocumentID": "identifier", "CreateDate": "time", "DateTimeOriginal": "time", "DateCreated": "time",
    "ModifyDate": "time", "Make": "device", "Model": "device", "Lens": "device", "CreatorTool": "software",
    "description": "comment", "UserComment": "comment", "Thumbnails": "thumbnail",
}  # fmt: skip
# Text chunks in which generators of images store their prompt and settings.
GENERATION = ("parameters", "prompt", "workflow", "invokeai_metadata", "sd-metadata", "Dream")
TEXTS = {"Software": "software", "Author": "names", "Copyright": "names", "Creation Time": "time", "Source": "device"}
NO_TEXT = frozenset({"XML:com.adobe.xmp", "Raw profile type exif", "Raw profile type iptc", "Raw profile type xmp"})
THUMBNAIL_LIMITS = DecodeLimits(1 << 20, 4_000_000, 1, 20)
THUMBNAIL_DISTANCE = 0.5
SIDE = 32
_EXIF_IFD, _GPS_IFD, _THUMBNAIL_IFD = ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo, ExifTags.IFD.IFD1
_IPTC_RESOURCE, _PHOTOSHOP_THUMBNAIL = 0x0404, 0x040C
LONGEST = 200


@dataclass(frozen=True, slots=True)
class FileMetadata:
    """``kinds`` of metadata in the order of :data:`KINDS`, their ``values`` by kind, and the XMP packet."""

    kinds: tuple[str, ...]
    values: Mapping[str, str]
    packet: str


def read_metadata(decoded: Decoded) -> FileMetadata:
    """Everything that the file holds beside its pixels; never raises on hostile metadata."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is odd in EXIF data Pillow warns at length
        return _read(decoded.opened)


def _read(image: Image.Image) -> FileMetadata:
    packet = xmp_packet(image.info)
    found: list[tuple[str, str]] = []
    for reader in (_exif, _iptc, _texts):
        try:
            found += reader(image)
        except Exception:  # parsers of metadata raise many things on hostile ones, and the picture is not to blame
            found.append(("damaged-exif", ""))
    found += [(XMP[name.partition(":")[2]], "") for name in properties(packet) if name.partition(":")[2] in XMP]
    found += _thumbnails(image)
    values: dict[str, list[str]] = {}
    for kind, text in found:
        if text and text not in values.setdefault(kind, []):
            values[kind].append(text)
    kinds = {kind for kind, _ in found}
    return FileMetadata(
        tuple(kind for kind in KINDS if kind in kinds),
        {kind: ", ".join(texts)[:LONGEST] for kind, texts in values.items()},
        packet,
    )


def _exif(image: Image.Image) -> list[tuple[str, str]]:
    if "exif" not in image.info and image.format != "TIFF":
        return []
    exif = image.getexif()
    tags = {**dict(exif), **exif.get_ifd(_EXIF_IFD)}
    gps = exif.get_ifd(_GPS_IFD)
    found = [(EXIF[tag], _text(value)) for tag, value in tags.items() if tag in EXIF and _filled(value)]
    place = _degrees(gps)
    return found + [
        (GPS[tag], place if GPS[tag] == "gps" else _text(value))
        for tag, value in gps.items()
        if tag in GPS and _filled(value)
    ]


def _iptc(image: Image.Image) -> Iterator[tuple[str, str]]:
    """Data sets of record 2 of the IIM block that Photoshop's segment holds."""
    resources = image.info.get("photoshop")
    block = resources.get(_IPTC_RESOURCE, b"") if isinstance(resources, Mapping) else b""
    place = 0
    while place + 5 <= len(block) and block[place] == 0x1C:
        record, number = block[place + 1], block[place + 2]
        size = int.from_bytes(block[place + 3 : place + 5], "big")
        if record == 2 and number in IPTC and size < 1 << 15:
            yield IPTC[number], _text(block[place + 5 : place + 5 + size])
        place += 5 + size


def _texts(image: Image.Image) -> Iterator[tuple[str, str]]:
    """Comments of JPEG and GIF, text chunks of PNG."""
    if image.info.get("comment"):
        yield "comment", _text(image.info["comment"])
    for key, text in getattr(image, "text", {}).items():
        if key in GENERATION:
            yield "generation", _text(text)
        elif key not in NO_TEXT and text:
            yield TEXTS.get(key, "comment"), _text(text)


def _thumbnails(image: Image.Image) -> Iterator[tuple[str, str]]:
    for content in _embedded(image):
        small = decode(content, "L", None, THUMBNAIL_LIMITS)
        if isinstance(small, Decoded):
            yield "thumbnail", f"{small.pixels.shape[1]} x {small.pixels.shape[0]}"
            if _distance(image, small.opened) > THUMBNAIL_DISTANCE:
                yield "thumbnail-differs", ""


def _embedded(image: Image.Image) -> Iterator[bytes]:
    """The thumbnails of the EXIF data and of Photoshop."""
    try:
        raw = image.info.get("exif", b"")
        tags = image.getexif().get_ifd(_THUMBNAIL_IFD) if raw else {}
        start, size = tags.get(0x0201), tags.get(0x0202)
        if isinstance(start, int) and isinstance(size, int):
            block = raw.removeprefix(b"Exif\0\0")
            yield block[start : start + size]
    except Exception:  # as above
        return
    resources = image.info.get("photoshop")
    stored = resources.get(_PHOTOSHOP_THUMBNAIL, b"") if isinstance(resources, Mapping) else b""
    if len(stored) > 28:
        yield bytes(stored[28:])


def _distance(image: Image.Image, thumbnail: Image.Image) -> float:
    """Distance (0 to 2) of the picture as stored and of the part of its thumbnail that has its shape.

    Cameras put bars around a thumbnail of another shape; the middle part of the picture's shape leaves them out. Of a
    picture that was cropped later, the middle part shows something else.
    """
    width, height = thumbnail.size
    scale = min(width / image.width, height / image.height)
    wide, high = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    left, top = (width - wide) // 2, (height - high) // 2
    grids = [_grid(image), _grid(thumbnail.crop((left, top, left + wide, top + high)))]
    return float(np.sqrt(((grids[0] - grids[1]) ** 2).mean()))


def _grid(image: Image.Image) -> np.ndarray:
    grey = np.asarray(image.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX), np.float64)
    centred = grey - grey.mean()
    return np.asarray(centred / max(float(centred.std()), 4.0))


def _degrees(gps: Mapping[int, Any]) -> str:
    """Latitude and longitude in degrees, or nothing where they cannot be read."""
    try:
        parts = []
        for letter, tag in ((1, 2), (3, 4)):
            whole, minutes, seconds = (float(one) for one in gps[tag])
            sign = -1 if str(gps.get(letter, "")).upper()[:1] in ("S", "W") else 1
            parts.append(f"{sign * (whole + minutes / 60 + seconds / 3600):.5f}")
        return ", ".join(parts)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return ""


def _filled(value: Any) -> bool:
    return bool(value.strip(" \0")) if isinstance(value, str) else bool(value)


def _text(value: Any) -> str:
    if isinstance(value, (bytes, bytearray)):
        value = bytes(value[: 4 * LONGEST]).decode("utf-8", "replace")
    return str(value).replace("\0", "").strip()[:LONGEST]
