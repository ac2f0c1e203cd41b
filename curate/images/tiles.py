"""Small colour pictures for the report: PNGs of a few kilobytes in base64."""

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

HEIGHT, WIDEST, GAP, COLOURS = 56, 112, 4, 64
COLUMNS = ("id", "image", "height", "width", "channels")


def row_pixels(row: Mapping[str, Any]) -> np.ndarray | None:
    """uint8 (H, W, C) of a record; None where its bytes do not fill its size."""
    sides = (row["height"] or 0, row["width"] or 0, row["channels"] or 0)
    content = row["image"] or b""
    if min(sides) < 1 or len(content) != sides[0] * sides[1] * sides[2]:
        return None
    return np.frombuffer(content, np.uint8).reshape(sides)


def strip(images: Sequence[np.ndarray]) -> str:
    """Images of any size side by side on white, each at most 56 high and 112 wide; 64 colours."""
    small = [_small(image) for image in images]
    width = sum(one.width for one in small) + GAP * max(0, len(small) - 1)
    sheet = Image.new("RGB", (max(width, 1), HEIGHT), "white")
    left = 0
    for one in small:
        sheet.paste(one, (left, (HEIGHT - one.height) // 2))
        left += one.width + GAP
    buffer = io.BytesIO()
    sheet.quantize(COLOURS, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def _small(pixels: np.ndarray) -> Image.Image:
    shown = pixels[:, :, :3] if pixels.shape[2] >= 3 else pixels[:, :, 0]
    image = Image.fromarray(np.ascontiguousarray(shown)).convert("RGB")
    scale = min(HEIGHT / image.height, WIDEST / image.width)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    # Small originals are enlarged by repeating pixels, so that one sees what is there.
    return image.resize(size, Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX)
