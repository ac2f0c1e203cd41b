"""Look up 1,000 claims in 20 MB of text, beside the same retrieval by the package rank-bm25 where it is installed.

    OMP_NUM_THREADS=1 python -P benchmarks/corpus_support.py [--megabytes 20] [--claims 1000] [--peer-claims 20]

The text: files in the folder that HEADWATER_DATA names (WikiText-2, Shakespeare), then docstrings of the installed
packages. Claims: whole sentences of it, half of them crossed with another. Prints seconds for the whole metric
(retrieval, entailment by ``words``, verdicts, controls) beside the limit of 60, and its peak memory; then CPU seconds
of retrieval alone beside those of rank-bm25 (BM25Okapi; building included, queries scaled from a few), and for how many
of these claims both rank the same passage first.
"""

import argparse
import os
import re
import resource
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from headwater.core import Corpus, CorpusWriter, Score, canonical_json, record_batch, text_record
from headwater.evaluate import Subject, measure_corpus_support
from headwater.evaluate.hallucination.passage_search import nearest_passages, words
from headwater.evaluate.hallucination.passages import sentence_spans
from headwater.evaluate.hallucination.support_claims import is_claim

LIMIT, SIZE = 60, 4_000
PROSE = ("wikitext2_valid_test/valid.txt", "wikitext2_valid_test/test.txt", "tinyshakespeare/input.txt")
_DOCSTRING = re.compile(r'"""([^"\\]{80,20000})"""')


def stretches() -> Iterator[str]:
    """Texts of about 4,000 characters: prose first, then docstrings, again and again."""
    folder = os.environ.get("HEADWATER_DATA")
    for name in PROSE if folder else ():
        if (path := Path(str(folder)) / name).is_file():
            text = path.read_text("utf-8")
            yield from (text[low : low + SIZE] for low in range(0, len(text), SIZE))
    while True:
        for path in sorted(Path(sysconfig.get_path("purelib")).rglob("*.py")):
            yield from _DOCSTRING.findall(path.read_text("utf-8", "ignore"))


def made_corpus(folder: Path, limit: int) -> Corpus:
    """A corpus of ``limit`` bytes."""
    size = 0
    with CorpusWriter(folder) as writer:
        for number, text in enumerate(stretches()):
            writer.write(record_batch([text_record(text, f"text:{number}", "texts")]))
            size += len(text.encode())
            if size >= limit:
                break
    return Corpus(folder)


def made_claims(corpus: Corpus, n: int) -> list[str]:
    """Whole sentences; every other one goes on as another does."""
    texts = [text for text in corpus.column("text").to_pylist()]
    found = list(dict.fromkeys(text[a:b] for text in texts for a, b in sentence_spans(text) if is_claim(text[a:b])))
    chosen = [found[i].split() for i in np.random.default_rng(0).permutation(len(found))[: n + 1]]
    pairs = zip(chosen[:-1], chosen[1:], strict=True)
    return [" ".join(a if i % 2 else [*a[: len(a) // 2], *b[len(b) // 2 :]]) for i, (a, b) in enumerate(pairs)]


def beside_rank_bm25(texts: list[str], claims: list[str], few: int) -> None:
    """CPU seconds of both, and how often they agree."""
    from rank_bm25 import BM25Okapi

    passages = [text[a:b] for text in texts for a, b in sentence_spans(text)]
    start = time.process_time()
    ours = nearest_passages(claims, lambda: ((str(i), text) for i, text in enumerate(texts)), 5)
    own = time.process_time() - start
    start = time.process_time()
    peer = BM25Okapi([words(passage) for passage in passages], k1=1.2, b=0.75)
    build, start = time.process_time() - start, time.process_time()
    best = [passages[int(peer.get_scores(words(claim)).argmax())] for claim in claims[:few]]
    query = (time.process_time() - start) / few * len(claims)
    same = sum(found[0].text == one for found, one in zip(ours.passages, best, strict=False))
    print(
        f"retrieval, {len(passages):,} passages: {own:.1f} s; rank-bm25: {build:.1f} s to build + {query:.1f} s to ask"
    )
    print(f"the ratio: {(build + query) / own:.1f}; the same first passage for {same} of {few} claims")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--claims", type=int, default=1_000)
    parser.add_argument("--peer-claims", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus = made_corpus(Path(folder) / "corpus", int(options.megabytes * 1e6))
        claims = list(dict.fromkeys(made_claims(corpus, options.claims)))
        file = Path(folder) / "claims.jsonl"
        file.write_bytes(b"\n".join(canonical_json({"claim": claim}) for claim in claims))
        start, wall = time.process_time(), time.perf_counter()
        outcome = measure_corpus_support(Subject(Path(folder), corpus), claims_file=str(file), claims=len(claims))
        seconds, wall = time.process_time() - start, time.perf_counter() - wall
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{len(claims):,} claims, {options.megabytes:g} MB: {wall:.1f} s (CPU {seconds:.1f} s), limit {LIMIT} s")
        print(f"peak memory of the process {peak:.0f} MB")
        for score in outcome.scores:
            if isinstance(score, Score) and score.metric == "corpus-support":
                print(f"supported, {score.slice.get('control', 'claims')}: {score.value:.3f}")
        if find_spec("rank_bm25"):
            beside_rank_bm25(corpus.column("text").to_pylist(), claims, options.peer_claims)
        else:
            print("rank-bm25 is not installed: no comparison")


if __name__ == "__main__":
    main()
