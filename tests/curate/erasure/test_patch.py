from pathlib import Path

import pyarrow as pa
import pytest

from headwater.core import SILENT, Corpus, CorpusWriter, record_batch, sha256_file, text_record
from headwater.curate import erasure

DECISIONS = pa.table(
    {
        "id": ["a", "b", "c"],
        "duplicate_of": ["b", None, "a"],
        "evidence": ["20 words", "by Jane Doe", "none"],
    }
)


def test_rows_of_erased_documents_go_and_their_names_as_survivors_too() -> None:
    rows = erasure.patch_rows(DECISIONS, pa.array(["b"]), erasure.Strings([]))
    assert rows.column("id").to_pylist() == ["a", "c"]
    assert rows.column("duplicate_of").to_pylist() == [None, "a"]
    assert rows.column("evidence").to_pylist() == ["20 words; the document that stayed was erased", "none"]


def test_evidence_that_holds_a_string_is_emptied() -> None:
    rows = erasure.patch_rows(DECISIONS, pa.array([], pa.string()), erasure.Strings(["jane doe"]))
    assert rows.column("evidence").to_pylist() == ["20 words", "", "none"]


@pytest.mark.parametrize("erased", [[0], [11, 12], [], list(range(10, 20))])
def test_only_shards_with_erased_rows_change(tmp_path: Path, erased: list[int]) -> None:
    rows = [text_record(f"text {number}", f"a:{number}", "a") for number in range(25)]
    with CorpusWriter(tmp_path / "c", shard_rows=10) as writer:
        writer.write(record_batch(rows))
    corpus = Corpus(tmp_path / "c")
    ids = pa.array([rows[number]["id"] for number in erased], pa.string())
    counts = {"erased": len(erased)}
    manifest = erasure.patch_corpus(corpus, tmp_path / "d", ids, erasure.Strings([]), counts, {}, SILENT)
    patched = Corpus(tmp_path / "d")
    patched.verify()
    assert patched.column("text").to_pylist() == [f"text {n}" for n in range(25) if n not in erased]
    assert manifest.counts == {"documents": 25 - len(erased), "erased": len(erased)}
    changed = {number // 10 for number in erased}
    for number, shard in enumerate(corpus.shards):
        assert (sha256_file(shard) != sha256_file(tmp_path / "d" / shard.name)) is (number in changed)
