"""How much of the real images a set of generated ones covers, in plain pixels."""

import numpy as np

NEIGHBOURS = 5
"""Naeem et al. 2020, section 4: k."""


def pixel_distances(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Root mean square difference of each pair of images uint8 (n, ...), (m, ...): float64 (n, m), from 0 to 255."""
    a, b = (images.reshape(len(images), -1).astype(np.float64) for images in (first, second))
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    root: np.ndarray = np.sqrt(np.maximum(squares, 0) / a.shape[1])
    return root


def diversity(images: np.ndarray) -> float:
    """Mean distance of two different images of the set."""
    if len(images) < 2:
        return 0.0
    return float(pixel_distances(images, images).sum() / (len(images) * (len(images) - 1)))


def nearness(real: np.ndarray, generated: np.ndarray, neighbours: int = NEIGHBOURS) -> np.ndarray:
    """Distance of each real image to the nearest generated one, over that to its k-th nearest real one: (n,).

    Below 1 the image is *covered* (Naeem et al. 2020, arXiv 2002.09797, equation 8). Of two sets of one kind about
    1 - 2^-k of the images are covered. Real images need more than k rows.
    """
    among = np.sort(pixel_distances(real, real), axis=1)[:, neighbours]  # column 0 is the image itself
    nearest = pixel_distances(real, generated).min(1)
    ratio: np.ndarray = nearest / np.maximum(among, np.finfo(float).tiny)
    return ratio
