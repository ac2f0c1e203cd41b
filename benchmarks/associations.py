"""Associations: seconds and megabytes a second of the audit beside its limit, and of a naive counter.

    python benchmarks/associations.py --data WIKITEXT_FOLDER --megabytes 20

The corpus is made of the sentences of the text files in the folder, drawn with replacement into distinct documents of
twelve sentences. The naive peer counts, with Python's ``re`` and one pattern for each group, the sentences in which
each group stands with each attribute: counts alone, without exceptions, intervals or tests. Everything runs in one
process pinned to one core. The limit is 20 seconds for 20 MB.
"""

import argparse
import os
import random
import re
import tempfile
import time
from pathlib import Path

from headwater.core import SILENT, Corpus, CorpusWriter, record_batch, text_record
from headwater.curate import TermCounter
from headwater.curate.audits import Associations
from headwater.curate.embeddings import EmbeddingAssociations
from headwater.curate.safety import Contexts

SECONDS_OF_20_MB = 20.0
SENTENCES = 12


def build(data: Path, megabytes: float, folder: Path, seed: int) -> tuple[Corpus, list[str], float]:
    """The corpus, its texts, and its size in megabytes."""
    rng = random.Random(seed)
    lines = [line.strip() for path in sorted(data.glob("*.txt")) for line in path.read_text("utf-8").splitlines()]
    sentences = [f"{part} ." for line in lines if len(line) > 60 for part in line.split(" . ")]
    texts, size = [], 0
    while size < megabytes * 1e6:
        texts.append(" ".join(rng.choices(sentences, k=SENTENCES)))
        size += len(texts[-1].encode())
    with CorpusWriter(folder) as writer:
        for start in range(0, len(texts), 2000):
            rows = [
                text_record(text, f"text:{start + i}", "text") for i, text in enumerate(texts[start : start + 2000])
            ]
            writer.write(record_batch(rows))
    return Corpus(folder), texts, size / 1e6


def naive(texts: list[str], identity: TermCounter, attributes: TermCounter) -> dict[tuple[str, str, str, str], int]:
    """Sentences in which each group stands with each attribute, by Python's regular expressions."""
    patterns = [{group: pattern(terms, group) for group in terms.groups} for terms in (identity, attributes)]
    counts: dict[tuple[str, str, str, str], int] = {}
    for text in texts:
        for sentence in re.split(r"(?<=[.!?])\s", text):
            people, words = ([group for group, one in side.items() if one.search(sentence)] for side in patterns)
            for group in people:
                for word in words:
                    counts[*group, *word] = counts.get((*group, *word), 0) + 1
    return counts


def pattern(terms: TermCounter, group: tuple[str, str]) -> re.Pattern[str]:
    """One alternation of the terms of a group."""
    own = [term for lexicon in terms.lexicons if lexicon.id == group[0] for term, name in lexicon.terms.items()
           if name == group[1]]  # fmt: skip
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(own)))})\b", re.IGNORECASE)


def main() -> None:
    """Print each side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--megabytes", type=float, default=20.0)
    parser.add_argument("--naive-megabytes", type=float, default=1.0, help="the naive peer reads only so much")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[-1]})
    with tempfile.TemporaryDirectory() as folder:
        corpus, texts, size = build(options.data, options.megabytes, Path(folder) / "corpus", options.seed)
        print(f"{size:.1f} MB, {len(texts):,} documents, one core")
        limit = SECONDS_OF_20_MB * size / 20
        for audit in (Associations(), Contexts(), EmbeddingAssociations()):
            started = time.perf_counter()
            report = audit.examine(corpus, options.seed, SILENT)
            seconds = time.perf_counter() - started
            bound = f", {seconds / limit:.2f} of the limit of {limit:.1f} s" if audit.name == "associations" else ""
            print(f"{audit.name:24} {seconds:6.1f} s  {size / seconds:6.2f} MB/s{bound}  {dict(report.facts)}")
        identity, attributes = Associations().identity, Associations().attributes
        part = texts[: max(1, int(len(texts) * min(1.0, options.naive_megabytes / size)))]
        megabytes = sum(len(text.encode()) for text in part) / 1e6
        started = time.perf_counter()
        counts = naive(part, identity, attributes)
        seconds = time.perf_counter() - started
        print(f"{'naive re, counts only':24} {seconds:6.1f} s  {megabytes / seconds:6.2f} MB/s  {len(counts)} pairs")


if __name__ == "__main__":
    main()
