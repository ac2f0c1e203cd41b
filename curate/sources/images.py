"""Image rows."""

from typing import Any

import numpy as np

from ...core import document_id, text_record


def image_record(pixels: np.ndarray, locator: str, source: str, **fields: Any) -> dict[str, Any]:
    """One row of ``IMAGE_SCHEMA`` from uint8 pixels of shape (H, W, C)."""
    record = text_record("", locator, source, **fields)
    del record["text"]
    content = np.ascontiguousarray(pixels, dtype=np.uint8).tobytes()
    height, width, channels = pixels.shape
    shape = {"height": height, "width": width, "channels": channels}
    # The shape is part of the content: the same bytes can be 4 x 9 or 6 x 6 pixels.
    identity = f"{height}x{width}x{channels}:".encode() + content
    return {**record, "id": document_id(identity, locator), "image": content, **shape}
