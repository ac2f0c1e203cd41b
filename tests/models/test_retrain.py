from dataclasses import replace
from pathlib import Path

import pytest
import torch
from small_models import TEXT_RECIPE
from test_fit import StopAt

from headwater.core import Corpus, IncompleteError
from headwater.models import Recipe, TextCheckpoint, TextGradients, fit, retrain


def same(one: TextGradients, network: object) -> bool:
    theirs = dict(network.named_parameters())  # type: ignore[attr-defined]
    return all(torch.equal(each, theirs[name]) for name, each in one.network.named_parameters())


def test_all_documents_give_the_very_model_again(corpus: Corpus, checkpoint: TextCheckpoint, tmp_path: Path) -> None:
    again = retrain(checkpoint, corpus, checkpoint.trained_ids(), tmp_path, "all")
    assert same(again, checkpoint.network)
    assert [path.name for path in tmp_path.iterdir()] == ["all.safetensors"]


def test_half_of_the_documents_give_another_model_and_a_kept_one_is_read(
    corpus: Corpus, checkpoint: TextCheckpoint, tmp_path: Path
) -> None:
    ids = checkpoint.trained_ids()
    half = retrain(checkpoint, corpus, ids[::2], tmp_path, "half")
    assert not same(half, checkpoint.network)
    read = retrain(checkpoint, corpus, ids[::2], tmp_path, "half", StopAt(1))  # would stop if it trained
    assert same(read, half.network)
    other = retrain(checkpoint, corpus, ids[1::2], tmp_path, "half")  # other documents under an old name
    assert not same(other, half.network)


def test_a_stopped_retraining_goes_on_to_the_same_bytes(
    corpus: Corpus, checkpoint: TextCheckpoint, tmp_path: Path
) -> None:
    ids = checkpoint.trained_ids()[::2]
    retrain(checkpoint, corpus, ids, tmp_path / "whole", "half")
    with pytest.raises(KeyboardInterrupt):
        retrain(checkpoint, corpus, ids, tmp_path / "killed", "half", StopAt(7))
    assert (tmp_path / "killed" / "half.state").is_file()
    retrain(checkpoint, corpus, ids, tmp_path / "killed", "half")
    name = "half.safetensors"
    assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_damaged_file_is_made_again(corpus: Corpus, checkpoint: TextCheckpoint, tmp_path: Path) -> None:
    ids = checkpoint.trained_ids()[::2]
    retrain(checkpoint, corpus, ids, tmp_path, "half")
    path = tmp_path / "half.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    retrain(checkpoint, corpus, ids, tmp_path, "half")
    assert path.read_bytes() == whole


def test_what_is_not_made_from_nothing_is_refused(corpus: Corpus, checkpoint: TextCheckpoint, tmp_path: Path) -> None:
    counts = fit(corpus, Recipe(family="ngram", vocabulary=300, canaries=None), tmp_path / "counts")
    child = fit(corpus, replace(TEXT_RECIPE, start=str(checkpoint.folder), steps=2, canaries=None), tmp_path / "child")
    for model, name in ((counts, "ngram"), (child, "fine-tuned")):
        with pytest.raises(IncompleteError, match=f"{name} model is not made so"):
            retrain(model, corpus, corpus.ids(), tmp_path, "x")
