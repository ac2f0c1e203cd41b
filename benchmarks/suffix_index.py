"""Build and search a suffix index over the Python files of this environment, beside a search at every position.

    python benchmarks/suffix_index.py [--megabytes 64]

Prints the time to build, to count a 50-byte pattern, and to find all maximal matches of 2,000 bytes that mix copied
and foreign stretches. The reference makes one bisection for each position of the query, as suffix-array tools commonly
do. Both must find the same matches.
"""

import argparse
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from headwater.evaluate import SuffixIndex, build_index

QUERIES, QUERY_BYTES, MINIMUM = 20, 2_000, 50


def texts(limit: int) -> list[str]:
    """Python files of the environment, up to ``limit`` bytes."""
    found, size = [], 0
    for path in sorted(Path(sysconfig.get_path("purelib")).rglob("*.py")):
        text = path.read_bytes().decode("utf-8", "ignore")
        found.append(text)
        size += len(text.encode())
        if size >= limit:
            break
    return found


def mixed_query(documents: list[str], rng: np.random.Generator) -> bytes:
    """Stretches of 20 to 200 characters, every other one reversed: it occurs nowhere."""
    pieces: list[str] = []
    while sum(map(len, pieces)) < QUERY_BYTES:
        document = documents[rng.integers(len(documents))]
        start = int(rng.integers(max(1, len(document))))
        piece = document[start : start + int(rng.integers(20, 200))]
        pieces.append(piece[::-1] if len(pieces) % 2 else piece)
    return "".join(pieces).encode()[:QUERY_BYTES]


def every_position(index: SuffixIndex, query: bytes) -> list[tuple[int, int]]:
    """The same matches by a longest prefix at every position."""
    found: list[tuple[int, int]] = []
    for start in range(len(query)):
        end = start + index._array.longest_prefix(query[start:])
        if end - start >= MINIMUM and (not found or end > found[-1][1]):
            found.append((start, end))
    return found


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Seconds and result."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=float, default=64)
    documents = texts(int(parser.parse_args().megabytes * 1e6))
    rng = np.random.default_rng(0)
    queries = [mixed_query(documents, rng) for _ in range(QUERIES)]
    with tempfile.TemporaryDirectory() as folder:
        triples = [("kept", str(number), text) for number, text in enumerate(documents)]
        building, index = timed(lambda: build_index(Path(folder) / "index", triples))
        assert isinstance(index, SuffixIndex)
        counting, _ = timed(lambda: [index.count(query[:50]) for query in queries])
        ours, found = timed(lambda: [index.longest_matches(query, MINIMUM) for query in queries])
        reference, expected = timed(lambda: [every_position(index, query) for query in queries])
        size = len(index) / 1e6
    assert found == expected, "the two searches disagree"
    print(f"text                     {size:8.1f} MB in {len(documents):,} documents")
    print(f"build                    {building:8.2f} s  ({size / building:.1f} MB/s)")
    print(f"count 50 bytes           {1e6 * counting / QUERIES:8.1f} us")
    print(f"matches of {QUERY_BYTES:,} bytes   {1e3 * ours / QUERIES:8.2f} ms")
    print(f"  at every position      {1e3 * reference / QUERIES:8.2f} ms  ({reference / ours:.1f} times as long)")


if __name__ == "__main__":
    main()
