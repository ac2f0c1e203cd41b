"""Pictures of pairs for the report: two small grey images side by side, as PNG in base64."""

import base64
import io
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from ...core import Gallery, Tile

SHOWN, HEIGHT, GAP = 24, 96, 6
Entry = tuple[str, str, np.ndarray, np.ndarray]


def pair_tallies(entries: Sequence[Entry]) -> dict[str, int]:
    """Tallies that carry the pictures of pairs to the report; an entry is id, caption and two grey images (uint8)."""
    shown = entries[:SHOWN]
    return {
        f"pair\t{name}\t{caption}\t{side_by_side(one, other)}": place
        for place, (name, caption, one, other) in enumerate(shown)
    }


def pair_gallery(name: str, title: str, tallies: Mapping[str, int], note: str) -> Gallery:
    """The pictures that :func:`pair_tallies` wrote down, in their order."""
    found = sorted((place, key.split("\t")) for key, place in tallies.items() if key.startswith("pair\t"))
    return Gallery(name, title, tuple(Tile(parts[1], parts[2], parts[3]) for _, parts in found), note)


def side_by_side(one: np.ndarray, other: np.ndarray) -> str:
    """Two grey images of at most 32 pixels a side, enlarged to one height by repeating pixels: PNG in base64."""
    parts = [_enlarged(one), np.full((HEIGHT, GAP), 255, np.uint8), _enlarged(other)]
    buffer = io.BytesIO()
    Image.fromarray(np.concatenate(parts, axis=1)).save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def _enlarged(image: np.ndarray) -> np.ndarray:
    """The image as HEIGHT x HEIGHT pixels (nearest neighbour)."""
    rows = np.arange(HEIGHT) * image.shape[0] // HEIGHT
    columns = np.arange(HEIGHT) * image.shape[1] // HEIGHT
    return np.asarray(image[rows][:, columns])
