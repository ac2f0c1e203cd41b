"""The audit of a table: seconds and memory beside the limits, and beside fairlearn's intervals on the same groups.

    python benchmarks/table_audit.py FOLDER_OF_ADULT [--runs 3]

FOLDER_OF_ADULT holds adult-train.csv and adult-test.csv of UCI Adult, without header lines: 48,842 rows together. Each
figure is that of a fresh process from its start: imports, reading, every default audit for sex, race and both together.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

COLUMNS = (
    "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship", "race",
    "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country", "income",
)  # fmt: skip
SECONDS, MEGABYTES, BOOTSTRAPS = 5.0, 500, 100
USAGE = "import resource; used = resource.getrusage(resource.RUSAGE_SELF)"
PRINT = "print(used.ru_maxrss * 1024 / 1e6, used.ru_utime + used.ru_stime)"
OURS = f"""
from headwater import curate
report = curate.audit(PATH, groups=["sex", "race"], label="income", positive=">50K")
{USAGE}; {PRINT}
"""
FAIRLEARN = f"""
import pandas
from fairlearn.metrics import MetricFrame, selection_rate
frame = pandas.read_csv(PATH)
positive = frame.income == ">50K"
for groups in (["sex"], ["race"], ["sex", "race"]):
    found = MetricFrame(
        metrics=selection_rate, y_true=positive, y_pred=positive, sensitive_features=frame[groups],
        n_boot={BOOTSTRAPS}, ci_quantiles=[0.025, 0.975], random_state=0,
    )
    found.by_group_ci, found.difference_ci()
{USAGE}; {PRINT}
"""


def joined(folder: Path, target: Path) -> None:
    """Both files as one with a header line; the test labels end with a dot, which goes."""
    lines = [",".join(COLUMNS)]
    for name in ("adult-train.csv", "adult-test.csv"):
        lines += [line.replace(", ", ",").rstrip(".") for line in (folder / name).read_text().splitlines() if line]
    target.write_text("\n".join(lines) + "\n")


def measured(code: str, path: Path) -> tuple[float, float, float]:
    """Wall-clock seconds of the process, megabytes at its peak, and seconds of processor time."""
    start = time.perf_counter()
    command = [sys.executable, "-P", "-c", code.replace("PATH", repr(str(path)))]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=path.parent)
    memory, processor = map(float, done.stdout.split()[-2:])
    return time.perf_counter() - start, memory, processor


def main() -> None:
    """Take turns and print the medians with their ratios."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "adult.csv")
        joined(options.folder, path)
        pairs = [(measured(OURS, path), measured(FAIRLEARN, path)) for _ in range(options.runs)]
    ours, peer = ([median(values) for values in zip(*side, strict=True)] for side in zip(*pairs, strict=True))
    print(f"all default audits   {ours[0]:.2f} s    limit {SECONDS} s     ratio {ours[0] / SECONDS:.2f}")
    print(f"processor time       {ours[2]:.2f} s    limit {SECONDS} s     ratio {ours[2] / SECONDS:.2f}")
    print(f"memory               {ours[1]:.0f} MB    limit {MEGABYTES} MB   ratio {ours[1] / MEGABYTES:.2f}")
    print(
        f"fairlearn, selection rate alone with {BOOTSTRAPS} bootstraps: {peer[2]:.2f} s of processor time, "
        f"{peer[1]:.0f} MB; ours takes {ours[2] / peer[2]:.2f} of it for all audits"
    )


if __name__ == "__main__":
    main()
