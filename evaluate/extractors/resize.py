"""Images to the size of a network, as clean-fid does it (Parmar, Zhang & Zhu 2022, arXiv 2104.11222).

Pillow's bicubic filter, widened when an image shrinks (antialiased), on each channel as 32-bit floats, without rounding
back to whole numbers and without clipping.
"""

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from ...core import IncompleteError

PROTOCOL = "Pillow bicubic, antialiased, per channel in float32, unquantised, to {side} x {side}"


def resized(image: np.ndarray, side: int) -> np.ndarray:
    """An image uint8 (H, W, 1 or 3 or 4) as float32 (3, side, side) in about 0..255; grey thrice, alpha left out."""
    channels = image.shape[2] if image.ndim == 3 else 0
    if channels not in (1, 3, 4):
        raise IncompleteError(f"an image of shape {image.shape} is neither grey nor RGB")
    planes = [_plane(image[:, :, channel], side) for channel in range(min(channels, 3))]
    return np.stack(planes * 3 if channels == 1 else planes)


def centred(images: list[np.ndarray], side: int, mean: float) -> Tensor:
    """A batch, resized, as (x - mean) / 128: float32 (n, 3, side, side)."""
    batch = np.stack([resized(image, side) for image in images])
    return torch.from_numpy((batch - np.float32(mean)) / np.float32(128))


def _plane(plane: np.ndarray, side: int) -> np.ndarray:
    picture = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    return np.asarray(picture.resize((side, side), Image.Resampling.BICUBIC), np.float32)
