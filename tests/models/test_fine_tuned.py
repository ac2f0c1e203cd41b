import json
import math
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from small_models import TEXT_RECIPE, text_corpus
from test_fit import StopAt, content

from headwater.core import ConfigError, Corpus, InputError, IntegrityError, NotMeasured, generator
from headwater.models import CanaryPlan, Checkpoint, LoRAPlan, Recipe, TextCheckpoint, fit, load, training_report

FILES = Path(__file__).parent / "pretrained" / "files"
RECIPE = Recipe(
    start=str(FILES / "llama"), lora=LoRAPlan(rank=2, dropout=0.2), steps=8, batch=4, context=24, learning_rate=0.05,
    held_out=0.3, precision="float32", checkpoint_every=3, canaries=None, dropout=0.1, seed=3,
)  # fmt: skip
STARTS = ["llama", "gpt2"]


def texts(n: int, seed: int = 0) -> list[str]:
    rng = generator(seed, "words")
    return [" ".join(f"w{word}" for word in rng.integers(0, 9, rng.integers(5, 30))) for _ in range(n)]


def same(one: Checkpoint, other: Checkpoint) -> bool:
    words = ["w1 w2 w3 w4 w5", "w8"]
    return all(map(np.array_equal, one.token_logprobs(words), other.token_logprobs(words)))


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return text_corpus(tmp_path_factory.mktemp("words") / "corpus", texts(50))


@pytest.fixture(scope="module")
def child(words: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    torch.set_num_threads(1)
    return fit(words, RECIPE, tmp_path_factory.mktemp("child") / "checkpoint")


def test_a_child_names_its_parent_by_hash_and_holds_its_base(child: Checkpoint) -> None:
    parent = load(FILES / "llama")
    run = child.run
    assert run["parent"] == run["recipe"]["start"] == parent.hash and run["family"] == "fine-tuned"
    assert str(FILES) not in (child.folder / "run.json").read_text()
    held = [name for name in run["files"] if name.startswith("base/")]
    assert {name.removeprefix("base/") for name in held} == set(parent.run["files"])
    assert all(run["files"][name] == parent.run["files"][name.removeprefix("base/")] for name in held)


def test_only_adapters_are_stored_and_counted(child: Checkpoint) -> None:
    tensors = load_file(child.folder / "model.safetensors")
    assert all(".lora." in name for name in tensors) and len(tensors) == 2 * 2 * 2
    assert child.run["trainable_parameters"] == sum(tensor.numel() for tensor in tensors.values())
    assert child.run["parameters"] > 10 * child.run["trainable_parameters"]


def test_fine_tuning_lowers_the_held_out_loss_and_both_values_are_kept(child: Checkpoint, words: Corpus) -> None:
    tuning = child.run["tuning"]
    assert sum(tuning["after"]) < sum(tuning["before"])
    held = [str(words.documents([name])[name]["text"]) for name in tuning["ids"]]
    again = [-float(row.sum()) for row in child.token_logprobs(held)]
    np.testing.assert_allclose(again, tuning["after"], rtol=1e-5)
    parent = load(FILES / "llama")
    assert set(tuning["ids"]) <= set(child.held_out_ids())  # type: ignore[attr-defined]
    short = [row for row, text in enumerate(held) if len(text.split()) <= RECIPE.context]
    before = [-float(row.sum()) for row in parent.token_logprobs([held[row] for row in short])]
    np.testing.assert_allclose(before, [tuning["before"][row] for row in short], rtol=1e-5)


@pytest.mark.parametrize("name", STARTS)
@pytest.mark.parametrize("step", [1, 3, 5, 8])
def test_a_run_stopped_at_any_step_and_resumed_ends_in_the_same_bytes(
    name: str, step: int, words: Corpus, child: Checkpoint, tmp_path: Path
) -> None:
    recipe = replace(RECIPE, start=str(FILES / name))
    whole = child if name == "llama" else fit(words, recipe, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        fit(words, recipe, tmp_path / "parts", progress=StopAt(step))
    fit(words, recipe, tmp_path / "parts")
    assert content(tmp_path / "parts") == content(whole.folder)


def test_a_killed_process_resumes_to_the_same_bytes(words: Corpus, child: Checkpoint, tmp_path: Path) -> None:
    code = (
        f"import sys, torch; sys.path.insert(0, {str(Path(__file__).parent)!r}); torch.set_num_threads(1)\n"
        "from pathlib import Path; from headwater.core import Corpus; from headwater.models import fit\n"
        "from test_fine_tuned import RECIPE; from test_fit import StopAt\n"
        f"fit(Corpus({str(words.folder)!r}), RECIPE, Path({str(tmp_path)!r}), progress=StopAt(5, kill=True))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path.parent)
    assert done.returncode == -signal.SIGKILL, done.stderr
    fit(words, RECIPE, tmp_path)
    assert content(tmp_path) == content(child.folder)


def test_the_place_of_the_start_changes_nothing(words: Corpus, child: Checkpoint, tmp_path: Path) -> None:
    shutil.copytree(FILES / "llama", tmp_path / "elsewhere")
    again = fit(words, replace(RECIPE, start=str(tmp_path / "elsewhere")), tmp_path / "model")
    assert content(again.folder) == content(child.folder)


def test_a_base_that_was_altered_is_noticed(words: Corpus, tmp_path: Path) -> None:
    made = fit(words, replace(RECIPE, steps=1), tmp_path / "model")
    path = made.folder / "base" / "config.json"
    path.write_text(path.read_text().replace("1e-06", "1e-05"))
    with pytest.raises(IntegrityError, match="does not match its hash"):
        load(made.folder)


@pytest.mark.parametrize("name", STARTS)
def test_a_full_fine_tuning_and_a_frozen_one_load_as_they_ended(name: str, words: Corpus, tmp_path: Path) -> None:
    first = {"llama": "model.layers.0.", "gpt2": "transformer.h.0."}[name]
    recipe = replace(RECIPE, start=str(FILES / name), lora=None, learning_rate=0.01)
    full = fit(words, recipe, tmp_path / "full")
    assert not (full.folder / "base").exists() and full.run["trainable_parameters"] == full.run["parameters"]
    frozen = fit(words, replace(recipe, freeze=(first,)), tmp_path / "frozen")
    stored = load_file(frozen.folder / "model.safetensors")
    assert not any(key.startswith(first) for key in stored) and stored
    before = dict(load(FILES / name).network.named_parameters())  # type: ignore[attr-defined]
    after = dict(frozen.network.named_parameters())  # type: ignore[attr-defined]
    assert {key for key in after if torch.equal(before[key], after[key])} == {
        key for key in after if key.startswith(first)
    }
    for made in (full, frozen):
        assert same(made, load(made.folder)) and sum(made.run["tuning"]["after"]) < sum(made.run["tuning"]["before"])


def test_a_model_taken_as_it_is_is_its_parent(words: Corpus, tmp_path: Path) -> None:
    as_it_is = fit(words, replace(RECIPE, steps=0, lora=None), tmp_path / "model")
    assert same(as_it_is, load(as_it_is.folder)) and as_it_is.run["steps"] == 0
    assert as_it_is.run["tuning"]["before"] == as_it_is.run["tuning"]["after"]
    short = ["w1 w2 w3"]
    np.testing.assert_array_equal(as_it_is.token_logprobs(short)[0], load(FILES / "llama").token_logprobs(short)[0])
    assert load_file(as_it_is.folder / "model.safetensors") == {}
    assert [finding.code for finding in training_report(as_it_is).findings] == ["HW-T052"]


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkpoint, list[str]]:
    folder = tmp_path_factory.mktemp("ours")
    torch.set_num_threads(1)
    known = texts(40, seed=5)
    return fit(text_corpus(folder / "corpus", known), TEXT_RECIPE, folder / "checkpoint"), known


def test_documents_that_weigh_more_or_less_than_in_the_parent_are_listed(
    ours: tuple[Checkpoint, list[str]], tmp_path: Path
) -> None:
    parent, known = ours
    corpus = text_corpus(tmp_path / "corpus", known, [{"w": "3" if row < 10 else "1"} for row in range(len(known))])
    recipe = replace(TEXT_RECIPE, start=str(parent.folder), steps=2, learning_rate=0.003, canaries=None, weights="w")
    child = fit(corpus, recipe, tmp_path / "child")
    changes = json.loads((child.folder / "lineage.json").read_text())
    assert not changes["removed"] and len(changes["reweighted"]) == changes["kept"]
    amounts = [amount for _, amount in changes["reweighted"].values()]
    assert max(amounts) / min(amounts) == pytest.approx(3, rel=1e-4) and sum(amounts) == pytest.approx(len(amounts))
    assert {was for was, _ in changes["reweighted"].values()} == {1}


@pytest.mark.parametrize("lora", [None, LoRAPlan(rank=2, targets=("qkv", "down"))])
def test_our_own_checkpoint_goes_on_and_its_corpus_is_compared(
    ours: tuple[Checkpoint, list[str]], lora: LoRAPlan | None, tmp_path: Path
) -> None:
    parent, known = ours
    fewer = text_corpus(tmp_path / "corpus", [*known[5:], *texts(5, seed=9)])
    recipe = replace(TEXT_RECIPE, start=str(parent.folder), lora=lora, steps=6, learning_rate=0.003, canaries=None)
    child = fit(fewer, recipe, tmp_path / "child")
    assert child.run["parent"] == parent.hash and child.run["base"]["corpus"] == parent.run["corpus"]
    assert same(child, load(child.folder)) and child.run["tokenizer"] == parent.run["tokenizer"]
    changes = json.loads((child.folder / "lineage.json").read_text())
    was, now = ({name[:16] for name in made.trained_ids()} for made in (parent, child))  # type: ignore[attr-defined]
    assert {name[:16] for name in changes["removed"]} == was - now
    assert {name[:16] for name in changes["added"]} == now - was
    assert changes["kept"] == len(was & now) and 0 < len(changes["removed"]) <= 5
    assert "HW-T051" in [finding.code for finding in training_report(child).findings]
    grandchild = fit(fewer, replace(recipe, start=str(child.folder), steps=2), tmp_path / "grandchild")
    assert grandchild.run["parent"] == child.hash and same(grandchild, load(grandchild.folder))


def test_held_out_documents_that_the_parent_knew_are_left_out_and_said(
    ours: tuple[Checkpoint, list[str]], tmp_path: Path
) -> None:
    parent, known = ours
    recipe = replace(TEXT_RECIPE, start=str(parent.folder), steps=2, learning_rate=0.003, canaries=None, seed=99)
    child = fit(text_corpus(tmp_path / "corpus", known), recipe, tmp_path / "child")
    trained = set(parent.trained_ids())  # type: ignore[attr-defined]
    assert child.run["lineage"]["removed"] == len([name for name in trained if name not in child.trained_ids()])  # type: ignore[attr-defined]
    wanted = [name for name in child.held_out_ids() if name in trained]  # type: ignore[attr-defined]
    assert wanted and child.run["tuning"]["known"] == len(wanted)
    assert not set(child.run["tuning"]["ids"]) & trained
    fresh = set(child.held_out_ids()) - trained  # type: ignore[attr-defined]
    assert 0 < child.run["validation"]["documents"] <= len(fresh)
    assert "HW-T050" in [finding.code for finding in training_report(child).findings]


def test_an_untrained_adapter_changes_nothing_to_the_last_bit(words: Corpus) -> None:
    from headwater.models.lora import add_lora, merge_lora

    for name in STARTS:
        network = load(FILES / name).network  # type: ignore[attr-defined]
        tokens = torch.tensor([[1, 2, 3, 4]])
        before = network(tokens)
        add_lora(network, LoRAPlan(rank=3))
        assert torch.equal(network(tokens), before)
        with torch.no_grad():
            for lora in network.adapters().values():
                lora.B.normal_(generator=torch.Generator().manual_seed(0))
        unmerged = network(tokens)
        merge_lora(network)
        assert not torch.allclose(unmerged, before) and torch.allclose(network(tokens), unmerged, atol=1e-5)


def test_an_adapter_of_peft_is_gone_on_with_and_ours_is_read_back(
    words: Corpus, child: Checkpoint, tmp_path: Path
) -> None:
    from headwater.models.adapter_files import load_adapter

    recipe = replace(RECIPE, lora=LoRAPlan(adapter=str(FILES / "llama-adapter")), learning_rate=1e-9, dropout=0.0)
    made = fit(words, recipe, tmp_path / "model")
    assert made.run["recipe"]["lora"]["rank"] == 2 and str(FILES) not in (made.folder / "run.json").read_text()
    network = load(FILES / "llama").network  # type: ignore[attr-defined]
    load_adapter(network, FILES / "llama-adapter")
    tokens = torch.tensor([[1, 2, 3, 4]])
    assert torch.allclose(made.network(tokens), network(tokens), atol=1e-4)  # type: ignore[attr-defined]
    assert same(made, load(made.folder))
    network = load(FILES / "llama").network  # type: ignore[attr-defined]
    load_adapter(network, child.folder / "adapter")
    assert torch.equal(child.network(tokens), network(tokens))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lora": LoRAPlan(rank=0)}, "model.lora.rank: 0 must be"),
        ({"lora": LoRAPlan(targets=("q_prj",))}, "no matrix 'q_prj'; did you mean \"q_proj\""),
        ({"lora": None, "freeze": ("layers.0",)}, "no parameter begins with 'layers.0'"),
        ({"lora": None, "freeze": ("model", "lm_head")}, "nothing is left to train"),
        ({"context": 65}, "model.context: the model has 64 positions"),
        ({"start": None}, "freeze and lora are for a model to go on from"),
        ({"start": None, "lora": None, "steps": 0}, "model.steps: 0 must be more than 0"),
    ],
)
def test_a_recipe_that_cannot_be_followed_is_refused(
    changes: dict[str, object], reason: str, words: Corpus, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=reason):
        fit(words, replace(RECIPE, **changes), tmp_path / "model")  # type: ignore[arg-type]


def test_a_budget_is_resolved_to_steps_once(words: Corpus, tmp_path: Path) -> None:
    made = fit(words, replace(RECIPE, steps=None, budget=0.3), tmp_path / "model")
    assert made.run["steps"] >= 1 and made.run["recipe"]["steps"] is None
    assert fit(words, replace(RECIPE, steps=None, budget=0.3), tmp_path / "model").hash == made.hash


def test_canaries_are_planted_into_a_fine_tuning_too(words: Corpus, tmp_path: Path) -> None:
    recipe = replace(RECIPE, start=str(FILES / "gpt2"), canaries=CanaryPlan((0, 2), 1))
    made = fit(words, recipe, tmp_path / "model")
    assert [len(made.ledger.steps_of(canary.id)) for canary in made.canaries] == [0, 2]


def test_a_start_that_is_no_model_is_refused(words: Corpus, image_checkpoint: Checkpoint, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no model to start from"):
        fit(words, replace(RECIPE, start=str(tmp_path)), tmp_path / "model")
    with pytest.raises(ConfigError, match="is a vae model; name a language model"):
        fit(words, replace(RECIPE, start=str(image_checkpoint.folder)), tmp_path / "model")


def test_another_start_is_another_recipe(words: Corpus, child: Checkpoint) -> None:
    with pytest.raises(IntegrityError, match="another recipe .*start"):
        fit(words, replace(RECIPE, start=str(FILES / "llama-tied")), child.folder)


def test_the_report_shows_parent_parameters_and_the_loss_before_and_after(child: Checkpoint) -> None:
    report = training_report(child)
    assert report.facts["parent"] == child.run["parent"][:12]
    assert report.facts["trainable parameters"] == child.run["trainable_parameters"]
    tuning = child.run["tuning"]
    values = {score.slice["model"]: score for score in report.scores}  # type: ignore[union-attr]
    for side in ("before", "after"):
        wanted = sum(tuning[side]) / math.log(2) / sum(tuning["bytes"])
        assert values[side].value == pytest.approx(wanted) and values[side].n == len(tuning["ids"])  # type: ignore[union-attr]
    change = values["after - before"]
    assert change.high < 0 and change.value == pytest.approx(values["after"].value - values["before"].value)  # type: ignore[union-attr, operator]
    assert training_report(load(child.folder)) == report


@pytest.mark.parametrize(("rise", "codes"), [(0.5, ["HW-T052", "HW-T053"]), (-0.5, ["HW-T052"])])
def test_a_loss_that_rose_on_held_out_documents_is_a_finding(child: Checkpoint, rise: float, codes: list[str]) -> None:
    tuning = dict(child.run["tuning"])
    tuning["after"] = [nats + rise * size for nats, size in zip(tuning["before"], tuning["bytes"], strict=True)]
    tuning["after"][2] += abs(rise)
    run = {**child.run, "tuning": tuning, "final_loss": 9.0}
    changed = SimpleNamespace(run=run, ledger=child.ledger, canaries=(), hash=child.hash, capabilities=frozenset())
    findings = {finding.code: finding for finding in training_report(changed).findings}  # type: ignore[arg-type]
    assert [code for code in findings if code not in ("HW-T003", "HW-T004")] == codes
    if rise > 0:
        largest = max(range(len(tuning["ids"])), key=lambda row: tuning["after"][row] - tuning["before"][row])
        assert findings["HW-T053"].document_ids[0] == tuning["ids"][largest]


def test_without_held_out_documents_the_loss_is_not_measured(words: Corpus, tmp_path: Path) -> None:
    report = training_report(fit(words, replace(RECIPE, held_out=0.0, steps=2), tmp_path / "model"))
    (score,) = report.scores
    assert isinstance(score, NotMeasured) and "raise held_out" in score.reason


def test_a_checkpoint_is_a_text_checkpoint(child: Checkpoint) -> None:
    assert isinstance(child, TextCheckpoint)
    assert child.complete(["w1 w2"], max_new_tokens=4, seed=1) == child.complete(["w1 w2"], max_new_tokens=4, seed=1)
