"""Metrics of images beside their peers: Frechet step, PRDC with authenticity, NNDR and C_T, KID.

    OMP_NUM_THREADS=2 python -P benchmarks/image_metrics.py [--n 5000] [--d 2048] [--memory 20000]

Both sides run in turn on the same features; the best of ``--repeat`` runs counts. ``prdc`` is compared where it is
installed (pip install --no-deps prdc). ``--memory N`` prints what the passes over N rows a side add to the peak.
"""

import argparse
import contextlib
import io
import resource
import time
from collections.abc import Callable

import numpy as np
import torch
from scipy import linalg

from headwater.evaluate import (
    Moments,
    frechet_distance,
    frechet_from_moments,
    kernel_inception_distance,
    neighbourhoods,
)
from headwater.evaluate.quality.copying_test import copying_test, nearest_distances


def features(seed: int, n: int, d: int) -> np.ndarray:
    """Correlated, of falling variance and never below 0, as pooled features are."""
    rng = np.random.default_rng(seed)
    return np.maximum(rng.normal(0.3, 1, (n, d)) * np.linspace(1.5, 0.1, d) + rng.normal(size=(n, 1)) * 0.3, 0)


def clean_fid(a: Moments, b: Moments) -> float:
    """The formula that clean-fid and pytorch-fid use: a matrix square root of the product."""
    root = linalg.sqrtm(a.covariance @ b.covariance)
    shift = a.mean - b.mean
    return float(shift @ shift + np.trace(a.covariance) + np.trace(b.covariance) - 2 * np.trace(root.real))


def torchmetrics_fid(a: Moments, b: Moments) -> float:
    """That of torchmetrics: eigenvalues of the non-symmetric product."""
    from torchmetrics.image.fid import _compute_fid

    parts = [torch.from_numpy(part) for part in (a.mean, a.covariance, b.mean, b.covariance)]
    return float(_compute_fid(*parts))


def everything(real: np.ndarray, fake: np.ndarray) -> None:
    """Precision, recall, density, coverage, authenticity, NNDR and C_T; a tenth as many rows are held out for C_T."""
    found = neighbourhoods(real, fake, 5)
    found.in_manifold.mean(), found.reached.mean(), found.density_terms.mean(), found.covered.mean()
    found.authentic.mean(), found.ratios.mean()
    held = features(2, len(real) // 10, real.shape[1])
    copying_test(real, held, fake, distances=(nearest_distances(real, held), found.nearest))


def best(repeat: int, *sides: Callable[[], object]) -> list[float]:
    """Seconds of each side, the best of several runs in turn."""
    times = [[] for _ in sides]
    for _ in range(repeat):
        for kept, side in zip(times, sides, strict=True):
            start = time.perf_counter()
            side()
            kept.append(time.perf_counter() - start)
    return [min(kept) for kept in times]


def line(what: str, other: str, own: float, theirs: float, wanted: str) -> None:
    print(f"| {what} | {other} | {own:.2f} s | {theirs:.2f} s | {theirs / own:.1f}x | {wanted} |", flush=True)


def frechet(n: int, d: int, repeat: int) -> None:
    x, y = features(0, n, d), features(1, n, d)
    a, b = Moments.of(x), Moments.of(y)
    step = (lambda: frechet_distance(x, y)) if n < d else (lambda: frechet_from_moments(a, b))
    own, sqrtm, product = best(repeat, step, lambda: clean_fid(a, b), lambda: torchmetrics_fid(a, b))
    line(f"Frechet step, n = {n:,}", "clean-fid's formula (sqrtm)", own, sqrtm, "10x")
    line(f"Frechet step, n = {n:,}", "torchmetrics (eigvals)", own, product, "3x")


def prdc(n: int, d: int, repeat: int) -> None:
    try:
        from prdc import compute_prdc
    except ImportError:
        print("| PRDC | prdc is not installed | | | | |")
        return
    x, y = features(0, n, d).astype(np.float32), features(1, n, d).astype(np.float32)

    def theirs() -> None:
        with contextlib.redirect_stdout(io.StringIO()):
            compute_prdc(x, y, 5)

    own, other = best(repeat, lambda: everything(x, y), theirs)
    line(f"PRDC + authenticity + NNDR + C_T, n = {n:,}", "PRDC alone, package prdc", own, other, "2.9x")


def kid(n: int, d: int, repeat: int) -> None:
    from torchmetrics.image.kid import poly_mmd

    x, y = features(0, n, d), features(1, n, d)
    rng = np.random.default_rng(0)

    def subsets() -> None:
        for _ in range(10):
            rows = [torch.from_numpy(side[rng.permutation(n)[:1000]]).float() for side in (x, y)]
            poly_mmd(*rows)

    own, other = best(repeat, lambda: kernel_inception_distance(x, y, "float32"), subsets)
    line(
        f"KID, all pairs and jackknife, n = {n:,}",
        "torchmetrics, 100 subsets (10 run)",
        own,
        10 * other,
        "",
    )


def memory(n: int, d: int) -> None:
    """What each pass over all pairs adds to the peak: a distance pass, and KID over all pairs with its jackknife."""
    x, y = (features(seed, n, d).astype(np.float32) for seed in (0, 1))
    steps = {
        "PRDC, authenticity and NNDR": lambda: neighbourhoods(x, y, 5, "float32"),
        "KID": lambda: kernel_inception_distance(x, y, "float32"),
    }
    for name, step in steps.items():
        before, start = peak(), time.perf_counter()
        step()
        seconds = time.perf_counter() - start
        print(f"{name}, n = {n:,} a side, d = {d:,}: {seconds:.0f} s, peak {peak():.2f} GB,", end=" ")
        print(f"{peak() - before:.2f} GB above that of what came before", flush=True)


def peak() -> float:
    """Most memory that this process ever held, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=5000)
    parser.add_argument("--d", type=int, default=2048)
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--memory", type=int, default=0)
    options = parser.parse_args()
    if options.memory:
        return memory(options.memory, options.d)
    print("| step | beside | headwater | other | ratio | wanted |\n|---|---|---|---|---|---|")
    frechet(1000, options.d, options.repeat)
    prdc(options.n, options.d, options.repeat)
    frechet(10_000, options.d, options.repeat)
    kid(options.n, options.d, options.repeat)


if __name__ == "__main__":
    main()
