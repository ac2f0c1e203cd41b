"""Every registered filter gives the same bytes at any batch size, shard size and number of workers, and after kills.

A new filter is covered as soon as it is registered: with its defaults, or, where a parameter has none, with those of
the example on its page, or with the small ones listed here.
"""

import dataclasses
import hashlib
import inspect
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from headwater.core import Corpus, EmptyCorpus, read_json, read_parquet
from headwater.curate import FILTERS, build_steps, curate, shards
from headwater.curate.sources.columns import Columns
from headwater.curate.sources.images import image_record

Make = Callable[..., Any]
Options = dict[str, Any]
FILES = Path(__file__).parent / "files"
PARAMETERS: dict[str, Options] = {
    "cap": {"by": "licence", "documents": 30},
    "correlation-remover": {"sensitive": ["g"]},
    "counterfactual": {"mode": "augment", "people": True},
    "cross-split-duplicates": {"held_out": 0.3},
    "duplicate-rows": {"near": 1},
    "decontaminate": {"suites": {"reading": str(FILES / "suite.jsonl")}},
    "erased": {"path": str(FILES / "erasure-list.json"), "key": str(FILES / "erasure-list.key")},
    "language": {"keep": ["en", "de"]},
    "licence": {"allow": ["MIT", "Apache-2.0"], "unknown": "quarantine"},
    "patch": {"path": str(FILES / "patch.json")},
    "quality-classifier": {"good_path": str(FILES / "good.txt"), "bad_path": str(FILES / "bad.txt")},
    "quarantine-contributors": {"group": "gender: female", "attribute": "career-family: family", "documents": 2},
    "resample": {"groups": ["licence"], "shares": {"MIT": 0.4, "Apache-2.0": 0.4, "unknown": 0.2}, "minimum": 2},
    "reweigh": {"groups": ["licence"], "label": "language"},
    "sample": {"share": 0.5},
    "urls": {"hard_words": ["host3"], "missing": "quarantine"},
}
PAGES = Path(__file__).parent.parent.parent / "docs" / "filters"
OF_IMAGES = frozenset({"image-quality", "near-duplicate-images", "similar-images"})
PEOPLE = ("She told him of her family.", "He saw her at the office.", "His home is hers.", "She is at the office.")
OF_TABLES = frozenset({"correlation-remover", "duplicate-rows"})
OF_PEOPLE = frozenset({"counterfactual", "quarantine-contributors"})
BUILT_IN = sorted(
    name for name in FILTERS.names() if getattr(FILTERS.get(name), "__module__", "").startswith("headwater.")
)
SENTENCE = "the river and the mill that be of to with have stone garden winter market letter engine story"
WORDS = SENTENCE.split()
KINDS: tuple[Callable[[int, str], str], ...] = (
    lambda n, text: text,
    lambda n, text: text,
    lambda n, text: f"{text} Write to jane{n}.doe@corp-mail.org or call +44 20 7946 0{100 + n}.",
    lambda n, text: text.replace("river", "CafÃ©") + " \u200b\u202e",
    lambda n, text: "again and again " * 60,
    lambda n, text: f"import os\n\n\ndef call_{n}(x):\n    return {{k: x[k] for k in sorted(x)}}  # {n}\n" * 5,
    lambda n, text: f"Der Fluss und die Mühle stehen im Garten, und der Winter ist nicht weit vom Markt. {n}",
    lambda n, text: "- item\n" * 30 + f"<p>markup {n}</p> {{ lorem ipsum }} javascript ...",
    lambda n, text: ("", " ", "short", "日本語の文章です。" * 20)[n % 4],
)


def text_of(seed: int) -> str:
    """A few sentences of running text; the same seed gives the same text."""
    rng = random.Random(seed)
    sentences = (" ".join(rng.choice(WORDS) for _ in range(12)).capitalize() + "." for _ in range(8))
    return "\n".join(sentences)


def texts(number: int = 120) -> list[str]:
    """Running text, personal data, broken characters, repetition, code, other languages, markup, nothing; copies."""
    found = [KINDS[n % len(KINDS)](n % 40, text_of(n % 40)) for n in range(number - 20)]
    near = [f"{text_of(n)} One more sentence {n}." for n in range(10)]
    return [*found, *found[:10], *near]


def options_of(name: str) -> Options:
    """Small parameters of a filter: those above, none where all have defaults, else those of its page's example."""
    if name in PARAMETERS:
        return PARAMETERS[name]
    parameters = inspect.signature(FILTERS.get(name)).parameters.values()
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    if all(one.default is not one.empty or one.kind in kinds for one in parameters):
        return {}
    page = (PAGES / f"{name}.md").read_text("utf-8")
    for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL):
        for step in yaml.safe_load(block).get("curate", ()):
            if isinstance(step, dict) and name in step:
                return dict(step[name])
    pytest.fail(f"filter {name!r} needs parameters: list small ones in PARAMETERS")


def all_steps() -> list[tuple[str, Options]]:
    """Every filter of headwater in one pipeline, by name; what a language or licence filter takes out, it takes out."""
    return [(name, options_of(name)) for name in BUILT_IN if name not in OF_IMAGES | OF_TABLES]


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder by its hash."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def made(source: Any, steps: list[tuple[str, Options]], folder: Path, **options: Any) -> dict[str, str]:
    """The hashes of a run; one that leaves nothing is a run like any other."""
    with suppress(EmptyCorpus):
        curate(source, build_steps(steps), folder, seed=3, **options)
    return contents(folder)


def pictures(number: int = 120) -> list[dict[str, Any]]:
    """Smooth pictures, blank and dark ones, copies and brighter copies."""
    rng = np.random.default_rng(2)
    small = rng.integers(0, 200, (number, 4, 4, 1))
    images = [np.kron(picture, np.ones((7, 7, 1))).astype(np.uint8) for picture in small[: number - 30]]
    images += [*images[:10], *(image + 8 for image in images[10:20]), *(np.full((28, 28, 1), 3 * n) for n in range(10))]
    return [image_record(image, f"picture:{place}", "pictures") for place, image in enumerate(images)]


def table_rows(number: int = 120) -> list[dict[str, Any]]:
    """Rows with a group and two columns of numbers, one of which goes with the group; some are equal, or nearly so."""
    layout = Columns(modality="table")
    numbers = [(place % 30, place // 90) for place in range(number)]
    rows = [
        {"n": n, "c": "abc"[n % 3], "x": x, "g": "ab"[n % 2], "pay": n % 7 + n % 2, "age": n % 11} for n, x in numbers
    ]
    return [dict(layout.record(row, f"t.csv:{place}", "t.csv")) for place, row in enumerate(rows)]  # type: ignore[arg-type]


def provided(source: Make, batch: int, name: str = "") -> Any:
    found = [f"{text} {PEOPLE[n % 4]}" for n, text in enumerate(texts())] if name in OF_PEOPLE else texts()
    given = source(found, batch=batch)
    if name in OF_TABLES:
        return dataclasses.replace(given, rows=table_rows(), modality="table")
    if name in OF_IMAGES:
        return dataclasses.replace(given, rows=pictures(), modality="image")
    for number, row in enumerate(given.rows):
        row["licence"] = ("MIT", "Apache-2.0", "unknown")[number % 3]
        row["url"] = f"https://host{number % 7}.example/page/{number}"
    return given


@pytest.mark.parametrize("name", BUILT_IN)
def test_neither_batches_nor_shards_change_a_byte(
    tmp_path: Path, source: Make, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    steps = [(name, options_of(name))]
    results = []
    for batch, rows in ((50, 30), (1, 30), (7, 11), (1_000, 1_000)):
        monkeypatch.setattr(shards, "SHARD_ROWS", rows)
        results.append(made(provided(source, batch, name), steps, tmp_path / f"{batch}-{rows}"))
    assert "curation.json" in results[0]
    assert all(result == results[0] for result in results[1:])


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_document_is_accounted_for(tmp_path: Path, source: Make, name: str) -> None:
    given = provided(source, 50, name)
    made(given, [(name, options_of(name))], tmp_path)
    kept, removed = Corpus(tmp_path / "corpus").ids(), Corpus(tmp_path / "removed").ids()
    decisions = [row for path in (tmp_path / "decisions").glob("*") for row in read_parquet(path).to_pylist()]
    added = [row["id"] for row in decisions if row["action"] == "added"]
    assert sorted(kept + removed) == sorted([*added, *(row["id"] for row in given.rows)])


def test_workers_do_not_change_a_byte_of_a_run_of_all_filters(
    tmp_path: Path, source: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "SHARD_ROWS", 15)
    one = made(provided(source, 50), all_steps(), tmp_path / "1", workers=1)
    two = made(provided(source, 9), all_steps(), tmp_path / "2", workers=2)
    assert one == two
    reached = [step["in"] for step in read_json(tmp_path / "1" / "curation.json")["detail"]["steps"]]
    assert sum(count > 0 for count in reached) > len(reached) / 2


KILLED = """
import sys
sys.path.insert(0, {tests!r})
from contextlib import suppress
from pathlib import Path
from conftest import FakeSource, rows_of
from kills import die_at
from test_determinism import all_steps, provided
from headwater.core import EmptyCorpus
from headwater.curate import build_steps, curate, shards

shards.SHARD_ROWS = 15
left = die_at(int(sys.argv[2]), ("rename", "replace", "rmdir", "unlink", "fsync"))
given = provided(lambda texts, batch: FakeSource(rows_of(texts), batch=batch), 50)
with suppress(EmptyCorpus):
    curate(given, build_steps(all_steps()), Path(sys.argv[1]), seed=3, workers=int(sys.argv[3]))
print("calls", -left[0])
"""


def killed(folder: Path, moment: int, workers: int = 1) -> subprocess.CompletedProcess[str]:
    script = KILLED.format(tests=str(Path(__file__).parent))
    command = [sys.executable, "-c", script, str(folder), str(moment), str(workers)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_a_run_of_all_filters_killed_at_random_points_ends_in_the_same_bytes(tmp_path: Path) -> None:
    whole = killed(tmp_path / "whole", 0)
    assert whole.returncode == 0, whole.stderr
    calls = int(whole.stdout.split("calls ")[1])
    rng = random.Random(11)
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        moments = sorted(rng.randrange(5, calls // 2) for _ in range(2)) if workers == 1 else [rng.randrange(3, 12)]
        for moment in moments:  # each time it goes on from the kill before
            assert killed(folder, moment, workers).returncode == -signal.SIGKILL
        assert killed(folder, 0, workers).returncode == 0
        assert contents(folder) == contents(tmp_path / "whole"), f"killed at {moments} of {calls}"
