"""Time, weight and opening of the report of a large run, beside the limits that the project sets itself.

    python benchmarks/report.py [--documents 1000000] [--findings 10000] [--runs 5]

A run folder is made up: a corpus of short documents as Parquet shards, stage reports that claim it and 100,000 samples,
and findings of forty codes with examples and the documents behind them. The report is laid out by the code that
``headwater report`` calls, cards from the corpus included, and opened in Chromium (needs playwright): the load event,
and the time until a filter of the findings has answered. Medians of the runs; the ratio to each limit.
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

import pyarrow as pa

from headwater.core import (
    Corpus,
    CorpusWriter,
    Example,
    Finding,
    Manifest,
    Score,
    StageReport,
    Table,
    record_batch,
    text_record,
)  # fmt: skip
from headwater.pipeline.config import config_from
from headwater.pipeline.run import make_report

LIMITS = {"build s": 60.0, "bytes": 3_000_000.0, "opened s": 1.5}
SEVERITIES = ("high", "medium", "low", "info")
CODES = 40
ROWS = 20_000


def corpus(folder: Path, number: int) -> list[str]:
    """A corpus of so many short documents; gives some of their ids."""
    named: list[str] = []
    with CorpusWriter(folder) as writer:
        first = record_batch([text_record(f"Document {at}", f"{at}.txt:1", f"{at}.txt") for at in range(ROWS)])
        for shard in range(number // ROWS):
            ids = [f"{shard * ROWS + at:016x}-00000000" for at in range(ROWS)]
            texts = [f"Short document {shard * ROWS + at} of a corpus that was made up." for at in range(ROWS)]
            batch = first.set_column(first.schema.get_field_index("id"), "id", pa.array(ids))
            batch = batch.set_column(batch.schema.get_field_index("text"), "text", pa.array(texts))
            writer.write(batch.cast(first.schema))
            named.extend(ids[::50])
    return named


def finding(at: int, named: list[str]) -> Finding:
    """One of many findings, with two examples and five documents."""
    ids = tuple(named[(at * 7 + step) % len(named)] for step in range(5))
    text = f"An output of some words that number {at} shares with its document. " * 4
    examples = tuple(Example(f"free-{at}-{one}", text, "an example", ((0, 30),), ids[one : one + 2]) for one in (0, 1))
    score = Score("copied-share", (at % 97) / 97, 100, "share", "made-up/1", 0.0, 1.0, slice={"part": str(at)})
    return Finding(
        f"HW-X{at % CODES:03}", SEVERITIES[at % 4], f"Finding number {at} of a large run", "What it means. " * 6,
        "What to do. " * 6, (score,), examples, ids,
    )  # fmt: skip


def run_folder(folder: Path, documents: int, findings: int) -> None:
    """Stage reports, corpus and manifest of a large run."""
    named = corpus(folder / "corpus", documents)
    rows = tuple((f"source {at}", at, at / 7, "kept" if at % 3 else "removed") for at in range(5_000))
    scores = tuple(
        Score("quality", at / 400, 100_000, "share", "made-up/1", at / 500, at / 300, slice={"part": str(at)})
        for at in range(300)
    )
    facts = {"documents": documents, "samples": 100_000}
    for stage in ("curation", "audit", "training", "evaluation"):
        tables = tuple(
            Table(f"{stage}-{at}", f"Table {at}", ("source", "n", "share", "status"), rows) for at in range(6)
        )
        found = tuple(finding(at, named) for at in range(findings)) if stage == "evaluation" else ()
        StageReport(stage, stage.title(), facts, scores, found, tables).save(folder / f"{stage}.json")
    Manifest("run", {}, parents={"main": Corpus(folder / "corpus").hash}).save(folder)


def opened(page: Path, runs: int) -> list[float]:
    """Seconds from the address to the answer of the first filter."""
    from playwright.sync_api import sync_playwright

    times = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for _ in range(runs):
            tab = browser.new_page()
            start = time.perf_counter()
            tab.goto(page.as_uri())
            tab.locator("#findings input[type=search]").first.fill("number 39")
            tab.locator("#findings [role=status]").first.inner_text()
            times.append(time.perf_counter() - start)
            tab.close()
        browser.close()
    return times


def main() -> None:
    """Print the medians beside their limits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--findings", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run_folder(folder, args.documents, args.findings)
        config = config_from({"corpus": {"source": "text", "path": "."}, "title": "A large run"})
        start = time.perf_counter()
        page = make_report(config, folder)
        found = {"build s": time.perf_counter() - start, "bytes": float(page.stat().st_size)}
        found["opened s"] = median(opened(page, args.runs))
    for what, value in found.items():
        print(f"{what:10} {value:14,.2f}   limit {LIMITS[what]:12,.1f}   ratio {value / LIMITS[what]:.2f}")


if __name__ == "__main__":
    main()
