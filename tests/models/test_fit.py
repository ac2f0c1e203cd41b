import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kills import killed
from safetensors import safe_open
from safetensors.torch import save
from small_models import IMAGE_RECIPE, TEXT_RECIPE, sentences, text_corpus

from headwater.core import (
    ConfigError,
    Corpus,
    CorpusWriter,
    EmptyCorpus,
    InputError,
    IntegrityError,
    UnknownName,
    generator,
)
from headwater.models import Checkpoint, TextCheckpoint, fit, load
from headwater.models.fit import curve

CLOCKED = {"timing.json"}


class StopAt:
    """Progress that ends the run at one step: by an exception, or by a signal that nobody can catch."""

    def __init__(self, step: int, kill: bool = False) -> None:
        self.left, self.kill, self.training = step, kill, False

    @contextmanager
    def task(self, name: str, total: float | None = None) -> Iterator["StopAt"]:
        self.training = name == "train"
        yield self

    def advance(self, amount: float = 1) -> None:
        if self.training:
            self.left -= int(amount)
            if self.left <= 0:
                if self.kill:
                    os.kill(os.getpid(), signal.SIGKILL)
                raise KeyboardInterrupt

    def note(self, text: str) -> None:
        pass


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in CLOCKED)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_same_corpus_and_recipe_give_the_same_bytes(
    corpus: Corpus, checkpoint: TextCheckpoint, tmp_path: Path
) -> None:
    fit(corpus, TEXT_RECIPE, tmp_path)
    assert content(tmp_path) == content(checkpoint.folder)


@pytest.mark.parametrize("step", [1, 4, 7, 12])
def test_a_run_stopped_at_any_step_and_resumed_ends_in_the_same_bytes(
    step: int, corpus: Corpus, checkpoint: TextCheckpoint, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(corpus, TEXT_RECIPE, tmp_path, progress=StopAt(step))
    fit(corpus, TEXT_RECIPE, tmp_path)
    assert content(tmp_path) == content(checkpoint.folder)


@pytest.mark.parametrize(
    "changes",
    [{"precision": "bfloat16"}, {"accumulate": 2}, {"options": {"tokenizer": "characters"}}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_killed_process_resumes_to_the_same_bytes_with_dropout(
    changes: dict[str, Any], corpus: Corpus, tmp_path: Path
) -> None:
    recipe = replace(TEXT_RECIPE, dropout=0.3, **changes)
    steps = sorted((generator(0, "kills", next(iter(changes))).permutation(11)[:4] + 1).tolist())
    fit(corpus, recipe, tmp_path / "whole")
    killed(corpus, {tmp_path / str(step): (recipe, step) for step in steps})
    for step in steps:
        fit(corpus, recipe, tmp_path / str(step))
        assert content(tmp_path / str(step)) == content(tmp_path / "whole"), step
    fit(corpus, replace(recipe, dropout=0.0), tmp_path / "plain")
    weights = "model.safetensors"
    assert content(tmp_path / "plain")[weights] != content(tmp_path / "whole")[weights]


def test_what_a_kill_in_the_middle_of_a_write_left_behind_does_no_harm(
    corpus: Corpus, checkpoint: TextCheckpoint, tmp_path: Path
) -> None:
    killed(corpus, {tmp_path: (TEXT_RECIPE, 9)})
    assert (tmp_path / "state").is_dir()
    (tmp_path / ".run.json.abc.tmp").write_text("half a file")
    fit(corpus, TEXT_RECIPE, tmp_path)
    assert content(tmp_path) == content(checkpoint.folder)


def test_the_saved_state_is_what_training_goes_on_from(
    corpus: Corpus, checkpoint: TextCheckpoint, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(corpus, TEXT_RECIPE, tmp_path, progress=StopAt(9))
    path = tmp_path / "state" / "state.safetensors"
    with safe_open(path, "pt") as file:
        metadata, tensors = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    path.write_bytes(save({**tensors, "network.head": tensors["network.head"] + 1}, metadata))
    fit(corpus, TEXT_RECIPE, tmp_path)
    assert content(tmp_path) != content(checkpoint.folder)


def test_a_finished_folder_is_returned_without_training(corpus: Corpus, checkpoint: TextCheckpoint) -> None:
    before = content(checkpoint.folder)
    again = fit(corpus, TEXT_RECIPE, checkpoint.folder, progress=StopAt(1))
    assert again.hash == checkpoint.hash and content(checkpoint.folder) == before


def test_a_finished_folder_of_another_recipe_is_refused(corpus: Corpus, checkpoint: TextCheckpoint) -> None:
    with pytest.raises(IntegrityError, match="holds a model of another recipe .steps: 12 there, 13 now"):
        fit(corpus, replace(TEXT_RECIPE, steps=13), checkpoint.folder)


def test_a_budget_is_resolved_once_and_reused_on_resume(corpus: Corpus, tmp_path: Path) -> None:
    recipe = replace(TEXT_RECIPE, steps=None, budget=0.2, canaries=None)
    first = fit(corpus, recipe, tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "plan.json").write_bytes((tmp_path / "a" / "plan.json").read_bytes())
    second = fit(corpus, recipe, tmp_path / "b")
    assert first.run["steps"] >= 1 and second.hash == first.hash


def test_a_corpus_of_the_wrong_kind_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds text, but family 'vae' is for image"):
        fit(corpus, IMAGE_RECIPE, tmp_path)


def test_an_unknown_family_offers_the_nearest(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match='did you mean "transformer"'):
        fit(corpus, replace(TEXT_RECIPE, family="transfomer"), tmp_path)


def test_an_empty_corpus_is_refused(tmp_path: Path) -> None:
    with CorpusWriter(tmp_path / "corpus"):
        pass
    with pytest.raises(EmptyCorpus):
        fit(Corpus(tmp_path / "corpus"), TEXT_RECIPE, tmp_path / "model")


def test_a_wrong_recipe_leaves_no_folder(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        fit(corpus, replace(TEXT_RECIPE, batch=0), tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_an_altered_corpus_is_noticed_before_training(tmp_path: Path) -> None:
    altered = text_corpus(tmp_path / "corpus", sentences(5))
    content = bytearray(altered.shards[0].read_bytes())
    content[40] ^= 1
    altered.shards[0].write_bytes(content)
    with pytest.raises(IntegrityError, match="does not match its hash"):
        fit(altered, TEXT_RECIPE, tmp_path / "model")


def test_history_has_at_most_200_points_whose_weighted_mean_is_the_mean_loss() -> None:
    losses = [float(k % 7) for k in range(1_234)]
    points = curve(losses)
    widths = [
        after - before for before, after in zip([0, *[p[0] for p in points]], [p[0] for p in points], strict=False)
    ]
    assert len(points) <= 200 and points[-1][0] == 1_234
    mean = sum(width * point[1] for width, point in zip(widths, points, strict=True)) / 1_234
    assert mean == pytest.approx(sum(losses) / 1_234)


def test_loading_gives_the_checkpoint_that_was_made(checkpoint: TextCheckpoint) -> None:
    again: Checkpoint = load(checkpoint.folder)
    assert again.hash == checkpoint.hash and again.run == checkpoint.run and again.canaries == checkpoint.canaries
