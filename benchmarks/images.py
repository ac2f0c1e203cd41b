"""Images: near duplicates and quality in images a second on one core, recall on planted copies.

    python benchmarks/images.py [FILE_OF_IDX_IMAGES]

Without a file: the 1,797 digits of scikit-learn.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
import time
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

from headwater.curate.duplicates.image_hashes import mean_colours, thumbnails
from headwater.curate.duplicates.image_pairs import Pictures, verified_pairs
from headwater.curate.filters.image_measures import MEASURES, image_measures
from headwater.curate.planted.images import COPIES

PLANTED, THRESHOLD, BRIGHTNESS = 200, 0.12, 32.0


def images() -> np.ndarray:
    """uint8 of shape (n, H, W)."""
    if len(sys.argv) < 2:
        return np.rint(load_digits().images * (255 / 16)).astype(np.uint8)
    raw = np.fromfile(Path(sys.argv[1]), np.uint8)
    count, height, width = raw[4:16].view(">u4").tolist()
    return raw[16:].reshape(count, height, width)


def pictures(stack: np.ndarray) -> Pictures:
    """What the filter compares."""
    pixels = stack[..., None]
    return Pictures(list(thumbnails(pixels)), list(mean_colours(pixels)))


def main() -> None:
    """Print the speed, the pairs of the images as they are, and the recall by kind of copy."""
    stack = images()
    start = time.perf_counter()
    natural = verified_pairs(pictures(stack), THRESHOLD, BRIGHTNESS)
    seconds = time.perf_counter() - start
    print(f"{len(stack):,} images: {len(stack) / seconds:,.0f} a second, {len(natural)} pairs within {THRESHOLD}")
    start = time.perf_counter()
    measures = np.array([image_measures(image[..., None]) for image in stack])
    print(f"quality: {len(stack) / (time.perf_counter() - start):,.0f} images a second")
    print(
        "1st, 50th and 99th percentile:",
        dict(zip(MEASURES, np.percentile(measures, (1, 50, 99), axis=0).T, strict=True)),
    )
    dark, empty = (
        (measures[:, MEASURES.index("brightness")] < 0.22).sum(),
        (measures[:, MEASURES.index("entropy")] < 3).sum(),
    )
    print(f"below mean luma 0.22: {dark:,}; below 3 bits: {empty:,}")
    rng = np.random.default_rng(0)
    hosts = rng.permutation(len(stack))[:PLANTED].tolist()
    for name, make in COPIES.items():
        copies = np.stack([make(stack[host][..., None], rng)[..., 0] for host in hosts])
        found = verified_pairs(pictures(np.concatenate([stack, copies])), THRESHOLD, BRIGHTNESS)
        distances = [found.get((host, len(stack) + place)) for place, host in enumerate(hosts)]
        hits = [distance for distance in distances if distance is not None]
        print(f"{name}: {len(hits)} of {PLANTED} found, median distance {np.median(hits or [2.0]):.3f}")


if __name__ == "__main__":
    main()
