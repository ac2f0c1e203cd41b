"""Speed of the readers beside the plain library on the same file, in one run: MB/s of text on one core.

    python benchmarks/readers.py [--megabytes 30] [--runs 3]

Not the same work: the readers give ids, provenance and checked rows, the plain library only the values. Processor time,
the median of the runs; each pair takes turns. The text is made up, one seed, documents of 200 to 4,000 bytes.
"""

import argparse
import csv
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet as pq

from headwater.core import SILENT
from headwater.curate import read_source

NAMES = "river water stone valley bridge summer morning light paper letter engine market harbour field winter"
WORDS = NAMES.split()


def documents(megabytes: int) -> list[str]:
    """Texts of words in drawn order, about so many MB of them."""
    rng = np.random.default_rng(0)
    texts, size = [], 0
    while size < megabytes * 1_000_000:
        words = rng.choice(WORDS, int(rng.integers(30, 650)))
        texts.append(" ".join(words))
        size += len(texts[-1])
    return texts


def write(folder: Path, texts: list[str]) -> None:
    """The same documents in every format."""
    rows = [{"text": text, "url": f"https://a.example/{number}"} for number, text in enumerate(texts)]
    table = pa.Table.from_pylist(rows)
    (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (folder / "a.json").write_text(json.dumps(rows), "utf-8")
    pq.write_table(table, folder / "a.parquet", compression="zstd", row_group_size=5_000)
    with pa.ipc.new_stream(str(folder / "a.arrow"), table.schema) as writer:
        writer.write_table(table, max_chunksize=5_000)
    with (folder / "a.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["text", "url"], *([row["text"], row["url"]] for row in rows)])


def read_ours(kind: str, path: Path) -> int:
    """Documents that a reader gives."""
    return sum(batch.num_rows for batch in read_source(kind, path=str(path)).batches(lambda row: None, SILENT))


def plain_lines(path: Path) -> int:
    """Objects that json.loads gives, line by line."""
    with path.open("rb") as file:
        return sum(bool(json.loads(line)["text"]) for line in file)


def plain_csv(path: Path) -> int:
    """Rows that the csv module gives."""
    with path.open(newline="") as file:
        return sum(bool(row["text"]) for row in csv.DictReader(file))


def plain_stream(path: Path) -> int:
    """Rows of the batches of an Arrow stream."""
    with pa.OSFile(str(path)) as file:
        return sum(batch.num_rows for batch in pa.ipc.open_stream(file))


def pairs(folder: Path) -> Iterator[tuple[str, str, Callable[[], int]]]:
    """Our reader's name, the other side's name and its call."""
    pa.set_cpu_count(1)
    options = pyarrow.json.ReadOptions(use_threads=False, block_size=1 << 24)
    one = pyarrow.csv.ReadOptions(use_threads=False)
    yield "jsonl", "json.loads", lambda: plain_lines(folder / "a.jsonl")
    yield "jsonl", "pyarrow.json", lambda: pyarrow.json.read_json(folder / "a.jsonl", options).num_rows
    yield "json", "json.load", lambda: len(json.loads((folder / "a.json").read_bytes()))
    yield "csv", "csv.DictReader", lambda: plain_csv(folder / "a.csv")
    yield "csv", "pyarrow.csv", lambda: pyarrow.csv.read_csv(folder / "a.csv", one).num_rows
    yield (
        "parquet",
        "iter_batches",
        lambda: sum(
            batch.num_rows for batch in pq.ParquetFile(folder / "a.parquet").iter_batches(2_000, use_threads=False)
        ),
    )
    yield "arrow", "open_stream", lambda: plain_stream(folder / "a.arrow")


def seconds(call: Callable[[], int], expected: int) -> float:
    """Processor seconds of one call, which has to give every document."""
    start = time.process_time()
    found = call()
    spent = time.process_time() - start
    if found != expected:
        raise SystemExit(f"{found} documents of {expected}")
    return spent


def main() -> None:
    """Write the files, take turns and print both sides of each pair."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--megabytes", type=int, default=30)
    parser.add_argument("--runs", type=int, default=3)
    wanted = parser.parse_args()
    texts = documents(wanted.megabytes)
    megabytes = sum(map(len, texts)) / 1e6
    print(f"{megabytes:.1f} MB of text, {len(texts):,} documents, one core, median of {wanted.runs}")
    print(f"{'reader':<10}{'MB/s':>8}   {'beside':<16}{'MB/s':>8}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, texts)
        for kind, other, call in pairs(folder):
            path = folder / f"a.{kind}"
            turns = [
                (seconds(lambda: read_ours(kind, path), len(texts)), seconds(call, len(texts)))  # noqa: B023
                for _ in range(wanted.runs)
            ]
            ours, theirs = (megabytes / median(side) for side in zip(*turns, strict=True))
            print(f"{kind:<10}{ours:>8.0f}   {other:<16}{theirs:>8.0f}{ours / theirs:>8.2f}")


if __name__ == "__main__":
    main()
