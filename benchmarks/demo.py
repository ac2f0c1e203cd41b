"""How long the demo takes after installation and how much memory its processes hold, against the limits.

    python benchmarks/demo.py [--out FOLDER] [--config FILE]

Linux only: memory is the sum of the resident sets of the whole process tree, read from /proc four times a second,
shared pages counted once by the proportional set size where the kernel tells it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

LIMIT_SECONDS, LIMIT_GIB = 300, 2.0


def children(pid: int) -> list[int]:
    """The process and everything below it."""
    try:
        direct = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid] + [below for child in direct for below in children(int(child))]


def memory(pid: int) -> int:
    """Bytes held by one process: its proportional set size."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def run(command: list[str]) -> tuple[float, float]:
    """Seconds and peak GiB of a command."""
    peak, done = 0, threading.Event()
    start = time.perf_counter()
    process = subprocess.Popen(command)

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.25):
            peak = max(peak, sum(memory(pid) for pid in children(process.pid)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    done.set()
    watcher.join()
    if code:
        sys.exit(f"{' '.join(command)}: exit code {code}")
    return time.perf_counter() - start, peak / 2**30


def main() -> None:
    """Run the demo once and print both ratios."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", help="the run folder (default: a temporary one)")
    parser.add_argument("--config", help="another config than the demo's")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        out = arguments.out or os.path.join(temporary, "demo")
        what = ["run", arguments.config] if arguments.config else ["demo"]
        seconds, gib = run([sys.executable, "-m", "headwater", *what, "--out", out])
    print(f"cores    {os.cpu_count()}")
    print(f"seconds  {seconds:6.1f}   limit {LIMIT_SECONDS}   ratio {seconds / LIMIT_SECONDS:.2f}")
    print(f"peak GiB {gib:6.2f}   limit {LIMIT_GIB}   ratio {gib / LIMIT_GIB:.2f}")


if __name__ == "__main__":
    main()
