"""A small project whose corpus holds personal data, secrets and hostile texts, and commands that run without a network.

``call`` starts the command line as users do, in a process where every connection and every look-up of a name raises and
is written down.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

EPOCH = "1795780800"
EMAIL, IBAN, CARD = "jane.canary@secret-harbour.org", "DE89 3704 0044 0532 0130 00", "4539 1488 0343 6467"
SSN, TOKEN = "SSN 512-34-6789", "ghp_x7Jq2LmN9vBt4RsWk8YzPc3HdGf6TaUe1Ni0"
PRIVATE = (
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n"
    "-----END PRIVATE KEY-----"
)
CANARIES = {
    "e-mail": "jane.canary", "IBAN": "3704 0044 0532", "card": "4539 1488", "SSN": "512-34-6789",
    "token": "x7Jq2LmN9vBt4RsWk8Yz", "private key": "MIIEvQIBADANBgkqhkiG9w0BAQEF",
}  # fmt: skip
"""What must not be found: the heart of each, so that a cut value is found too."""
SECRET_VARIABLE, SECRET = "HEADWATER_TEST_KEY", "env-canary-93f1c7"
SPOKEN = [EMAIL, IBAN, CARD, SSN, TOKEN, PRIVATE]
MARK = "window.__xss"
SCRIPT = f"</script><script>{MARK}=1</script><img src=x onerror='{MARK}=1'>"
ESCAPES = "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x9b31m \u202egnp.exe\u2066 \u2028line\u200f"
FORMULA = '=HYPERLINK("http://evil.example","x")'
BLOCK = Path(__file__).parent / "blocked"
VOCABULARY = (
    "river water stone valley bridge summer morning light paper letter engine market harbour field winter garden window"
    " teacher nurse doctor woman man people city mountain forest music story question answer"
)
WORDS = VOCABULARY.split()
TITLE = f"{SCRIPT}{ESCAPES}|x| [a](javascript:1) {EMAIL}"
CONFIG = {
    "title": TITLE,
    "corpus": {"source": "jsonl", "path": "corpus.jsonl"},
    "curate": ["unicode", "length", "exact-duplicates"],
    "model": {"family": "transformer", "size": "xs", "steps": 12, "batch": 4, "context": 64, "vocabulary": 320,
              "checkpoint_every": 4, "canaries": {"repetitions": [0, 1, 8], "per_level": 2}},
    "sample": {"free": 8, "free_tokens": 24, "prefixes": 8, "prefix_tokens": 8, "continuation_tokens": 12,
               "repeats": 2, "repeat_samples": 3, "repeat_tokens": 16},
    "policy": "genai-baseline",
}  # fmt: skip
JOBS = """\
channels: {log: {kind: file, path: alerts.jsonl}}
jobs: {nightly: {config: run.yaml, schedule: "daily at 03:00", policy: genai-baseline, alerts: [log]}}
"""


def write_project(folder: Path) -> Path:
    """Corpus, config and jobs."""
    rng = random.Random(5)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [_row(rng, number) for number in range(150)]
    rows += rows[:12]  # copies, so that something is removed, and personal data are trained on again
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "corpus.jsonl").write_text(lines, "utf-8")
    (folder / "run.yaml").write_text(json.dumps(CONFIG), "utf-8")
    (folder / "jobs.yaml").write_text(JOBS, "utf-8")
    return folder


def _row(rng: random.Random, number: int) -> dict[str, str]:
    text = " ".join(" ".join(rng.choice(WORDS) for _ in range(12)).capitalize() + "." for _ in range(6))
    hostile = number % 10 == 0
    if number % 8 == 0:
        text += f" Ask {EMAIL}, account {IBAN}, card {CARD}, {SSN}, key {TOKEN}. {PRIVATE}"
    if hostile:
        text = f"{SCRIPT} {ESCAPES} {text}"
    source = f"{SCRIPT}{ESCAPES}" if hostile else f"source-{number % 4}"
    licence = (FORMULA if number % 20 else ESCAPES) if hostile else ("MIT", "BSD-3-Clause")[number % 2]
    url = "javascript:window.__xss=1" if hostile else f"https://example.org/{number}"
    return {"text": text, "source": source, "licence": licence, "url": url}


def call(
    folder: Path,
    *arguments: object,
    given: str = "",
    more: Mapping[str, str] | None = None,
    paths: tuple[Path, ...] = (),
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """One command in a process of its own, without a network."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "headwater", *map(str, arguments)], cwd=folder, env=environment(more, *paths),
        input=given, capture_output=True, encoding="utf-8", errors="surrogateescape", check=False, timeout=600,
    )  # fmt: skip


def environment(more: Mapping[str, str] | None = None, *paths: Path) -> dict[str, str]:
    """The environment of a command: no network, a fixed clock, one thread, and a secret that nobody may print."""
    search = os.pathsep.join(map(str, (BLOCK, *paths)))
    return {
        **os.environ, "PYTHONPATH": search, "SOURCE_DATE_EPOCH": EPOCH, "OMP_NUM_THREADS": "1", SECRET_VARIABLE: SECRET,
        **(more or {}),
    }  # fmt: skip
