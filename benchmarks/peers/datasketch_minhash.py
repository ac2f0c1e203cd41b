"""Worker of benchmarks/near_duplicates.py: datasketch with the sketch that headwater uses, 20 bands of 5 rows.

Run by the Python of an environment with ``datasketch``. Shingles are sets of lower-cased ``\\w+`` 5-grams; matches of
the index are joined without verification, which datasketch has none of. Prints one JSON line.
"""

import json
import re
import resource
import sys
import time
from pathlib import Path

from datasketch import MinHash, MinHashLSH

BANDS, ROWS = 20, 5
WORD = re.compile(r"\w+")


def shingles(text: str) -> list[bytes]:
    """Distinct word 5-grams."""
    words = WORD.findall(text.lower())
    return [" ".join(gram).encode() for gram in set(zip(*(words[place:] for place in range(5)), strict=False))]


def run(folder: Path) -> dict[int, int]:
    """The cluster of each document that has a match."""
    index = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    parents: dict[int, int] = {}

    def root(member: int) -> int:
        while (parent := parents.setdefault(member, member)) != member:
            member = parent
        return member

    with (folder / "jsonl" / "corpus.jsonl").open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            sketch = MinHash(num_perm=BANDS * ROWS)
            grams = shingles(json.loads(line)["text"])
            if grams:
                sketch.update_batch(grams)
                for other in index.query(sketch):
                    one, two = sorted((root(number), root(other)))
                    parents[two] = one
                index.insert(number, sketch)
    return {member: root(member) for member in list(parents)}


def main() -> None:
    """Time the run and print clusters, seconds and peak memory."""
    start, cpu = time.perf_counter(), time.process_time()
    clusters = run(Path(sys.argv[1]))
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu_seconds, "clusters": sorted(clusters.items()), "peak": peak}))


if __name__ == "__main__":
    main()
