"""How long `headwater --help` takes, beside an interpreter that does nothing, and what heavy it imports.

python benchmarks/help_time.py [--runs 20]
"""

import argparse
import subprocess
import sys
import time
from statistics import median

LIMIT_SECONDS = 0.4
HEAVY = {"torch", "pyarrow", "pandas", "sklearn", "pydantic", "datasets", "numpy", "scipy", "rich", "jinja2"}
HELP = ["-m", "headwater", "--help"]


def seconds(arguments: list[str]) -> float:
    """Wall-clock seconds of one fresh interpreter."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def heavy_imports() -> list[str]:
    """The heavy libraries that a fresh `headwater --help` loads, as -X importtime tells."""
    done = subprocess.run([sys.executable, "-X", "importtime", *HELP], check=True, capture_output=True, text=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return sorted({line.rsplit("|", 1)[-1].strip() for line in lines} & HEAVY)


def main() -> None:
    """Take turns, so that a busy machine slows both alike, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    pairs = [(seconds(HELP), seconds(["-c", "pass"])) for _ in range(runs)]
    shown, nothing = (median(values) for values in zip(*pairs, strict=True))
    print(f"headwater --help   {shown:.3f} s   limit {LIMIT_SECONDS} s   ratio {shown / LIMIT_SECONDS:.2f}")
    print(f"python -c pass     {nothing:.3f} s")
    print(f"heavy imports      {', '.join(heavy_imports()) or 'none'}")


if __name__ == "__main__":
    main()
