from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.core import (
    MANIFEST,
    TABLE_SCHEMA,
    Corpus,
    CorpusWriter,
    EmptyCorpus,
    InputError,
    IntegrityError,
    Manifest,
    read_parquet,
    record_batch,
    text_record,
    write_parquet,
)

ROWS = [
    text_record(f"Text number {number}.", f"a.jsonl:{number}", f"source {number % 3}", groups={"n": number})
    for number in range(25)
]


def write(folder: Path, cuts: Sequence[int] = (), rows: Sequence[dict[str, object]] = ROWS) -> Corpus:
    """A corpus of ``rows`` in shards of 10, given to the writer in batches that end at ``cuts``."""
    edges = [0, *sorted(cuts), len(rows)]
    with CorpusWriter(folder, shard_rows=10) as writer:
        for start, end in zip(edges, edges[1:], strict=False):
            writer.write(record_batch(rows[start:end]))
    return Corpus(folder)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    table = pa.Table.from_batches(write(tmp_path / "corpus").batches())
    assert table.to_pylist() == record_batch(ROWS).to_pylist()


@given(st.lists(st.integers(0, len(ROWS)), max_size=8))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_bytes_do_not_depend_on_how_rows_are_batched(tmp_path: Path, cuts: list[int]) -> None:
    whole, cut = write(tmp_path / "whole"), write(tmp_path / "cut", cuts)
    assert content(whole.folder) == content(cut.folder)


@given(st.integers(1, 30))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reading_in_other_batches_gives_the_same_rows(tmp_path: Path, rows: int) -> None:
    corpus = write(tmp_path / "corpus")
    batches = list(corpus.batches(rows=rows))
    assert max(batch.num_rows for batch in batches) <= rows
    assert [name for batch in batches for name in batch.column("id").to_pylist()] == [row["id"] for row in ROWS]


def test_a_corpus_can_be_read_twice(tmp_path: Path) -> None:
    corpus = write(tmp_path / "corpus")
    assert list(corpus.batches()) == list(corpus.batches())


def test_a_corpus_is_cut_into_full_shards(tmp_path: Path) -> None:
    corpus = write(tmp_path / "corpus")
    assert [read_parquet(shard).num_rows for shard in corpus.shards] == [10, 10, 5]
    assert len(corpus) == 25


def test_documents_are_found_by_id_with_their_maps(tmp_path: Path) -> None:
    corpus = write(tmp_path / "corpus")
    found = corpus.documents([str(ROWS[24]["id"]), str(ROWS[3]["id"]), "0000000000000000-00000000"])
    assert set(found) == {ROWS[24]["id"], ROWS[3]["id"]}
    assert found[str(ROWS[3]["id"])]["groups"] == {"n": "3"}


def test_no_id_finds_no_document(tmp_path: Path) -> None:
    assert write(tmp_path / "corpus").documents([]) == {}


def test_a_batch_with_other_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="wrong columns"), CorpusWriter(tmp_path / "c", TABLE_SCHEMA) as writer:
        writer.write(record_batch(ROWS[:1]))


def test_an_interrupted_corpus_is_not_a_corpus(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), CorpusWriter(tmp_path / "corpus", shard_rows=10) as writer:
        writer.write(record_batch(ROWS))
        raise RuntimeError
    with pytest.raises(InputError, match="not a corpus folder"):
        Corpus(tmp_path / "corpus")


def test_writing_again_leaves_no_shard_of_the_larger_corpus_before(tmp_path: Path) -> None:
    write(tmp_path / "corpus")
    write(tmp_path / "corpus", rows=ROWS[:4])
    assert content(tmp_path / "corpus") == content(write(tmp_path / "fresh", rows=ROWS[:4]).folder)


def test_the_manifest_of_something_else_is_not_a_corpus(tmp_path: Path) -> None:
    Manifest("run", {}).save(tmp_path)
    with pytest.raises(InputError, match="holds a run, not a corpus"):
        Corpus(tmp_path)


def test_an_empty_corpus_can_be_opened_but_not_worked_on(tmp_path: Path) -> None:
    corpus = write(tmp_path / "corpus", rows=[])
    assert (len(corpus), corpus.ids(), corpus.modality) == (0, [], "text")
    with pytest.raises(EmptyCorpus, match=r"see curation\.json"):
        corpus.require_documents()


def test_a_changed_shard_fails_verification(tmp_path: Path) -> None:
    corpus = write(tmp_path / "corpus")
    corpus.verify()
    data = bytearray(corpus.shards[1].read_bytes())
    data[len(data) // 2] ^= 1
    corpus.shards[1].write_bytes(data)
    with pytest.raises(IntegrityError, match=r"part-00001\.parquet: does not match its hash"):
        corpus.verify()


def test_a_truncated_shard_is_named_when_it_is_read(tmp_path: Path) -> None:
    corpus = write(tmp_path / "corpus")
    corpus.shards[0].write_bytes(corpus.shards[0].read_bytes()[:100])
    with pytest.raises(IntegrityError, match=r"part-00000\.parquet: not a readable Parquet file"):
        list(corpus.batches())


def test_a_missing_shard_is_named_when_it_is_read(tmp_path: Path) -> None:
    corpus = write(tmp_path / "corpus")
    corpus.shards[2].unlink()
    with pytest.raises(IntegrityError, match=r"part-00002\.parquet: missing"):
        corpus.ids()


def test_facts_stand_in_the_manifest_and_change_its_hash(tmp_path: Path) -> None:
    plain = write(tmp_path / "plain")
    with CorpusWriter(tmp_path / "told", shard_rows=10) as writer:
        writer.write(record_batch(ROWS))
        writer.describe(seed=7, parents={"source": "ab" * 32}, counts={"read": 30})
    told = Corpus(tmp_path / "told")
    assert told.manifest.files == plain.manifest.files
    assert (told.manifest.seed, told.manifest.counts) == (7, {"documents": 25, "read": 30})
    assert told.hash != plain.hash


def test_the_manifest_holds_no_machine_path(tmp_path: Path) -> None:
    write(tmp_path / "corpus")
    assert str(tmp_path) not in (tmp_path / "corpus" / MANIFEST).read_text()


def test_a_table_survives_parquet_with_the_same_bytes_each_time(tmp_path: Path) -> None:
    table = pa.Table.from_batches([record_batch(ROWS)])
    for name in ("a.parquet", "b.parquet"):
        write_parquet(tmp_path / name, table)
    assert read_parquet(tmp_path / "a.parquet").equals(table)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
