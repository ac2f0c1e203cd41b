"""Personal data: megabytes a second and recall of headwater's one RE2 pass, the same patterns in ``re``, and a peer.

    python benchmarks/personal_data.py --megabytes 20
    python benchmarks/personal_data.py --megabytes 5 --peer presidio --peer-python /path/to/its/venv/bin/python

The corpus is cut from the Python files of this environment; one synthetic value of each type is planted in every tenth
document. A value counts as found where a span of its type touches it. Each tool runs alone in a process pinned to one
core, and all but the peer read the corpus once before the pass that is timed.
``--peer presidio`` needs ``presidio-analyzer``; only its pattern recognizers run, without a language model.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Any

Span = tuple[str, int, int]


def build(megabytes: float, seed: int) -> tuple[list[str], list[list[Span]]]:
    """Texts of 4,000 characters, and what was planted in each."""
    import numpy as np

    from headwater.curate.planted.personal_data import MAKERS

    rng, numbers = random.Random(seed), np.random.default_rng(seed)
    paths = sorted(Path(sysconfig.get_paths()["purelib"]).rglob("*.py"))
    rng.shuffle(paths)
    texts: list[str] = []
    planted: list[list[Span]] = []
    size = 0
    for path in paths:
        source = path.read_text("utf-8", "replace")
        for start in range(0, len(source), 4000):
            text, spans = source[start : start + 4000], []
            if len(texts) % 10 == 0:
                for kind, (real, _) in MAKERS.items():
                    value = real(numbers)
                    spans.append((kind, len(text) + 1, len(text) + 1 + len(value)))
                    text = f"{text}\n{value}\n"
            texts.append(text)
            planted.append(spans)
            size += len(text)
        if size > megabytes * 1e6:
            break
    return texts, planted


def run_headwater(texts: list[str]) -> list[list[Span]]:
    """The search as users call it: candidates, checks and character offsets."""
    from headwater.curate import find_personal_data

    return [[(span.type, span.start, span.end) for span in spans] for spans in find_personal_data(texts)]


def run_union(texts: list[str], module: str) -> list[list[Span]]:
    """Candidates only, by one union of the detectors' patterns, in ``re2`` or ``re``."""
    from headwater.curate.privacy import TYPES
    from headwater.curate.privacy.detector import Detector, detectors

    known = [one for one in detectors(TYPES) if isinstance(one, Detector)]
    pattern = "|".join(f"(?P<{one.name.replace('-', '_')}>{one.pattern})" for one in known).encode("latin-1")
    if module == "re2":
        import re2

        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.max_mem = 64 << 20
        options.never_capture = True
        compiled: Any = re2.compile(pattern, options)
    else:
        compiled = re.compile(pattern)
    return [[("candidate", *found.span()) for found in compiled.finditer(text.encode())] for text in texts]


def run_presidio(texts: list[str]) -> list[list[Span]]:
    """Presidio's pattern recognizers for the types that both know."""
    from presidio_analyzer import predefined_recognizers as known

    recognizers = {
        "email": (known.EmailRecognizer(), "EMAIL_ADDRESS"),
        "phone": (known.PhoneRecognizer(), "PHONE_NUMBER"),
        "ip-address": (known.IpRecognizer(), "IP_ADDRESS"),
        "payment-card": (known.CreditCardRecognizer(), "CREDIT_CARD"),
        "iban": (known.IbanRecognizer(), "IBAN_CODE"),
        "national-id": (known.UsSsnRecognizer(), "US_SSN"),
    }
    return [
        [
            (kind, found.start, found.end)
            for kind, (recognizer, entity) in recognizers.items()
            for found in recognizer.analyze(text, [entity], None) or []
        ]
        for text in texts
    ]


TOOLS = {
    "headwater": run_headwater,
    "re2 candidates": lambda texts: run_union(texts, "re2"),
    "re candidates": lambda texts: run_union(texts, "re"),
    "presidio": run_presidio,
}


def work(tool: str, path: Path) -> None:
    """Run one tool over the corpus file and print seconds and spans."""
    texts: list[str] = json.loads(path.read_text("utf-8"))["texts"]
    # Warm: the automaton of the patterns is built while it reads, once in a process. The peer has nothing to build.
    TOOLS[tool](texts[:2] if tool == "presidio" else texts)
    start = time.process_time()
    spans = TOOLS[tool](texts)
    print(json.dumps({"seconds": time.process_time() - start, "spans": spans}))


def measure(python: str, tool: str, path: Path) -> dict[str, Any]:
    """Run a worker pinned to one core."""
    core = min(os.sched_getaffinity(0))
    command = [python, __file__, "--worker", tool, "--corpus", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, {core}))
    if done.returncode:
        raise SystemExit(f"{tool} failed:\n{done.stderr[-2000:]}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def recall(planted: list[list[Span]], found: list[list[Span]]) -> dict[str, float]:
    """Share of the planted values of each type that a span of the type touches."""
    hits: dict[str, list[bool]] = {}
    for wanted, spans in zip(planted, found, strict=True):
        for kind, start, end in wanted:
            hit = any(one == kind and begin < end and stop > start for one, begin, stop in spans)
            hits.setdefault(kind, []).append(hit)
    return {kind: sum(values) / len(values) for kind, values in hits.items()}


def main() -> None:
    """Build the corpus, run each tool, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--peer", choices=["presidio"])
    parser.add_argument("--peer-python", default=sys.executable, help="Python of the environment that holds the peer")
    parser.add_argument("--worker", choices=sorted(TOOLS), help=argparse.SUPPRESS)
    parser.add_argument("--corpus", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        work(arguments.worker, arguments.corpus)
        return
    texts, planted = build(arguments.megabytes, arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corpus.json"
        path.write_text(json.dumps({"texts": texts}), "utf-8")
        report(texts, planted, path, arguments)


def report(texts: list[str], planted: list[list[Span]], path: Path, arguments: argparse.Namespace) -> None:
    """One row for each tool."""
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    print(f"{len(texts)} documents, {megabytes:.1f} MB, {sum(map(len, planted))} planted values")
    tools = {tool: sys.executable for tool in ("headwater", "re2 candidates", "re candidates")}
    if arguments.peer:
        tools[arguments.peer] = arguments.peer_python
    speeds: dict[str, float] = {}
    for tool, python in tools.items():
        result = measure(python, tool, path)
        speeds[tool] = megabytes / result["seconds"]
        shares = recall(planted, result["spans"])
        text = "  ".join(f"{kind} {share:.3f}" for kind, share in shares.items()) if "candidates" not in tool else ""
        print(f"{tool:<15} {speeds[tool]:8.1f} MB/s  {sum(map(len, result['spans'])):6d} spans  {text}", flush=True)
    for tool in list(speeds)[1:]:
        print(f"headwater is {speeds['headwater'] / speeds[tool]:.1f} times as fast as {tool}")


if __name__ == "__main__":
    main()
