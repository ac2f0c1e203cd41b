"""Seconds for the interval of one metric: closed forms against a bootstrap as lm-evaluation-harness does it.

    python benchmarks/interval_speed.py [--items 10000] [--resamples 200]

The harness resamples with ``random.choices`` and applies the metric to each resample, B = 100,000 times by default.
This script states that again and times ``--resamples`` of them; the time grows with their number, so that of 100,000 is
extrapolated. The sides are interleaved, and the best of three counts. That both agree is seen on standard errors.
"""

import argparse
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from headwater import evaluate as ev

DEFAULT = 100_000


def bootstrap(
    metric: Callable[[Sequence[Any]], float], items: Sequence[Any], resamples: int, seed: int = 1234
) -> float:
    """Standard deviation of the metric over resamples with replacement."""
    rng = random.Random(seed)
    return float(np.std([metric(rng.choices(items, k=len(items))) for _ in range(resamples)], ddof=1))


def mean(values: Sequence[float]) -> float:
    """Of a list."""
    return sum(values) / len(values)


def ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """Weighted mean: what word perplexity is made of."""
    return sum(x for x, _ in pairs) / sum(y for _, y in pairs)


def area(pairs: Sequence[tuple[float, int]]) -> float:
    """Area under the ROC curve of (score, label)."""
    positive, negative = ([score for score, label in pairs if label == side] for side in (1, 0))
    return ev.placements(positive, negative).auc


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of one call, and what it gave."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def cases(n: int) -> list[tuple[str, Callable[[], ev.Estimate], Callable[[Sequence[Any]], float], Sequence[Any]]]:
    """Name, ours, and the metric and items of the bootstrap."""
    rng = np.random.default_rng(0)
    hits = (rng.random(n) < 0.3).astype(float)
    tokens = rng.integers(50, 500, n).astype(float)
    nats = 3 * tokens + rng.normal(0, 0.3, n) * tokens
    scores, labels = rng.normal(size=n) + (np.arange(n) % 2), np.arange(n) % 2
    return [
        ("accuracy (mean)", lambda: ev.mean_interval(hits), mean, hits.tolist()),
        ("perplexity (ratio)", lambda: ev.ratio_interval(nats, tokens), ratio, list(zip(nats, tokens, strict=True))),
        (
            "AUC",
            lambda: ev.auc(scores[labels == 1], scores[labels == 0]),
            area,
            list(zip(scores.tolist(), labels.tolist(), strict=True)),
        ),
    ]


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--resamples", type=int, default=200)
    options = parser.parse_args()
    print(f"{options.items:,} items; {options.resamples} resamples timed, {DEFAULT:,} extrapolated\n")
    print("| metric | headwater | bootstrap, B = 100,000 | ratio | standard error | that of the bootstrap |")
    print("|---|---|---|---|---|---|")
    for name, ours, metric, items in cases(options.items):
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(3):
            seconds, estimate = best(ours)
            times[0].append(seconds)
            seconds, se = best(lambda: bootstrap(metric, items, options.resamples))  # noqa: B023
            times[1].append(seconds)
        fast, slow = min(times[0]), min(times[1]) * DEFAULT / options.resamples
        row = f"{1000 * fast:.2f} ms | {slow:,.0f} s | {slow / fast:,.0f} | {estimate.se:.5f} | {se:.5f}"
        print(f"| {name} | {row} |", flush=True)


if __name__ == "__main__":
    main()
