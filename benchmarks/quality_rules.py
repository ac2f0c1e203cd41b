"""Gopher's repetition and quality rules: headwater against datatrove on the same documents, one core; kept sets too.

    python benchmarks/quality_rules.py --peer-python /path/to/its/venv/bin/python [--prose FILE ...] [--megabytes 6]

The rules are the thirteen on repetition of Rae et al. 2021, table A1, and the nine on quality of its appendix A.1.1,
with the published limits on both sides. What is a word differs. datatrove: a token of spaCy's English tokenizer,
punctuation marks being tokens of their own. headwater: a run without white space (quality), and a lower-cased run of
letters, digits and underscores, as in ``\\w+`` (n-grams). What is divided by differs too: datatrove divides
characters of n-grams by those of the whole text, headwater by those of words; datatrove skips past a repeated n-gram,
headwater counts each covered character once. So kept sets cannot be equal. The table shows how far they agree
(Cohen's kappa corrects for chance), with datatrove as it is and with datatrove's rules on headwater's words: what is
left then is not the words.

Documents: source files and the docstrings of whole modules from the packages of this environment, and paragraphs of the
text files given by ``--prose``, packed to about 2,000 characters. Seconds are processor seconds of judging alone, after
a warm-up; datatrove stops at the first broken rule, headwater measures all.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from filter_thresholds import docstrings, sources

ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
BATCH, SHORTEST, LONGEST, TARGET = 2_000, 400, 20_000, 10.0
FILTERS = ("repetition", "quality")


def documents(megabytes: float, prose: Sequence[Path], seed: int) -> list[tuple[str, str]]:
    """Kind and text: as many bytes of source files as of docstrings, and the prose."""
    rng = random.Random(seed)
    texts = list(sources())
    rng.shuffle(texts)
    kinds = {"code": texts, "documentation": ("\n\n".join(docstrings(text)) for text in texts)}
    found = [("prose", piece) for path in prose for piece in packed(path.read_text("utf-8", "replace"))]
    for kind, candidates in kinds.items():
        size = 0
        for text in candidates:
            if len(text) >= SHORTEST and size < megabytes * 5e5:
                found.append((kind, text[:LONGEST]))
                size += len(text[:LONGEST])
    rng.shuffle(found)
    return found


def packed(text: str, size: int = 2_000) -> Iterator[str]:
    """Neighbouring lines up to about ``size`` characters."""
    held = ""
    for line in text.split("\n"):
        held += f"{line.strip()}\n" if line.strip() else "\n"
        if len(held) >= size:
            yield held.strip()
            held = ""
    if len(held.strip()) >= SHORTEST:
        yield held.strip()


def run_headwater(path: Path) -> dict[str, Any]:
    """Which documents each filter keeps, and the seconds that it took."""
    from headwater.core import record_batch, text_record
    from headwater.curate import build_steps

    texts = [json.loads(line)["text"] for line in path.open(encoding="utf-8")]
    rows = [text_record(text, f"benchmark:{number}", "benchmark") for number, text in enumerate(texts)]
    batches = [record_batch(rows[start : start + BATCH]) for start in range(0, len(rows), BATCH)]
    result: dict[str, Any] = {"kept": {}, "seconds": {}}
    for step in build_steps([(name, {}) for name in FILTERS]):
        step.judge(batches[0].slice(0, 20))  # type: ignore[union-attr]
        start = time.process_time()
        removed = {one.id for batch in batches for one in step.judge(batch).decisions}  # type: ignore[union-attr]
        result["seconds"][step.name] = time.process_time() - start
        result["kept"][step.name] = [row["id"] not in removed for row in rows]
    return result


def measure(command: Sequence[str]) -> dict[str, Any]:
    """Run a worker with one thread on one core and read its line of JSON."""
    core = {min(os.sched_getaffinity(0))}
    done = subprocess.run(
        command,
        env={**os.environ, **ONE_THREAD},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, core),
    )
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def kappa(ours: Sequence[bool], theirs: Sequence[bool]) -> float:
    """Cohen's kappa of two decisions on the same documents; 1 where both decide the same and never differ."""
    size = len(ours)
    agree = sum(one == other for one, other in zip(ours, theirs, strict=True)) / size
    shares = sum(ours) / size, sum(theirs) / size
    chance = shares[0] * shares[1] + (1 - shares[0]) * (1 - shares[1])
    return 1.0 if chance == 1 else (agree - chance) / (1 - chance)


def compare(kinds: Sequence[str], ours: Sequence[bool], theirs: Sequence[bool], name: str) -> None:
    """One line for each kind of document and one for all."""
    for kind in (*sorted(set(kinds)), "all"):
        rows = [row for row, other in enumerate(kinds) if kind in (other, "all")]
        one, other = [ours[row] for row in rows], [theirs[row] for row in rows]
        both = sum(a == b for a, b in zip(one, other, strict=True)) / len(rows)
        only = (
            sum(a and not b for a, b in zip(one, other, strict=True)),
            sum(b and not a for a, b in zip(one, other, strict=True)),
        )
        print(
            f"{name:<12}{kind:<15}{len(rows):>9,}{sum(one) / len(rows):>15.1%}{sum(other) / len(rows):>15.1%}"
            f"{both:>15.1%}{only[0]:>15,}{only[1]:>15,}{kappa(one, other):>15.2f}"
        )


def main() -> None:
    """Write the documents, run both tools, print speed and agreement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=6)
    parser.add_argument("--prose", type=Path, nargs="*", default=[], help="text files of prose")
    parser.add_argument("--seed", type=int, default=20240601)
    parser.add_argument("--peer-python", help="Python of the environment that holds datatrove and spaCy")
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        print(json.dumps(run_headwater(arguments.worker)))
        return
    found = documents(arguments.megabytes, arguments.prose, arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "documents.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps({"text": text.encode("utf-8", "replace").decode()}) + "\n" for _, text in found)
        results = {"headwater": measure([sys.executable, __file__, "--worker", str(path)])}
        if arguments.peer_python:
            script = Path(__file__).parent / "peers" / "datatrove_quality.py"
            for tool, words in (("datatrove", "spacy"), ("dt, our words", "headwater")):
                results[tool] = measure([arguments.peer_python, str(script), str(path), words])
    show([kind for kind, _ in found], sum(len(text.encode("utf-8", "replace")) for _, text in found) / 1e6, results)


def show(kinds: Sequence[str], megabytes: float, results: dict[str, dict[str, Any]]) -> None:
    """Both tables and the ratio."""
    print(f"{len(kinds):,} documents, {megabytes:.1f} MB\n")
    print(f"{'tool':<15}{'filter':<14}{'cpu s':>9}{'MB/s':>9}{'docs/s':>10}")
    totals = {}
    for tool, result in results.items():
        totals[tool] = sum(result["seconds"].values())
        for name, seconds in (*result["seconds"].items(), ("both", totals[tool])):
            print(f"{tool:<15}{name:<14}{seconds:>9.2f}{megabytes / seconds:>9.2f}{len(kinds) / seconds:>10,.0f}")
    ours = _with_both(results["headwater"]["kept"])
    for tool in list(results)[1:]:
        theirs = _with_both(results[tool]["kept"])
        heads = ("headwater", tool, "agree", "only hw", "only dt", "kappa")
        print(f"\n{'rules':<12}{'documents':<15}{'number':>9}" + "".join(f"{head:>15}" for head in heads))
        for name in (*FILTERS, "both"):
            compare(kinds, ours[name], theirs[name], name)
        print(f"headwater is {totals[tool] / totals['headwater']:.1f} times as fast as {tool}; target {TARGET:g}")


def _with_both(kept: dict[str, list[bool]]) -> dict[str, list[bool]]:
    return {**kept, "both": [all(pair) for pair in zip(*(kept[name] for name in FILTERS), strict=True)]}


if __name__ == "__main__":
    main()
