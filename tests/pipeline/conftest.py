"""A small real run that several tests look at."""

import fcntl
import json
import os
import random
import shutil
from pathlib import Path

import pytest

from headwater.pipeline.config import load_config
from headwater.pipeline.run import run

VOCABULARY = (
    "river water stone valley bridge summer morning light paper letter engine market harbour field winter"
    " garden window teacher nurse doctor woman man people city mountain forest music story question answer"
)
WORDS = VOCABULARY.split()
CONFIG = """\
corpus: {source: jsonl, path: corpus.jsonl}
curate: [unicode, length, exact-duplicates, near-duplicates, personal-data]
model: {family: transformer, size: xs, steps: 12, batch: 4, context: 64, vocabulary: 320, checkpoint_every: 4,
        canaries: {repetitions: [0, 1, 8], per_level: 2}}
sample: {free: 8, free_tokens: 24, prefixes: 8, prefix_tokens: 8, continuation_tokens: 12, repeats: 2,
         repeat_samples: 3, repeat_tokens: 16}
"""


def sentence(rng: random.Random) -> str:
    words = [rng.choice(WORDS) for _ in range(rng.randint(8, 16))]
    return " ".join(words).capitalize() + "."


def write_corpus(path: Path, documents: int = 150) -> None:
    """Documents of random sentences; every tenth is repeated, some carry an address."""
    rng = random.Random(5)
    rows = []
    for number in range(documents):
        text = " ".join(sentence(rng) for _ in range(6))
        if number % 15 == 0:
            text += f" Write to person{number}@river-post.org for more."
        rows.append({"text": text, "licence": rng.choice(["MIT", "BSD-3-Clause"]), "source": f"source-{number % 4}"})
        if number % 10 == 0:
            rows.append(rows[-1])
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a corpus and a config."""
    write_corpus(tmp_path / "corpus.jsonl")
    (tmp_path / "run.yaml").write_text(CONFIG, "utf-8")
    return tmp_path


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run folder; tests must not change it.

    Under xdist the first worker that needs it makes it, and each has a copy: an index that a test builds, or a lock
    that it holds, is nothing to the tests of another worker.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return make_finished(tmp_path_factory.mktemp("finished"))
    shared = tmp_path_factory.getbasetemp().parent
    with (shared / "finished.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "finished.made").exists():
            make_finished(shared / "finished")
            (shared / "finished.made").touch()
    folder = tmp_path_factory.mktemp("finished") / "copy"
    return shutil.copytree(shared / "finished", folder) / "run"


def make_finished(folder: Path) -> Path:
    """The run and, beside it, its corpus and its config."""
    folder.mkdir(exist_ok=True)
    write_corpus(folder / "corpus.jsonl")
    (folder / "run.yaml").write_text(CONFIG, "utf-8")
    run(load_config(folder / "run.yaml"), folder / "run")
    return folder / "run"
