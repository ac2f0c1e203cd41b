"""Speed of the batch filters, each alone and all together, on the docstrings of this environment: MB/s of one core.

    python benchmarks/filters.py [--documents 20000]

Processor time, so that other work on the machine disturbs it less; documents in an order drawn once.
"""

import argparse
import time

import numpy as np
from filter_thresholds import docstrings, sources

from headwater.core import record_batch, text_record
from headwater.curate import build_steps

FILTERS = ("unicode", "language", "length", "repetition", "quality", "licence")
BATCH, TARGET = 2_000, 6.0


def main() -> None:
    """Judge the same batches with every filter and print the rates."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--documents", type=int, default=20_000)
    wanted = parser.parse_args().documents
    texts = [doc for text in sources() for doc in docstrings(text)]
    chosen = [texts[number] for number in np.random.default_rng(0).permutation(len(texts))[:wanted]]
    rows = [text_record(text, f"docs:{number}", "docs", licence="MIT") for number, text in enumerate(chosen)]
    batches = [record_batch(rows[start : start + BATCH]) for start in range(0, len(rows), BATCH)]
    megabytes = sum(len(text.encode("utf-8", "replace")) for text in chosen) / 1e6
    total = 0.0
    for step in build_steps([(name, {}) for name in FILTERS]):
        step.judge(batches[0].slice(0, 10))  # type: ignore[union-attr]
        start = time.process_time()
        for batch in batches:
            step.judge(batch)  # type: ignore[union-attr]
        spent = time.process_time() - start
        total += spent
        print(f"{step.name:<12}{megabytes / spent:>9.1f} MB/s")
    print(f"{'all':<12}{megabytes / total:>9.1f} MB/s, target {TARGET} ({megabytes:.1f} MB, {len(rows):,} documents)")


if __name__ == "__main__":
    main()
