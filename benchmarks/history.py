"""Ten thousand runs: how long the index takes to make, to bring up to date and to list.

python benchmarks/history.py [--runs 10000] [--scores 20]
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from headwater.core import Manifest, Score, StageReport, hash_files, write_text
from headwater.reports import append_entry, index_runs, open_history, read_journal, timeline

LIMIT_SECONDS = 1.0
START = datetime(2026, 1, 1, tzinfo=UTC)


def write_runs(root: Path, runs: int, scores: int) -> None:
    """Small run folders, one an hour."""
    for number in range(runs):
        folder = root / f"run-{number:05}"
        folder.mkdir()
        write_text(folder / "config.yaml", "title: hourly\n")
        values = tuple(Score(f"m{n}", n + number / runs, 100, "x", "m/1", n, n + 1.0) for n in range(scores))
        StageReport("evaluation", "e", scores=values).save(folder / "evaluation.json")
        manifest = Manifest("run", hash_files(folder, ["evaluation.json"]))
        manifest.save(folder)
        when = (START + timedelta(hours=number)).isoformat()
        append_entry(folder, "run-finished", when, manifest.hash, ran=["evaluate"])


def list_all(root: Path) -> int:
    """What ``headwater history --last 0`` does before it prints."""
    index_runs(root)
    with open_history(root) as connection:
        return len(timeline(connection, root, read_journal(root)))


def walk(root: Path) -> int:
    """What any list from the folders needs at the least: a stat of each."""
    return sum(os.stat(entry.path).st_mtime_ns > 0 for entry in os.scandir(root) if entry.is_dir())


def best(work: Callable[[], object], repeats: int) -> float:
    """The shortest of several times, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print times beside the limit."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--scores", type=int, default=20)
    arguments = parser.parse_args()
    root = Path(tempfile.mkdtemp())
    try:
        write_runs(root, arguments.runs, arguments.scores)
        print(f"{arguments.runs:,} runs, {arguments.scores} scores each")
        print(f"index made anew            {best(lambda: index_runs(root), 1):8.2f} s")
        bare = best(lambda: walk(root), 5)
        listing = best(lambda: list_all(root), 5)
        print(f"a stat of each folder      {bare:8.3f} s")
        print(f"listing, index up to date  {listing:8.3f} s, {listing / bare:.1f} x a stat, limit {LIMIT_SECONDS} s")
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
