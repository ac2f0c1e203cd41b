"""Small grey versions of images, and two 64-bit hashes of what they show.

Everything up to the hashes is arithmetic on whole numbers held in floats (below 2 to the 53rd), so that a bit depends
on the picture alone: never on the batch, the machine or the order of summation.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

SIDE = 32
_LUMA = np.array([299.0, 587.0, 114.0])  # ITU-R BT.601, in thousandths
_MARGIN = 4.0  # levels of 255
_COSINE = 1024.0  # steps to 1 of the rounded cosines
# Where a pair is offset by (rows, columns), each picture loses the strip that the other does not show.
OFFSETS = ((0, 0), (0, 1), (1, 0), (1, 1), (1, -1))


@cache
def area_weights(size: int, cells: int) -> np.ndarray:
    """How much of each of ``size`` pixels lies in each of ``cells`` equal parts: shape (cells, size), rows sum to size.

    >>> area_weights(3, 2).tolist()
    [[2.0, 1.0, 0.0], [0.0, 1.0, 2.0]]
    """
    cell, pixel = np.arange(cells)[:, None] * size, np.arange(size)[None, :] * cells
    overlap = np.minimum(cell + size, pixel + cells) - np.maximum(cell, pixel)
    return np.asarray(np.maximum(overlap, 0), np.float64)


@cache
def cosine_weights(size: int) -> np.ndarray:
    """Area resize to 32, then the lowest eight cosines (DCT-II) in 1/1024: shape (8, size)."""
    angles = np.pi / SIDE * np.outer(np.arange(8), np.arange(SIDE) + 0.5)
    weights: np.ndarray = np.rint(np.cos(angles) * _COSINE) @ area_weights(size, SIDE)
    return weights


def resized(images: np.ndarray, height: int, width: int) -> np.ndarray:
    """Area means of images (n, H, W) on a grid: float64 (n, height, width), each an exact sum / (H W)."""
    _, rows, columns = images.shape
    sums = area_weights(rows, height) @ images.astype(np.float64) @ area_weights(columns, width).T
    return np.asarray(sums / (rows * columns))


def grey(pixels: np.ndarray) -> np.ndarray:
    """Luma of uint8 images (n, H, W, C), 0 to 255: of red, green and blue, or the first of fewer channels."""
    if pixels.shape[3] < 3:
        return np.asarray(pixels[..., 0], np.float64)
    return np.asarray(np.rint(pixels[..., :3].astype(np.float64) @ _LUMA / 1000))


def thumbnails(pixels: np.ndarray) -> np.ndarray:
    """Grey versions of images (n, H, W, C) with at most 32 pixels a side; smaller images keep their size. uint8."""
    _, height, width, _ = pixels.shape
    small = resized(grey(pixels), min(height, SIDE), min(width, SIDE))
    return np.asarray(np.rint(small), np.uint8)


def views(images: np.ndarray, offset: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The two parts of images (n, H, W) that a pair shares where the second is offset by (rows, columns) of 0, 1, -1.

    If picture B is picture A moved, the first part of A and the second part of B are equal.
    """
    down, right = offset
    rows, columns = images.shape[1:]
    if rows <= down or columns <= abs(right):
        return images[:, :0, :0], images[:, :0, :0]
    left, late = (0, right) if right >= 0 else (-right, 0)
    wide = columns - abs(right)
    first = images[:, : rows - down, left : left + wide]
    return first, images[:, down:, late : late + wide]


def difference_hashes(images: np.ndarray) -> np.ndarray:
    """dHash of images (n, H, W): which cells of an 8 x 9 grid are clearly brighter than their right neighbours; uint64.

    Clearly: by more than four levels of 255, so that the noise of a flat background sets no bit.
    """
    cells = area_weights(images.shape[1], 8) @ images.astype(np.float64) @ area_weights(images.shape[2], 9).T
    margin = _MARGIN * images.shape[1] * images.shape[2]
    return _packed(cells[:, :, :-1] - cells[:, :, 1:] > margin)


def cosine_hashes(images: np.ndarray) -> np.ndarray:
    """pHash of images (n, H, W): which of the lowest 8 x 8 cosine coefficients lie above their median; uint64 (n,).

    The first one, the mean brightness, is left out of the median and of the hash.
    """
    found = cosine_weights(images.shape[1]) @ images.astype(np.float64) @ cosine_weights(images.shape[2]).T
    values = found.reshape(len(images), 64)[:, 1:]
    above = np.zeros((len(images), 64), bool)
    above[:, 1:] = values > np.median(values, axis=1, keepdims=True)
    return _packed(above)


def _packed(bits: np.ndarray) -> np.ndarray:
    flat = np.packbits(bits.reshape(len(bits), 64), axis=1)
    return np.asarray(flat.view(">u8")[:, 0], np.uint64) if len(bits) else np.zeros(0, np.uint64)


def mean_colours(pixels: np.ndarray) -> np.ndarray:
    """Mean red, green and blue of images (n, H, W, C), 0 to 255; grey stands for all three. float64 of shape (n, 3)."""
    colours = pixels[..., :3] if pixels.shape[3] >= 3 else np.repeat(pixels[..., :1], 3, axis=3)
    number, height, width, _ = colours.shape
    # Down the columns first, in the narrow type: summing both axes at once in int64 takes twenty times as long.
    lines = colours.reshape(number, height, width * 3).sum(axis=1, dtype=np.uint32)
    sums = lines.reshape(number, width, 3).sum(axis=1, dtype=np.int64)
    return np.asarray(sums / (pixels.shape[1] * pixels.shape[2]))


def standardised(images: np.ndarray, contrast: float) -> np.ndarray:
    """Images (n, H, W) on a 32 x 32 grid with mean 0 and deviation 1: float32 of shape (n, 1024).

    A deviation below ``contrast`` grey levels counts as ``contrast``, so that noise on a blank page stays small.
    """
    grids = resized(images, SIDE, SIDE).reshape(len(images), SIDE * SIDE)
    grids -= grids.mean(axis=1, keepdims=True)
    spread = np.maximum(np.sqrt((grids * grids).mean(axis=1, keepdims=True)), contrast)
    return np.asarray(grids / spread, np.float32)


def coarse(grids: np.ndarray) -> np.ndarray:
    """Means of 4 x 4 cells of standardised grids (n, 1024), divided by 8: float32 of shape (n, 64).

    By Jensen's inequality the Euclidean distance of two of them is at most the distance of the pair on the whole grid.
    """
    cells = grids.reshape(len(grids), 8, SIDE // 8, 8, SIDE // 8).mean(axis=(2, 4)).reshape(len(grids), 64)
    return np.asarray(cells / 8, np.float32)


def same_shape(shapes: Sequence[tuple[int, ...]]) -> dict[tuple[int, ...], np.ndarray]:
    """The places of each shape, ascending, by shape."""
    found: dict[tuple[int, ...], list[int]] = {}
    for place, shape in enumerate(shapes):
        found.setdefault(shape, []).append(place)
    return {shape: np.array(places, np.int64) for shape, places in found.items()}
