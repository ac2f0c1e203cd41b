"""Files made to exhaust or to confuse whoever reads them: one sentence, in seconds, and never a traceback."""

import json
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from headwater.core import (
    ConfigError,
    HeadwaterError,
    InputError,
    Manifest,
    UsageError,
    canonical_json,
    load_yaml,
    sha256,
)
from headwater.pipeline.config import load_config
from headwater.pipeline.jobs.config import load_jobs
from headwater.reports import (
    index_runs,
    latest,
    load_policy,
    open_exported,
    open_judged,
    read_ledger,
    read_said,
    verify,
)
from headwater.reports.gate.evidence import EVIDENCE, read_evidence
from headwater.reports.signing import read_signatures
from headwater.reports.signing.model_signature import read_model_signature
from headwater.reports.signing.whole import check_whole

SECONDS = 20
YAML = {
    "an alias": "a: &x [1]\nb: *x\n",
    "an alias of itself": "a: &x [*x]\n",
    "billions of laughs": "a: &a [x]\n"
    + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{'*' + chr(97 + n) + ','} 1]\n" for n in range(9)),
    "depth in brackets": "a: " + "[" * 100_000,
    "depth in lines": "".join(" " * depth + "a:\n" for depth in range(900)),
    "size": "a: " + "x" * (1 << 20),
    "half a million values": "a: [" + "1," * 500_000 + "1]",
    "a key twice": "a: 1\na: 2\n",
    "a key twice, spelled otherwise": "a: 1\n'a': 2\n",
    "a number of 5,000 digits": "a: " + "9" * 5_000,
    "a number to the base of sixty": "a: 1" + ":1" * 200_000,
    "a fraction to the base of sixty": "a: 1" + ":1" * 300 + ".5",
    "a number that is none": "a: !!int foo\n",
    "a truth that is none": "a: !!bool maybe\n",
    "a time that is none": "a: !!timestamp foo\n",
    "a day that is none": "a: 2024-99-99\n",
    "a function": "a: !!python/object/apply:os.system [id]\n",
    "a function as a key": "!!python/name:os.system : 1\n",
    "a function behind a tag of one's own": "%TAG ! tag:yaml.org,2002:python/\n---\na: !name:os.system x\n",
    "a merge": "<<: {a: 1}\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "no mapping": "- a\n",
    "control characters": "a: \x00\n",
    "half a character": "a: \xff".encode("latin-1").decode("utf-8", "surrogateescape"),
}
YAML_READERS: dict[str, Callable[[Path], Any]] = {
    "yaml": load_yaml,
    "config": load_config,
    "policy": lambda path: load_policy(str(path)),
    "jobs": load_jobs,
    "waivers and attestations": read_said,
}


@pytest.mark.parametrize("reader", YAML_READERS)
@pytest.mark.parametrize("bomb", YAML)
def test_yaml_that_is_a_bomb_is_one_sentence(tmp_path: Path, bomb: str, reader: str) -> None:
    (tmp_path / "bomb.yaml").write_bytes(YAML[bomb].encode("utf-8", "surrogateescape"))
    begun = time.monotonic()
    with pytest.raises(UsageError, match=r"bomb\.yaml") as caught:
        YAML_READERS[reader](tmp_path / "bomb.yaml")
    assert time.monotonic() - begun < SECONDS
    assert caught.value.exit_code == 2 and "\n" not in str(caught.value) and len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "bomb", ["an alias", "a key twice", "a number that is none", "half a million values", "a day that is none"]
)
def test_the_line_of_it_is_named(tmp_path: Path, bomb: str) -> None:
    (tmp_path / "bomb.yaml").write_text("first: 1\n" + YAML[bomb], "utf-8")
    with pytest.raises(ConfigError, match=r"bomb\.yaml:[23]:"):
        load_yaml(tmp_path / "bomb.yaml")


def test_what_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load_yaml(tmp_path)
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    with pytest.raises(InputError, match="cannot be read"):
        load_yaml(tmp_path / "loop.yaml")


POLICY = load_policy("genai-baseline")
NOW = datetime(2026, 11, 30, tzinfo=UTC)
JSON = {
    "NaN": "NaN",
    "infinity": "-Infinity",
    "more than a float holds": "1e99999",
    "a number of 5,000 digits": "9" * 5_000,
    "depth that no reader goes": "[" * 200_000 + "]" * 200_000,
    "depth that a reader goes": "[" * 700 + "]" * 700,
    "half a character": '"\\ud800"',
    "null": "null",
    "a text": '"x"',
    "a list": "[]",
    "a mapping": "{}",
    "a negative": "-1",
}
READERS: dict[str, Callable[[Path], Any]] = {
    "history": lambda run: index_runs(run.parent),
    "export": open_exported,
    "verify": verify,
    "gate": lambda run: open_judged(run, POLICY, NOW),
    "newest judgement": latest,
    "evidence": lambda run: list(read_evidence(run)),
    "ledger": lambda run: list(read_ledger(run)),
    "sign": check_whole,
    "signatures": read_signatures,
}
FILES = ["manifest.json", "evidence.jsonl", "ledger.jsonl", "audit.json", "signatures/001.dsse.json"]


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small signed run with all of these files."""
    from ..reports.signing.made import signed_run

    return signed_run(tmp_path_factory.mktemp("bombs") / "runs" / "one")


@pytest.mark.parametrize("bomb", JSON)
@pytest.mark.parametrize("name", FILES)
def test_json_that_is_a_bomb_is_one_sentence(signed: Path, tmp_path: Path, name: str, bomb: str) -> None:
    """In place of the whole file or line, and of values at its beginning, middle and end."""
    run = Path(shutil.copytree(signed, tmp_path / "runs" / "one"))
    path = run / name
    for content in with_bombs(path.read_text("utf-8"), JSON[bomb], lines=name.endswith("jsonl")):
        path.write_text(content, "utf-8")
        for label, read in READERS.items():
            begun = time.monotonic()
            try:
                read(run)
            except HeadwaterError as error:
                assert "\n" not in str(error), label
            assert time.monotonic() - begun < SECONDS, label


def with_bombs(text: str, bomb: str, *, lines: bool) -> list[str]:
    """The text with the bomb in several places of its last line (of the whole, where it is no file of lines)."""
    before, last = ("", text)
    if lines:
        *rest, last = text.rstrip("\n").split("\n")
        before, last = "".join(line + "\n" for line in rest), last + "\n"
    places = [at + 1 for at, letter in enumerate(last) if letter == ":"]
    chosen = places[:: max(1, len(places) // 3)]
    found = [before + bomb + "\n"]
    for at in chosen:
        end = at
        while end < len(last) and last[end] not in ",}]":
            end += 1
        found.append(before + last[:at] + bomb + last[end:])
    return found


def test_a_manifest_with_a_right_hash_and_wrong_values_is_refused(tmp_path: Path) -> None:
    """Whoever owns the folder can write a hash that fits."""
    for counts in ({"rows": "x"}, [], None, {"a": [[[1]]]}, {"a": 10**400}):
        values = {
            "kind": "run",
            "files": {},
            "counts": counts,
            "config_hash": "",
            "seed": None,
            "parents": {},
            "versions": {},
        }
        (tmp_path / "manifest.json").write_text(json.dumps(values | {"hash": sha256(canonical_json(values))}), "utf-8")
        try:
            Manifest.load(tmp_path)
        except HeadwaterError as error:
            assert "manifest" in str(error)


def test_a_model_signature_that_is_a_bomb_is_one_sentence(tmp_path: Path) -> None:
    for bomb in JSON.values():
        (tmp_path / "a.sig").write_text(bomb, "utf-8")
        with pytest.raises(HeadwaterError):
            read_model_signature(tmp_path / "a.sig")


def test_evidence_that_is_long_is_read_in_time(tmp_path: Path, signed: Path) -> None:
    """A line of 20 MB and a hundred thousand short ones."""
    run = Path(shutil.copytree(signed, tmp_path / "one"))
    for content in (b'{"a":"' + b"x" * 20_000_000 + b'"}\n', b"{}\n" * 100_000):
        (run / EVIDENCE).write_bytes(content)
        begun = time.monotonic()
        with pytest.raises(HeadwaterError):
            latest(run)
        assert time.monotonic() - begun < SECONDS


def test_the_config_of_a_judged_run_is_read_with_the_same_caps(signed: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(signed, tmp_path / "one"))
    (run / "config.yaml").write_text("a: &x [1]\nb: *x\n", "utf-8")
    with pytest.raises(ConfigError, match="aliases"):
        open_judged(run, POLICY, NOW)
