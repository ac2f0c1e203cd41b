"""Copy detection among images beside one blocked pass over the same distances.

    OMP_NUM_THREADS=2 python -P benchmarks/copy_detection.py [--samples 10000] [--train 60000] [--d 64 2048]

Both sides read the same features. The pass computes every distance of samples to training images, block by block, and
keeps nothing but the smallest. Detection finds the nearest and second nearest training image of each sample, and the
spacing around each that is nearest: closeness, authenticity, distance ratio and source of each sample. 20 planted
copies have to be found. Target: at most 2x. The former way, all balls of the training images, is timed with --balls.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch

from headwater.evaluate import nearest_to, neighbourhoods
from headwater.evaluate.quality.distances import Sides, blocks_between

COPIES = 20


def features(seed: int, n: int, d: int) -> np.ndarray:
    """Correlated and of falling variance, as pooled features are: float64 (n, d)."""
    rng = np.random.default_rng(seed)
    found = rng.standard_normal((n, d), np.float32) * np.linspace(1.5, 0.1, d, dtype=np.float32)
    return np.maximum(found + rng.normal(size=(n, 1)) * 0.3, 0)


@torch.inference_mode()
def one_pass(train: np.ndarray, samples: np.ndarray) -> np.ndarray:
    sides = Sides.of(train, samples)
    return torch.cat([block.amin(1) for _, block in blocks_between(sides.fake, sides.real)]).numpy()


def seconds(what: Callable[[], object]) -> float:
    start = time.perf_counter()
    what()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--train", type=int, default=60_000)
    parser.add_argument("--d", type=int, nargs="+", default=[64, 2048])
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--balls", action="store_true")
    options = parser.parse_args()
    print("| features | samples | training images | one pass | detection | ratio | copies found |")
    print("|---|---|---|---|---|---|---|")
    for d in options.d:
        train, samples = features(0, options.train, d), features(1, options.samples, d)
        samples[:COPIES] = train[7 : 7 + COPIES]
        times = [
            (seconds(lambda: one_pass(train, samples)), seconds(lambda: nearest_to(train, samples)))  # noqa: B023
            for _ in range(options.repeat)
        ]
        single, whole = (min(side) for side in zip(*times, strict=True))
        found = nearest_to(train[: options.train], samples[:COPIES])
        right = int(((found.closeness == 0) & (found.source == np.arange(7, 7 + COPIES))).sum())
        print(f"| {d} | {options.samples:,} | {options.train:,} | {single:.1f} s | {whole:.1f} s | "
              f"{whole / single:.2f}x | {right} of {COPIES} |", flush=True)  # fmt: skip
        if options.balls:
            balls = seconds(lambda: neighbourhoods(train, samples, 1))  # noqa: B023
            print(f"all balls: {balls:.1f} s, {balls / single:.2f}x", flush=True)


if __name__ == "__main__":
    main()
