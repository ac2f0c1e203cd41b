from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headwater.core import Corpus, InputError, Manifest, document_id, sha256, write_json
from headwater.curate import build_steps, curate, erasure

Make = Callable[..., Any]
TEXTS = ["the first text about rivers", "a second one that names Jane Doe", "the third stays as it is"]


@pytest.fixture
def options(tmp_path: Path) -> dict[str, str]:
    """A list that names the first text by content and a string, and its key."""
    (tmp_path / "key").write_bytes(b"s" * 32)
    sealer = erasure.Sealer(b"s" * 32, b"salt")
    content = frozenset([sealer.seal("content", sha256(TEXTS[0].encode())[:16])])
    strings = erasure.strings_of(sealer, [("jane", "doe")])
    write_json(tmp_path / "list.json", erasure.ErasureList(sealer, content, (), strings).to_json())
    return {"path": str(tmp_path / "list.json"), "key": str(tmp_path / "key")}


def test_what_was_erased_is_removed_again_and_only_its_hash_is_kept(
    tmp_path: Path, source: Make, options: dict[str, str]
) -> None:
    report = curate(source(TEXTS), build_steps([("erased", options)]), tmp_path / "run")
    assert Corpus(tmp_path / "run/corpus").column("text").to_pylist() == [TEXTS[2]]
    rows = [row for batch in Corpus(tmp_path / "run/removed").batches() for row in batch.to_pylist()]
    assert [(row["rule"], row["text"]) for row in rows] == [("content", ""), ("string", "")]
    assert rows[0]["id"] == document_id(TEXTS[0].encode(), "fake.txt:1")
    (finding,) = [finding for finding in report.findings if finding.code == "HW-C020"]
    assert finding.severity == "high" and "2 erased documents came back" in finding.title


def test_without_what_was_erased_there_is_no_finding(tmp_path: Path, source: Make, options: dict[str, str]) -> None:
    report = curate(source(TEXTS[2:]), build_steps([("erased", options)]), tmp_path / "run")
    assert "HW-C020" not in [finding.code for finding in report.findings]


def test_the_configuration_names_the_list_by_its_content(tmp_path: Path, source: Make, options: dict[str, str]) -> None:
    hashes = []
    for number in range(3):
        steps = build_steps([("erased", options)])
        curate(source(TEXTS[2:]), steps, tmp_path / str(number))
        hashes.append(Manifest.load(tmp_path / str(number) / "corpus").config_hash)
        moved = Path(options["path"]).rename(tmp_path / f"list{number}.json")
        options["path"] = str(moved)
        if number == 1:
            moved.write_text(moved.read_text() + " ")
    assert hashes[0] == hashes[1] != hashes[2]


def test_a_missing_list_or_key_is_one_sentence(tmp_path: Path, source: Make, options: dict[str, str]) -> None:
    with pytest.raises(InputError, match="no such erasure list"):
        curate(source(TEXTS), build_steps([("erased", {"path": str(tmp_path / "x.json")})]), tmp_path / "a")
    with pytest.raises(InputError, match="cannot read the key"):
        curate(source(TEXTS), build_steps([("erased", options | {"key": str(tmp_path / "x")})]), tmp_path / "b")
