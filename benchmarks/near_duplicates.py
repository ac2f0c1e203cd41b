"""Near duplicates: headwater against its peers on one corpus, one core and one thread, with their recall and precision.

    python benchmarks/near_duplicates.py --megabytes 20
    python benchmarks/near_duplicates.py --peer datatrove datasketch --peer-python /path/to/their/venv/bin/python

The corpus is cut from the Python files and documents of this environment; near duplicates of known Jaccard similarity
and exact copies are planted in it. Similarity is measured here by plain Python sets of lower-cased ``\\w+`` 5-grams,
which share no code with any of the tools. Recall: planted pairs with J >= 0.7 that end in one cluster. Precision: share
of random pairs from one cluster (one pair a cluster) with J >= 0.7. Seconds include reading the corpus from disk; the
ratio is one of processor seconds, which other work on the machine disturbs less.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

THRESHOLD = 0.7
KINDS = (".py", ".md", ".rst", ".txt")
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "RAYON")}


@dataclass(frozen=True)
class Planted:
    """The corpus, and the pairs (original, copy, J) that were planted in it."""

    texts: list[str]
    pairs: list[tuple[int, int, float]]


def grams(text: str) -> set[tuple[str, ...]]:
    """Lower-cased word 5-grams."""
    words = re.findall(r"\w+", text.lower())
    return set(zip(*(words[place:] for place in range(5)), strict=False))


def similarity(first: str, second: str) -> float:
    """Jaccard similarity of two texts' word 5-grams."""
    one, other = grams(first), grams(second)
    return len(one & other) / max(len(one | other), 1)


def chunks(megabytes: float, rng: random.Random) -> Iterator[str]:
    """Pieces of 1,500 to 8,000 characters, cut at blank lines, none twice."""
    folders = {Path(place).resolve() for place in sys.path if Path(place).is_dir()} - {Path(__file__).resolve().parent}
    found = {path for folder in folders for kind in KINDS for path in folder.rglob(f"*{kind}")}
    paths = sorted(path for path in found if path.is_file() and 400 < path.stat().st_size < 3_000_000)
    rng.shuffle(paths)
    seen: set[str] = set()
    size = 0
    for path in paths:
        for piece in pieces(path.read_text("utf-8", "replace"), rng):
            key = re.sub(r"\W+", "", piece).lower()
            if len(piece) > 400 and key not in seen:
                seen.add(key)
                yield piece
                size += len(piece)
        if size > megabytes * 1e6:
            return


def pieces(text: str, rng: random.Random) -> Iterator[str]:
    """One file cut at blank lines."""
    collected, limit = "", rng.randint(1500, 8000)
    for paragraph in text.split("\n\n"):
        collected += paragraph[:20_000] + "\n\n"
        if len(collected) >= limit:
            yield collected
            collected, limit = "", rng.randint(1500, 8000)
    yield collected


def edit_words(text: str, rng: random.Random, vocabulary: list[str]) -> str:
    """Words replaced (half), deleted (a quarter) or doubled by another (a quarter) at a rate of 0.5 to 8 %."""
    rate = rng.choice([0.005, 0.01, 0.02, 0.03, 0.04, 0.06, 0.08])

    def edit(found: re.Match[str]) -> str:
        if rng.random() >= rate:
            return found.group()
        new = rng.choice(vocabulary)
        return rng.choice([new, new, "", f"{found.group()} {new}"])

    return re.sub(r"\w+", edit, text)


def delete_block(text: str, rng: random.Random, _: list[str]) -> str:
    """One contiguous 3 to 35 % of the tokens removed."""
    tokens = text.split(" ")
    size = max(1, int(len(tokens) * rng.uniform(0.03, 0.35)))
    start = rng.randrange(max(1, len(tokens) - size))
    return " ".join(tokens[:start] + tokens[start + size :])


def add_boilerplate(text: str, rng: random.Random, vocabulary: list[str]) -> str:
    """A header and a footer of 5 to 40 words around the text."""
    header, footer = (" ".join(rng.choices(vocabulary, k=rng.randint(5, 40))) for _ in range(2))
    return f"{header}\n{text}\n{footer}"


def plant(megabytes: float, seed: int) -> Planted:
    """Documents, one near duplicate to six of them (cycling the kinds of edit) and one exact copy to fifty."""
    rng = random.Random(seed)
    originals = list(chunks(megabytes, rng))
    vocabulary = sorted(set(re.findall(r"\w+", " ".join(originals[:500]))))
    edits = [edit_words, edit_words, edit_words, delete_block, add_boilerplate]
    long_enough = [number for number, text in enumerate(originals) if len(re.findall(r"\w+", text)) >= 120]
    sources = rng.sample(long_enough, len(originals) // 6)
    copies = [(source, edits[turn % 5](originals[source], rng, vocabulary)) for turn, source in enumerate(sources)]
    copies += [(source, originals[source]) for source in rng.sample(range(len(originals)), len(originals) // 50)]
    texts = originals + [text for _, text in copies]
    order = list(range(len(texts)))
    rng.shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    pairs = [
        (place[source], place[len(originals) + turn], similarity(originals[source], text))
        for turn, (source, text) in enumerate(copies)
    ]
    return Planted([texts[old] for old in order], pairs)


def write(planted: Planted, folder: Path) -> None:
    """The corpus as a headwater corpus folder and as JSON lines."""
    from headwater.core import CorpusWriter, record_batch, text_record

    rows = [text_record(text, f"benchmark:{number}", "benchmark") for number, text in enumerate(planted.texts)]
    with CorpusWriter(folder / "corpus") as writer:
        for start in range(0, len(rows), 2000):
            writer.write(record_batch(rows[start : start + 2000]))
    (folder / "jsonl").mkdir()
    with (folder / "jsonl" / "corpus.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(
            json.dumps({"id": str(number), "text": text}) + "\n" for number, text in enumerate(planted.texts)
        )


def run_headwater(folder: Path) -> dict[str, Any]:
    """One cluster number for each document that is in a cluster, and the seconds."""
    from headwater.core import SILENT, Corpus
    from headwater.curate import FILTERS

    corpus = Corpus(folder / "corpus")
    step: Any = FILTERS.get("near-duplicates")(threshold=THRESHOLD)
    start, cpu = time.perf_counter(), time.process_time()
    judgement = step.judge_corpus(corpus, SILENT)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    number = {name: place for place, name in enumerate(corpus.ids())}
    clusters = {number[decision.id]: number[decision.duplicate_of] for decision in judgement.decisions}
    clusters |= {survivor: survivor for survivor in set(clusters.values())}
    return {"seconds": seconds, "cpu": cpu_seconds, "clusters": sorted(clusters.items())}


def measure(command: list[str]) -> dict[str, Any]:
    """Run a worker pinned to one core with one thread; its JSON result with the peak memory of its process."""
    core = min(os.sched_getaffinity(0))
    done = subprocess.run(
        command,
        env=os.environ | ONE_THREAD | {"TOKENIZERS_PARALLELISM": "false"},
        capture_output=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def judge(planted: Planted, clusters: dict[int, int], seed: int) -> dict[str, float]:
    """Recall over planted pairs, precision over sampled pairs, documents removed."""
    wanted = [(a, b) for a, b, value in planted.pairs if value >= THRESHOLD]
    hits = sum(a in clusters and clusters[a] == clusters.get(b) for a, b in wanted)
    groups: dict[int, list[int]] = {}
    for document, cluster in clusters.items():
        groups.setdefault(cluster, []).append(document)
    rng = random.Random(seed)
    pairs = [rng.sample(sorted(members), 2) for _, members in sorted(groups.items())]
    pairs = rng.sample(pairs, min(1500, len(pairs)))
    true = sum(similarity(planted.texts[a], planted.texts[b]) >= THRESHOLD for a, b in pairs)
    return {
        "pairs": len(wanted),
        "recall": hits / max(len(wanted), 1),
        "sampled": len(pairs),
        "precision": true / max(len(pairs), 1),
        "removed": len(clusters) - len(groups),
        "largest": max(map(len, groups.values()), default=0),
    }


def line(tool: str, megabytes: float, result: dict[str, Any], quality: dict[str, float]) -> str:
    """One row of the table."""
    return (
        f"{tool:<10} {result['seconds']:8.2f} {result['cpu']:8.2f} {megabytes / result['cpu']:8.2f} "
        f"{quality['recall']:8.4f} {quality['precision']:9.4f} {quality['removed']:8.0f} {quality['largest']:8.0f} "
        f"{result['peak']:8.0f}"
    )


def main() -> None:
    """Build the corpus, run the tools one after the other, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=20240601)
    parser.add_argument("--peer", choices=["datatrove", "datasketch"], nargs="*", default=[])
    parser.add_argument("--peer-python", default=sys.executable, help="Python of the environment that holds the peers")
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        result = run_headwater(arguments.worker)
        print(json.dumps(result | {"peak": peak_megabytes()}))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        planted = plant(arguments.megabytes, arguments.seed)
        write(planted, folder)
        compare(planted, folder, arguments)


def compare(planted: Planted, folder: Path, arguments: argparse.Namespace) -> None:
    """Run headwater and the peer, and print one row each and the ratio."""
    megabytes = sum(len(text.encode()) for text in planted.texts) / 1e6
    true_pairs = sum(value >= THRESHOLD for *_, value in planted.pairs)
    print(f"{len(planted.texts)} documents, {megabytes:.1f} MB, {true_pairs} planted pairs with J >= {THRESHOLD}")
    print("tool        wall s    cpu s MB/cpu s   recall precision  removed  largest  peak MB")
    commands = {"headwater": [sys.executable, __file__, "--worker", str(folder)]}
    for peer in arguments.peer:
        script = Path(__file__).parent / "peers" / f"{peer}_minhash.py"
        commands[peer] = [arguments.peer_python, str(script), str(folder)]
    seconds = {}
    for tool, command in commands.items():
        result = measure(command)
        seconds[tool] = result["cpu"]
        print(line(tool, megabytes, result, judge(planted, dict(result["clusters"]), arguments.seed)), flush=True)
    for peer in arguments.peer:
        print(f"headwater takes 1/{seconds[peer] / seconds['headwater']:.1f} of the processor time of {peer}")


def peak_megabytes() -> float:
    """Peak resident memory of this process."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
