import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors import safe_open
from small_models import TEXT_RECIPE, sentences, text_corpus

from headwater.core import Corpus, IncompleteError, InputError, IntegrityError, UsageError, held_out
from headwater.models import ImageCheckpoint, TextCheckpoint, TransformerFamily, load
from headwater.models.canaries import plan_canaries


@pytest.fixture
def copy(checkpoint: TextCheckpoint, tmp_path: Path) -> Path:
    return Path(shutil.copytree(checkpoint.folder, tmp_path / "copy"))


def append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" ")


def another_corpus_in_run(path: Path) -> None:
    run = json.loads(path.read_text())
    path.write_text(json.dumps({**run, "corpus": "0" * 64}))


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("model.safetensors", append, "model.safetensors: does not match its hash"),
        ("tokenizer.json", append, "tokenizer.json: does not match its hash"),
        ("canaries.json", append, "canaries.json: does not match its hash"),
        ("tokenizer.json", Path.unlink, "tokenizer.json: named in run.json, but missing"),
        ("ledger.parquet", Path.unlink, "ledger.parquet: missing"),
        ("run.json", another_corpus_in_run, "the weights name another corpus"),
    ],
)
def test_damage_is_one_clear_sentence(copy: Path, name: str, damage: Callable[[Path], None], message: str) -> None:
    damage(copy / name)
    with pytest.raises(IntegrityError, match=message):
        load(copy)


def test_a_tokenizer_of_another_size_is_refused_even_if_its_hash_fits(copy: Path) -> None:
    from headwater.core import sha256_file
    from headwater.models.tokenizer import Tokenizer

    Tokenizer.train(sentences(40), 290).save(copy / "tokenizer.json")
    run = json.loads((copy / "run.json").read_text())
    run["files"]["tokenizer.json"] = sha256_file(copy / "tokenizer.json")
    (copy / "run.json").write_text(json.dumps(run))
    with pytest.raises(IntegrityError, match="has 290 tokens, but run.json says 300"):
        load(copy)


@pytest.mark.parametrize("change", [{"width": 64}, {"colour": 3}, {"layers": "x"}])
def test_a_network_that_the_weights_do_not_fit_is_refused(copy: Path, change: dict[str, object]) -> None:
    run = json.loads((copy / "run.json").read_text())
    (copy / "run.json").write_text(json.dumps({**run, "network": {**run["network"], **change}}))
    with pytest.raises(IntegrityError, match="do not fit each other"):
        load(copy)


def test_another_corpus_is_refused(checkpoint: TextCheckpoint, corpus: Corpus, tmp_path: Path) -> None:
    assert load(checkpoint.folder, corpus).hash == checkpoint.hash
    with pytest.raises(IntegrityError, match="was trained on corpus"):
        load(checkpoint.folder, text_corpus(tmp_path / "other", ["sea"]))


def test_an_unfinished_folder_says_so(copy: Path) -> None:
    (copy / "run.json").unlink()
    with pytest.raises(IncompleteError, match="training has not finished"):
        load(copy)


def test_a_folder_that_is_no_checkpoint_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a checkpoint folder"):
        load(tmp_path)


@pytest.mark.parametrize("content", ["[]", '{"format": "other/1"}', '{"format": "headwater-checkpoint/1"}', "{"])
def test_a_strange_run_file_is_an_integrity_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(IntegrityError, match="run.json"):
        load(tmp_path)


def test_the_folder_holds_nothing_that_can_run_code(checkpoint: TextCheckpoint) -> None:
    assert {path.suffix for path in checkpoint.folder.rglob("*") if path.is_file()} == {
        ".json", ".parquet", ".safetensors"
    }  # fmt: skip


def test_the_weights_carry_their_corpus(checkpoint: TextCheckpoint, corpus: Corpus) -> None:
    with safe_open(checkpoint.folder / "model.safetensors", "pt") as file:
        assert json.loads(file.metadata()["headwater"])["corpus"] == corpus.hash


def test_no_clock_and_no_path_stands_in_a_hashed_file(checkpoint: TextCheckpoint) -> None:
    for name in ("run.json", "canaries.json", "tokenizer.json", "plan.json"):
        text = (checkpoint.folder / name).read_text()
        assert str(checkpoint.folder.parent) not in text and "seconds" not in text


def test_trained_and_held_out_ids_split_the_corpus(checkpoint: TextCheckpoint, corpus: Corpus) -> None:
    ids = corpus.ids()
    mask = held_out(ids, TEXT_RECIPE.held_out, TEXT_RECIPE.seed)
    assert checkpoint.held_out_ids() == [name for name, out in zip(ids, mask, strict=True) if out]
    assert sorted(checkpoint.trained_ids()) == sorted(name for name, out in zip(ids, mask, strict=True) if not out)


def test_canaries_are_those_planned_and_in_the_ledger_but_for_the_controls(checkpoint: TextCheckpoint) -> None:
    assert checkpoint.canaries == plan_canaries(TEXT_RECIPE.canaries, TEXT_RECIPE.seed)
    for canary in checkpoint.canaries:
        assert bool(checkpoint.ledger.steps_of(canary.id)) == (canary.repetitions > 0)


def test_the_recipe_comes_back(checkpoint: TextCheckpoint) -> None:
    assert checkpoint.recipe == TEXT_RECIPE.with_defaults(TransformerFamily.defaults)


def test_a_model_refuses_what_its_kind_cannot_do(checkpoint: TextCheckpoint, image_checkpoint: ImageCheckpoint) -> None:
    with pytest.raises(UsageError, match="a transformer model cannot make images"):
        checkpoint.sample_images(1)
    for call in (
        lambda: image_checkpoint.encode("x"),
        lambda: image_checkpoint.decode([1]),
        lambda: image_checkpoint.token_logprobs(["x"]),
        lambda: image_checkpoint.complete(["x"]),
        lambda: image_checkpoint.complete_tokens([[1]], max_new_tokens=1),
    ):
        with pytest.raises(UsageError, match="a vae model cannot"):
            call()
