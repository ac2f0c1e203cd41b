"""What a small model sees of an image: directions of edges, pixels, and the mean colour."""

from collections.abc import Sequence

import numpy as np

from ..duplicates.image_hashes import resized, same_shape

SIDE, CELLS, BINS = 16, 4, 8


def image_features(images: Sequence[np.ndarray], colours: Sequence[np.ndarray]) -> np.ndarray:
    """Small grey images and their mean colours (3,) as numbers of shape (images, 4 x 4 x 8 + 16 x 16 + 3)."""
    found = np.zeros((len(images), CELLS * CELLS * BINS + SIDE * SIDE + 3))
    for places in same_shape([image.shape for image in images]).values():
        small = resized(np.stack([images[place] for place in places]), SIDE, SIDE)
        flat = small.reshape(len(small), -1)
        pixels = flat - flat.mean(axis=1, keepdims=True)
        colour = np.stack([colours[place] for place in places]) / 255
        found[places] = np.hstack([_unit(edge_directions(small)), _unit(pixels), colour])
    return found


def edge_directions(images: np.ndarray) -> np.ndarray:
    """Histograms of edge directions of images (n, 16, 16): (n, 4 * 4 * 8), strength by cell and direction.

    Directions are those of lines (0 to 180 degrees) in eight bins; each edge is shared between the two nearest ones
    (Dalal & Triggs 2005, without blocks).
    """
    down, right = np.zeros_like(images), np.zeros_like(images)
    down[:, 1:-1] = images[:, 2:] - images[:, :-2]
    right[:, :, 1:-1] = images[:, :, 2:] - images[:, :, :-2]
    strength = np.hypot(down, right)
    turn = np.arctan2(down, right) % np.pi / np.pi * BINS
    first = np.floor(turn)
    share, first = turn - first, first.astype(np.int64) % BINS
    size = SIDE // CELLS
    found = np.empty((len(images), CELLS, CELLS, BINS))
    for index in range(BINS):
        weight = np.where(first == index, 1 - share, 0) + np.where((first + 1) % BINS == index, share, 0)
        cells = (strength * weight).reshape(len(images), CELLS, size, CELLS, size)
        found[..., index] = cells.sum(axis=(2, 4))
    return found.reshape(len(images), -1)


def _unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))
