"""Pictures for the page: PNGs as data URLs, checked before they are let in."""

import base64
import binascii
from dataclasses import dataclass

from ..core import Gallery
from .caps import Caps, clip, cut_note

CAPTION = 80
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class TileView:
    """One picture; ``src`` is empty where the data are not a PNG."""

    id: str
    caption: str
    src: str


@dataclass(frozen=True, slots=True)
class GalleryView:
    """Pictures side by side and what was left out."""

    title: str
    note: str
    tiles: tuple[TileView, ...]
    cut: str


def gallery_view(gallery: Gallery, caps: Caps) -> GalleryView:
    """As many tiles as the caps allow."""
    tiles: list[TileView] = []
    room = caps.gallery_characters
    for tile in gallery.tiles[: caps.tiles]:
        room -= len(tile.png)
        if room < 0:
            break
        tiles.append(
            TileView(clip(tile.id, CAPTION), clip(tile.caption, CAPTION), png_url(tile.png, caps.tile_characters))
        )
    cut = cut_note(len(tiles), len(gallery.tiles), "pictures")
    title = clip(gallery.title or gallery.name, caps.cell_characters)
    return GalleryView(title, gallery.note, tuple(tiles), cut)


def png_url(content: str, limit: int) -> str:
    """A data URL, or an empty string for anything that is not a PNG in base64 of at most ``limit`` characters."""
    if len(content) > limit:
        return ""
    try:
        data = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return f"data:image/png;base64,{content}" if data.startswith(PNG) else ""
