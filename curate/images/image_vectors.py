"""A small vector for a picture: where its edges run, and where its colours lie. Deterministic; no model, no training.

Oriented gradients in 4 x 4 cells (Dalal and Triggs 2005) of the picture on a 32 x 32 grid, beside the mean colours of
the same cells (the idea of MPEG-7's colour layout). It survives crops, frames, small texts and changes of colour that a
perceptual hash does not, and says in return of different pictures of one kind that they are alike.
"""

import numpy as np

from ..duplicates.image_hashes import SIDE, area_weights, grey

CELLS, DIRECTIONS = 4, 8
DIMENSIONS = CELLS * CELLS * DIRECTIONS + 3 * CELLS * CELLS
COLOUR_WEIGHT = 0.5
_FLAT = 4.0  # levels: a deviation below is noise
_FLIP = {"directions": None}


def image_vector(pixels: np.ndarray) -> np.ndarray:
    """The vector of uint8 pixels (H, W, C): float32 of length one (or all zero for a blank picture), shape (176,)."""
    height, width = pixels.shape[:2]
    rows, columns = area_weights(height, SIDE), area_weights(width, SIDE)
    luma = np.rint(rows @ grey(pixels[None])[0] @ columns.T / (height * width))
    shape, colours = _gradients(luma), _colours(pixels)
    return np.asarray(_unit(np.concatenate([_unit(shape), COLOUR_WEIGHT * colours])), np.float32)


def mirrored(vectors: np.ndarray) -> np.ndarray:
    """The vectors (n, 176) of the same pictures seen in a mirror, without reading them again."""
    edges = CELLS * CELLS * DIRECTIONS
    shape = vectors[:, :edges].reshape(-1, CELLS, CELLS, DIRECTIONS)[:, :, ::-1]
    # Left and right change places: direction d of the upper half plane becomes its reflection.
    turned = shape[..., [(DIRECTIONS // 2 - place) % DIRECTIONS for place in range(DIRECTIONS)]]
    colours = vectors[:, edges:].reshape(-1, CELLS, CELLS, 3)[:, :, ::-1]
    return np.concatenate([turned.reshape(len(vectors), -1), colours.reshape(len(vectors), -1)], axis=1)


def _gradients(luma: np.ndarray) -> np.ndarray:
    """Strength of the gradient by cell and signed direction: (4, 4, 8), flat. Square roots tame single strong edges."""
    padded = np.pad(luma, 1, mode="edge")
    across, down = padded[1:-1, 2:] - padded[1:-1, :-2], padded[2:, 1:-1] - padded[:-2, 1:-1]
    strength = np.hypot(across, down)
    strength[strength < 2 * _FLAT] = 0
    angle = np.arctan2(down, across) / (2 * np.pi) * DIRECTIONS
    lower = np.floor(np.round(angle, 9))
    share = np.round(angle, 9) - lower
    cell = SIDE // CELLS
    found = np.zeros((CELLS, CELLS, DIRECTIONS))
    index = np.arange(SIDE) // cell
    for direction, weight in ((lower, 1 - share), (lower + 1, share)):
        places = (index[:, None], index[None, :], direction.astype(np.int64) % DIRECTIONS)
        np.add.at(found, places, strength * weight)
    return np.sqrt(found).reshape(-1)


def _colours(pixels: np.ndarray) -> np.ndarray:
    """Mean red, green and blue of each cell, less those of the picture, in deviations: (4, 4, 3), flat, length <= 1."""
    colours = pixels[..., :3] if pixels.shape[2] >= 3 else np.repeat(pixels[..., :1], 3, axis=2)
    height, width = pixels.shape[:2]
    rows, columns = area_weights(height, CELLS), area_weights(width, CELLS)
    means = np.stack([rows @ colours[:, :, band].astype(np.float64) @ columns.T for band in range(3)], axis=2)
    means /= height * width
    means -= means.mean(axis=(0, 1))
    length = float(np.sqrt((means * means).sum()))
    return np.asarray(means.reshape(-1) / max(length, _FLAT * CELLS * CELLS))


def _unit(vector: np.ndarray) -> np.ndarray:
    length = float(np.sqrt((vector * vector).sum()))
    return np.asarray(vector / length if length > 0 else vector)
