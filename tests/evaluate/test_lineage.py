from pathlib import Path

import pytest
from fakes import ByteModel, random_text, write_corpus

from headwater.core import IncompleteError, held_out
from headwater.evaluate.lineage import split
from headwater.models import Canary


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
