"""What the report of a training shows of a model of images."""

import base64
import io

import numpy as np
from PIL import Image

from ..core import Exhibit, Gallery, Tile
from ..curate import redact
from .base import Checkpoint

SHOWN = 24


def image_exhibits(checkpoint: Checkpoint) -> tuple[Exhibit, ...]:
    """Samples, where the checkpoint makes images."""
    return (sample_gallery(checkpoint),) if "images" in checkpoint.capabilities else ()


def sample_gallery(checkpoint: Checkpoint) -> Gallery:
    """The first samples of seed 0, with the labels that they were drawn for."""
    images, labels = checkpoint.sample_images(SHOWN, 0), checkpoint.sample_labels(SHOWN, 0)
    tiles = tuple(
        Tile(f"training-sample-{k:02d}", f"sample {k}" + (f": {redact(label)}" if label else ""), png_base64(image))
        for k, (image, label) in enumerate(zip(images, labels, strict=True))
    )
    note = "The first images that the model draws with seed 0, none picked out."
    return Gallery("training-samples", "Samples of the trained model", tiles, note)


def png_base64(image: np.ndarray) -> str:
    """An image uint8 (H, W, C) as a PNG in base64."""
    picture = Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()
