"""Pictures for the page: PNGs as data URLs, checked before they are let in."""

import base64
import binascii
from dataclasses import dataclass

from ..core import Gallery
from .caps import Caps, clip, cut_note

CAPTION = 240
WIDE = 3  # times as wide as high: a strip of pictures, which has a line to itself
PAIR = 1.5  # two pictures in one, which need room for their caption
PREFIX = "data:image/png;base64,"
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class TileView:
    """One picture; ``src`` is empty where the data are not a PNG, ``width`` in pixels is what its header says."""

    id: str
    caption: str
    src: str
    width: int = 0


@dataclass(frozen=True, slots=True)
class GalleryView:
    """Pictures side by side and what was left out."""

    title: str
    note: str
    tiles: tuple[TileView, ...]
    cut: str
    wide: bool = False
    pairs: bool = False


def gallery_view(gallery: Gallery, caps: Caps) -> GalleryView:
    """As many tiles as the caps allow."""
    tiles: list[TileView] = []
    room = caps.gallery_characters
    for tile in gallery.tiles[: caps.tiles]:
        room -= len(tile.png)
        if room < 0:
            break
        src = png_url(tile.png, caps.tile_characters)
        tiles.append(TileView(clip(tile.id, CAPTION), clip(tile.caption, CAPTION), src, png_sides(src)[0]))
    sides = [png_sides(tile.src) for tile in tiles]
    wide, pairs = (any(width > times * height for width, height in sides) for times in (WIDE, PAIR))
    cut = cut_note(len(tiles), len(gallery.tiles), "pictures")
    title = clip(gallery.title or gallery.name, caps.cell_characters)
    return GalleryView(title, gallery.note, tuple(tiles), cut, wide, pairs and not wide)


def png_sides(src: str) -> tuple[int, int]:
    """Width and height that the header of a data URL's PNG states; (0, 0) for no PNG."""
    head = base64.b64decode(src[len(PREFIX) : len(PREFIX) + 32]) if src else b""
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def png_url(content: str, limit: int) -> str:
    """A data URL, or an empty string for anything that is not a PNG in base64 of at most ``limit`` characters."""
    if len(content) > limit:
        return ""
    try:
        data = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return PREFIX + content if data.startswith(PNG) else ""
