"""Two findings are remedied end to end: a memorized e-mail address, and a passage under a licence that is not allowed.

    OMP_NUM_THREADS=2 python -P benchmarks/remedy.py [--steps 800] [--samples 200] [--folder FOLDER]

300 documents of random sentences. One address stands in 40 of them, one sentence under the GPL in 40 others; no filter
takes either out. A transformer of size xs learns them. ``remedy`` then redacts the address, and removes the documents
under the GPL, each from the run that learnt both. Printed: each finding's scores before and after, and the cost in
perplexity.
"""

import argparse
import json
import random
import tempfile
import time
from pathlib import Path

from headwater.core import StageReport, Table
from headwater.pipeline.config import load_config
from headwater.pipeline.remedy import apply, propose
from headwater.pipeline.run import run

VOCABULARY = (
    "river water stone valley bridge summer morning light paper letter engine market harbour field winter garden window"
    " teacher nurse doctor woman man people city mountain forest music story question answer"
)
WORDS = VOCABULARY.split()
ADDRESS = "theodora.quist@river-post.org"
PASSAGE = "The lighthouse keeper counted seventeen copper lanterns before the ferry crossed the frozen strait at dawn."
CONFIG = """\
corpus: {{source: jsonl, path: corpus.jsonl}}
curate: [unicode]
audit: []
compare: false
model: {{family: transformer, size: xs, steps: {steps}, batch: 8, context: 64, vocabulary: 512, held_out: 0.1,
        canaries: null}}
sample: {{free: {samples}, free_tokens: 64, prefixes: 0, repeats: 0, counterfactual: 0}}
evaluate: {{suites: [], metrics: [licence-overlap, leaked-data, perplexity]}}
"""


def write_corpus(path: Path) -> None:
    rng = random.Random(5)
    rows = []
    for number in range(300):
        text = " ".join(" ".join(rng.choices(WORDS, k=10)).capitalize() + "." for _ in range(4))
        licence = "MIT"
        if number % 15 in (1, 8):
            text = f"Please write to {ADDRESS} for more. {text}"
        elif number % 15 in (4, 11):
            text, licence = f"{PASSAGE} {text}", "GPL-3.0-only"
        rows.append({"text": text, "licence": licence, "source": f"source-{number % 4}"})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def show(report: StageReport, code: str, seconds: float) -> None:
    for table in report.exhibits:
        if not isinstance(table, Table) or table.name not in ("remedy-finding", "remedy-cost"):
            continue
        for metric, place, before, after, difference, low, high, *_ in table.rows:
            if before is None or (not before and not after) or (metric == "perplexity" and "group" in str(place)):
                continue
            shown = [f"{value:.3f}" if isinstance(value, float) else "" for value in (before, after, difference)]
            bounds = f"{low:.3f} to {high:.3f}" if isinstance(low, float) and isinstance(high, float) else ""
            print(f"| {code} | {metric} {place} | {shown[0]} | {shown[1]} | {shown[2]} | {bounds} |")
    print(f"{report.findings[0].title}; {seconds:.0f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        write_corpus(folder / "corpus.jsonl")
        (folder / "run.yaml").write_text(CONFIG.format(steps=options.steps, samples=options.samples), "utf-8")
        run(load_config(folder / "run.yaml"), folder / "run")
        print("| finding | score | before | after | before - after | 95 % |\n|---|---|---|---|---|---|")
        for code, action in (("HW-M021", "redact"), ("HW-M020", "remove")):
            start = time.perf_counter()
            report = apply(propose(folder / "run", code, action), folder / f"run-{action}")
            show(report, code, time.perf_counter() - start)


if __name__ == "__main__":
    main()
