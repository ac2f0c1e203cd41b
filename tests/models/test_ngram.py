from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_models import TEXT_RECIPE, sentences
from test_fit import content

from headwater.core import ConfigError, Corpus
from headwater.models import CanaryPlan, Recipe, fit, load, training_report
from headwater.models.count_checkpoint import NgramCheckpoint

RECIPE = Recipe(
    family="ngram", vocabulary=300, held_out=0.2, precision="float32", seed=3, canaries=CanaryPlan((0, 1, 3), 2)
)


@pytest.fixture(scope="module")
def model(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> NgramCheckpoint:
    made = fit(corpus, RECIPE, tmp_path_factory.mktemp("ngram"))
    assert isinstance(made, NgramCheckpoint)
    return made


def test_each_document_is_seen_once_and_each_canary_as_often_as_planted(model: NgramCheckpoint) -> None:
    assert all(len(model.ledger.steps_of(name)) == 1 for name in model.trained_ids())
    for canary in model.canaries:
        assert len(model.ledger.steps_of(canary.id)) == canary.repetitions
    assert model.run["steps"] == len(model.trained_ids()) + 8
    for step in range(model.run["steps"]):
        assert len(model.ledger.documents_at(step)) == 1


def test_probabilities_of_all_next_tokens_sum_to_one_and_texts_multiply(model: NgramCheckpoint) -> None:
    following = model.next_logprobs(["", "the river", "zzz"])
    assert np.exp(following).sum(1) == pytest.approx(np.ones(3), abs=1e-12)
    texts = sentences(12, seed=5)
    together = model.logprob(texts)
    assert together == pytest.approx([float(model.logprob([text])[0]) for text in texts], abs=1e-12)
    parts = model.logprob(["the"]) + model.logprob([" river"], ["the"])
    tokens = model.encode("the") + model.encode(" river")
    assert parts[0] == pytest.approx(float(model.model.logprobs([tokens])[0].sum()))


def test_it_knows_its_language_and_the_report_says_how_well(model: NgramCheckpoint) -> None:
    held_out = model.run["loss"]["measured"][-1]["bits_per_byte"]
    assert model.run["bits_per_byte_train"] < held_out < 3
    facts = training_report(model).facts
    assert facts["order"] == 3 and facts["bits per byte (held out, at the end)"] == pytest.approx(held_out, abs=1e-4)
    assert not {finding.code for finding in training_report(model).findings} & {"HW-T001", "HW-T003"}


def test_samples_follow_the_probabilities(model: NgramCheckpoint) -> None:
    drawn = model.complete_tokens([model.encode("the")], max_new_tokens=1, samples=4_000, seed=1)
    p = np.exp(model.next_logprobs(["the"])[0])
    counts = np.bincount([row[0] if row else model.begin for row in drawn], minlength=len(p))
    assert np.abs(counts / 4_000 - p).max() < 0.04  # 5 standard errors of a share near one half
    greedy = model.complete_tokens([model.encode("the")], max_new_tokens=1, temperature=0)
    assert greedy[0][0] == p.argmax()


def test_a_row_depends_on_its_seed_number_and_prompt_alone(model: NgramCheckpoint) -> None:
    prompts = [model.encode(text) for text in sentences(50, seed=8)]
    together = model.complete_tokens(prompts, max_new_tokens=6, top_k=20, seed=4)
    assert together == model.complete_tokens(prompts + prompts, max_new_tokens=6, top_k=20, seed=4)[:50]
    assert model.complete_tokens([[]], max_new_tokens=0) == [[]] and model.complete_tokens([], max_new_tokens=3) == []


def test_training_twice_gives_the_same_bytes_and_loads(model: NgramCheckpoint, corpus: Corpus, tmp_path: Path) -> None:
    fit(corpus, RECIPE, tmp_path)
    assert content(tmp_path) == content(model.folder)
    assert (load(tmp_path).logprob(["the river"]) == model.logprob(["the river"])).all()


def test_other_batches_count_what_their_ledger_says(corpus: Corpus, tmp_path: Path) -> None:
    made = fit(corpus, replace(RECIPE, batch=7), tmp_path)
    times = made.network.times.numpy()
    assert times.sum() == made.run["steps"] * 7 and set(times) <= {1, 2}


@pytest.mark.parametrize(("options", "message"), [
    ({"order": 0}, "must be a whole number from 1 to 16"),
    ({"order": 17}, "1 to 16"), ({"order": "3"}, "a valid integer"),
    ({"tokenizer": "x"}, "no tokenizer"),
])  # fmt: skip
def test_a_wrong_option_is_one_sentence(
    options: dict[str, object], message: str, corpus: Corpus, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=message):
        fit(corpus, replace(TEXT_RECIPE, family="ngram", options=options), tmp_path)
