from dataclasses import replace
from pathlib import Path

import pytest
import torch
from kills import killed
from small_models import TEXT_RECIPE
from test_fit import content

from headwater.core import ConfigError, Corpus, IntegrityError
from headwater.models import TextCheckpoint, fit, load
from headwater.models.kept import Keeper, read_kept

KEEPING = replace(TEXT_RECIPE, keep_checkpoints=3)


def test_the_kept_steps_are_the_middles_of_equal_stretches() -> None:
    assert Keeper(Path("m"), "", 300, 3, 50).points == (50, 150, 250)
    assert Keeper(Path("m"), "", 2, 5, 1).points == (1,)
    assert Keeper(Path("m"), "", 300, 0, 50).points == ()
    assert Keeper(Path("m"), "", 0, 3, 50).points == ()


def test_weights_that_were_kept_are_those_that_a_training_has_at_that_step(corpus: Corpus, tmp_path: Path) -> None:
    made = fit(corpus, KEEPING, tmp_path)
    facts = made.run["kept"]
    assert [fact["step"] for fact in facts] == [2, 6, 10]
    assert [fact["rate"] for fact in facts] == pytest.approx([1.0, 7 / 11, 3 / 11])  # warm-up is capped at two steps
    first, last = read_kept(tmp_path, facts[0]), read_kept(tmp_path, facts[-1])
    assert isinstance(made, TextCheckpoint)
    names = dict(made.network.named_parameters())  # type: ignore[attr-defined]
    assert first.keys() == names.keys()
    ahead = [(names["head"].detach() - tensors["head"]).norm() for tensors in (first, last)]
    assert ahead[0] > ahead[1] > 0


def test_keeping_changes_nothing_but_what_is_kept(corpus: Corpus, checkpoint: TextCheckpoint, tmp_path: Path) -> None:
    made = fit(corpus, KEEPING, tmp_path)
    assert isinstance(made, TextCheckpoint)
    assert torch.equal(made.network.head, checkpoint.network.head)  # type: ignore[attr-defined]
    assert made.hash != checkpoint.hash


def test_a_killed_run_keeps_the_same_bytes(corpus: Corpus, tmp_path: Path) -> None:
    fit(corpus, KEEPING, tmp_path / "whole")
    steps = (1, 3, 7, 11)
    killed(corpus, {tmp_path / str(step): (KEEPING, step) for step in steps})
    for step in steps:
        fit(corpus, KEEPING, tmp_path / str(step))
        assert content(tmp_path / str(step)) == content(tmp_path / "whole"), step


def test_a_kept_file_that_is_altered_or_gone_is_noticed(corpus: Corpus, tmp_path: Path) -> None:
    fit(corpus, KEEPING, tmp_path)
    path = tmp_path / "kept" / "step-000006.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(IntegrityError, match="step-000006"):
        load(tmp_path)
    path.unlink()
    with pytest.raises(IntegrityError, match="missing"):
        load(tmp_path)


def test_a_kept_file_that_vanished_while_training_stood_still_is_named(corpus: Corpus, tmp_path: Path) -> None:
    killed(corpus, {tmp_path: (KEEPING, 9)})
    (tmp_path / "kept" / "step-000002.safetensors").unlink()
    with pytest.raises(IntegrityError, match="step-000002.*train anew"):
        fit(corpus, KEEPING, tmp_path)


def test_a_model_that_is_computed_keeps_no_steps(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="keep_checkpoints.*computed"):
        fit(corpus, replace(KEEPING, family="ngram", vocabulary=300), tmp_path)
    with pytest.raises(ConfigError, match="from 0 to 100"):
        fit(corpus, replace(KEEPING, keep_checkpoints=101), tmp_path)
