"""Pictures of pairs for the report: two small grey images side by side, as PNG in base64."""

import base64
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from ...core import Gallery, Tile

SHOWN, HEIGHT, GAP = 24, 96, 6
Entry = tuple[str, str, np.ndarray, np.ndarray]


def pair_gallery(name: str, title: str, entries: Sequence[Entry], note: str) -> Gallery:
    """The first pairs; an entry is id, caption and two grey images (uint8)."""
    tiles = (Tile(own, caption, side_by_side(one, other)) for own, caption, one, other in entries[:SHOWN])
    return Gallery(name, title, tuple(tiles), note)


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
