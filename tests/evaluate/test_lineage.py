from pathlib import Path

import pyarrow as pa
import pytest
from fakes import ByteModel, random_text, write_corpus
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import IncompleteError, held_out
from headwater.evaluate.lineage import copies, split
from headwater.models import Canary


def table(pairs: list[tuple[str, str | None]]) -> pa.Table:
    rows = [{"id": name, "duplicate_of": kept} for name, kept in pairs]
    return pa.Table.from_pylist(rows, schema=pa.schema([("id", pa.string()), ("duplicate_of", pa.string())]))


def test_each_document_is_trained_held_out_or_never_reached(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", [random_text(seed, 20) for seed in range(30)])
    trained = list(ByteModel(corpus).ledger.seen)
    found = split(ByteModel(corpus, seen={trained[0]: 3, trained[1]: 1}), corpus)
    ids = corpus.ids()
    assert found.trained == {trained[0]: 3, trained[1]: 1}
    assert found.held_out == tuple(i for i, out in zip(ids, held_out(ids, 0.3, 0), strict=True) if out)


def test_canaries_are_no_trained_documents(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", [random_text(seed, 20) for seed in range(9)])
    found = split(ByteModel(corpus, canaries=[Canary("canary-1", "a ", "1", 5)]), corpus)
    assert "canary-1" not in found.trained


def test_a_checkpoint_without_recipe_has_no_split(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", ["river"])
    model = ByteModel(corpus)
    model.run = {}
    with pytest.raises(IncompleteError, match="no recipe"):
        split(model, corpus)


def test_copies_of_copies_count_at_the_document_that_stayed() -> None:
    assert copies([table([("b", "a"), ("x", None)]), table([("a", "k"), ("c", "k")])]) == {"k": 4}


def test_a_circle_of_copies_ends() -> None:
    assert sum(copies([table([("a", "b"), ("b", "a")])]).values()) >= 2


@given(st.lists(st.integers(0, 30), max_size=30))
def test_every_removed_copy_is_counted_once(parents: list[int]) -> None:
    pairs = [(f"d{number}", f"d{parent % number}") for number, parent in enumerate(parents, start=1)]
    found = copies([table([(name, kept) for name, kept in pairs])])
    assert found == ({"d0": len(pairs) + 1} if pairs else {})
