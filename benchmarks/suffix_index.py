"""Build and search a suffix index over the Python files of this environment, beside the suffix-array library alone.

    OMP_NUM_THREADS=1 python -P benchmarks/suffix_index.py [--megabytes 100] [--outputs 10000]

Prints the time to build beside that of ``pydivsufsort`` on the same bytes in memory; then, for outputs of 1 KB of three
kinds (copied and foreign stretches in turn, shuffled words, text of the corpus), the time to find all maximal matches
of 50 bytes or more with their counts and documents, and to find the matches with a bisection at every position,
as suffix-array tools commonly do. Both must find the same matches. CPU seconds; the reference runs on a part.
"""

import argparse
import sysconfig
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydivsufsort import divsufsort

from headwater.evaluate import SuffixIndex, build_index
from headwater.evaluate.memorization.suffix_array import SuffixArray

T = TypeVar("T")
SIZE, MINIMUM, REFERENCE = 1_000, 50, 50


def texts(limit: int) -> list[str]:
    """Python files of the environment, up to ``limit`` bytes; again under other names where there are too few."""
    found, size = [], 0
    paths = sorted(Path(sysconfig.get_path("purelib")).rglob("*.py"))
    while size < limit:
        for path in paths:
            text = path.read_bytes().decode("utf-8", "ignore")
            found.append(text)
            size += len(text.encode())
            if size >= limit:
                break
    return found


def mixed(documents: list[str], rng: np.random.Generator) -> str:
    """Stretches of 20 to 200 characters, every other one reversed: it occurs nowhere."""
    pieces: list[str] = []
    while sum(map(len, pieces)) < SIZE:
        document = documents[rng.integers(len(documents))]
        start = int(rng.integers(max(1, len(document))))
        piece = document[start : start + int(rng.integers(20, 200))]
        pieces.append(piece[::-1] if len(pieces) % 2 else piece)
    return "".join(pieces)[:SIZE]


def shuffled(documents: list[str], rng: np.random.Generator) -> str:
    """The words of a document in another order: text as a weak model writes it."""
    words = documents[rng.integers(len(documents))][: 3 * SIZE].split()
    return " ".join(rng.permutation(words).tolist() if words else ["none"])[:SIZE]


def copied(documents: list[str], rng: np.random.Generator) -> str:
    """A stretch of a document."""
    document = documents[rng.integers(len(documents))]
    start = int(rng.integers(max(1, len(document) - SIZE)))
    return document[start : start + SIZE] or "none"


def every_position(array: SuffixArray, query: bytes) -> list[tuple[int, int]]:
    """The same matches by a longest prefix at every position."""
    found: list[tuple[int, int]] = []
    for start in range(len(query)):
        end = start + array.longest_prefix(query[start:])
        if end - start >= MINIMUM and (not found or end > found[-1][1]):
            found.append((start, end))
    return found


def traced(index: SuffixIndex, text: str) -> int:
    """Spans with their counts by origin and their first documents."""
    query = text.encode()
    spans = index.spans(text, MINIMUM)
    for span in spans:
        pattern = query[span.byte_start : span.byte_end]
        index.document_counts(pattern), index.documents(pattern, 10)
    return len(spans)


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """CPU seconds and result."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--outputs", type=int, default=10_000)
    options = parser.parse_args()
    documents = texts(int(options.megabytes * 1e6))
    with tempfile.TemporaryDirectory() as folder:
        triples = [("kept", str(number), text) for number, text in enumerate(documents)]
        building, index = timed(lambda: build_index(Path(folder) / "index", triples))
        text = b"".join(path.read_bytes() for path in sorted((Path(folder) / "index").glob("*/text.bin")))
        alone, order = timed(lambda: divsufsort(text))
        print(f"{len(index) / 1e6:,.1f} MB in {len(documents):,} documents")
        print(f"build {building:.2f} s, pydivsufsort alone {alone:.2f} s: {building / alone:.2f} times (wanted: 1.3)")
        search(index, SuffixArray(text, order), documents, options.outputs)


def search(index: SuffixIndex, array: SuffixArray, documents: list[str], number: int) -> None:
    rng = np.random.default_rng(0)
    for make in (mixed, shuffled, copied):
        outputs = [make(documents, rng) for _ in range(number)]
        own, spans = timed(lambda outputs=outputs: sum(traced(index, text) for text in outputs))
        some = [text.encode() for text in outputs[:REFERENCE]]
        short, found = timed(lambda some=some: [index.longest_matches(query, MINIMUM) for query in some])
        reference, expected = timed(lambda some=some: [every_position(array, query) for query in some])
        assert found == expected, "the two searches disagree"
        print(
            f"{make.__name__}: {number:,} outputs of 1 KB traced in {own:.1f} s, {spans / number:.1f} spans each;",
            end=" ",
        )
        print(f"matches alone {1e3 * short / len(some):.2f} ms, at every position {1e3 * reference / len(some):.1f} ms")


if __name__ == "__main__":
    main()
