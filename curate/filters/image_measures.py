"""What the quality of an image is measured by: sharpness, brightness, information, shape and size."""

import numpy as np

from ..duplicates.image_hashes import grey

MEASURES = ("sharpness", "brightness", "entropy", "aspect", "size")


def image_measures(pixels: np.ndarray) -> np.ndarray:
    """The measures of uint8 pixels (H, W, C), in the order of ``MEASURES``: float64 of shape (5,).

    Variance of the Laplacian of the luma; mean luma, 0 to 1; entropy of its histogram in bits, 0 to 8; shorter side by
    longer side, 0 to 1; geometric mean of the sides in pixels.
    """
    height, width = pixels.shape[:2]
    luma = grey(pixels[None])[0]
    shape = min(height, width) / max(height, width)
    measures = (laplacian_variance(luma), luma.mean() / 255, entropy(luma), shape, np.sqrt(height * width))
    return np.array(measures, np.float64)


def laplacian_variance(luma: np.ndarray) -> float:
    """Variance of the four-neighbour Laplacian of (H, W) levels inside the border; 0 where a side has fewer than 3."""
    inside = luma[1:-1, 1:-1]
    if not inside.size:
        return 0.0
    sums = luma[:-2, 1:-1] + luma[2:, 1:-1]
    for part in (luma[1:-1, :-2], luma[1:-1, 2:], -4 * inside):
        sums += part
    return float(sums.var())


def entropy(luma: np.ndarray) -> float:
    """Shannon entropy of the histogram of whole levels 0 to 255, in bits."""
    counts = np.bincount(luma.astype(np.uint8).reshape(-1), minlength=256)
    shares = counts[counts > 0] / luma.size
    return float(abs((shares * np.log2(shares)).sum()))
