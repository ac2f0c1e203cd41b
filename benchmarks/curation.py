"""The whole default text pipeline: MB/s of one core, the gain of a second one, and peak memory as the input grows.

    python benchmarks/curation.py [--gigabytes 0.1 1 4] [--workers 1 2] [--length short web] [--folder SCRATCH]

The steps are those of a config without ``curate``. Each document is some paragraphs drawn from the docstrings of this
environment with words of their own in them, so that a corpus of any size has few duplicates; one in ten is a near copy
of an earlier one. Half of the work is for each document, not for each byte: ``short`` documents have 2 to 8 paragraphs
(1.1 kB on average), those of ``web`` 6 to 24 (3.4 kB, as pages of web corpora have).

"CPU" is processor time of all processes; MB/s of a core is input over that, so that other work on the machine disturbs
it less. Memory is the proportional set size of the process tree. Linux only.
"""

import argparse
import itertools
import json
import os
import random
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from demo import run
from filter_thresholds import docstrings, sources

SPEED, GAIN, LIMIT_GIB = 6.0, 1.7, 1.5
PARAGRAPHS_EACH = {"short": (2, 8), "web": (6, 24)}
PARAGRAPHS = 20_000
RECENT = 100


def paragraphs() -> list[str]:
    """Different paragraphs of 80 to 2,000 characters, at most ``PARAGRAPHS``."""
    found = (part.strip() for text in sources() for doc in docstrings(text) for part in doc.split("\n\n"))
    chosen = dict.fromkeys(part for part in found if 80 <= len(part) <= 2_000)
    return list(chosen)[:PARAGRAPHS]


def documents(pool: list[str], seed: int, fewest: int, most: int) -> Iterator[str]:
    """An endless stream of texts of so many paragraphs."""
    rng = random.Random(seed)
    split = [paragraph.split(" ") for paragraph in pool]
    words = [word for paragraph in split for word in paragraph]
    recent: list[str] = [pool[0]]
    while True:
        if rng.random() < 0.1:
            yield rng.choice(recent).replace(" the ", " some ", 1) + " changed"
            continue
        parts = []
        for chosen in rng.choices(split, k=rng.randint(fewest, most)):
            own, start, first = chosen.copy(), rng.randrange(len(words) - 500), rng.randrange(8)
            count = len(range(first, len(own), 8))  # a word in eight is new: two draws are no near duplicates
            own[first::8] = words[start : start + count]
            parts.append(" ".join(own))
        recent = [*recent[-RECENT:], "\n\n".join(parts)]
        yield recent[-1]


def write_corpus(path: Path, size: float, pool: list[str], length: str = "short") -> int:
    """A JSON Lines file of about ``size`` bytes of text; gives the bytes of text in it."""
    written, stream = 0, documents(pool, 7, *PARAGRAPHS_EACH[length])
    with path.open("w", encoding="utf-8") as file:
        while written < size:
            text = next(stream)
            file.write(json.dumps({"text": text, "licence": "MIT"}) + "\n")
            written += len(text.encode("utf-8", "replace"))
    return written


def curate(config: Path, out: Path, workers: int) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak GiB of one run of the command."""
    shutil.rmtree(out, ignore_errors=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "headwater", "curate", str(config), "--out", str(out), "--workers", str(workers)]
    wall, peak = run([*command, "--quiet"])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak


def main() -> None:
    """Run each size with each number of workers and print rates, gains and memory."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--gigabytes", type=float, nargs="+", default=[0.1, 1.0, 4.0])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--length", nargs="+", choices=PARAGRAPHS_EACH, default=["short", "web"])
    parser.add_argument("--folder", help="where to keep input and results while it runs (default: a temporary folder)")
    options = parser.parse_args()
    pool = paragraphs()
    print(f"{os.cpu_count()} cores; targets: {SPEED} MB/s a core, {GAIN}x with a second, {LIMIT_GIB} GiB at any size")
    print("length    GB workers   wall s    CPU s  MB/s a core   gain  peak GiB")
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        config = Path(scratch) / "curation.yaml"
        config.write_text(f"corpus: {{source: jsonl, path: {scratch}/input.jsonl}}\naudit: []\n")
        for length, size in itertools.product(options.length, options.gigabytes):
            megabytes = write_corpus(Path(scratch) / "input.jsonl", size * 1e9, pool, length) / 1e6
            first = 0.0
            for workers in options.workers:
                wall, cpu, peak = curate(config, Path(scratch) / "run", workers)
                first = first or wall
                row = f"{length:<6} {size:5.2f} {workers:7} {wall:8.1f} {cpu:8.1f} {megabytes / cpu:12.1f}"
                print(f"{row} {first / wall:6.2f} {peak:9.2f}", flush=True)


if __name__ == "__main__":
    main()
