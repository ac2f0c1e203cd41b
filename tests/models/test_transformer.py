import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_models import TEXT_RECIPE, sentences, text_corpus

from headwater.core import Corpus
from headwater.models import FAMILIES, CanaryPlan, TextCheckpoint, fit
from headwater.models.fit import curve


def test_the_family_is_registered_with_its_source() -> None:
    described = FAMILIES.describe("transformer")
    assert described.summary and "1706.03762" in described.facts["source"]


def test_run_json_counts_what_was_trained(checkpoint: TextCheckpoint, corpus: Corpus) -> None:
    run = checkpoint.run
    texts = [row["text"] for row in corpus.documents(checkpoint.trained_ids()).values()]
    planted = [canary.text for canary in checkpoint.canaries for _ in range(canary.repetitions)]
    assert run["documents"] == {"trained": len(texts), "held_out": 60 - len(texts), "planted": len(planted)}
    assert run["tokens"]["bytes"] == sum(len(text.encode()) for text in texts)
    assert run["tokens"]["stream"] == sum(len(checkpoint.encode(text)) for text in texts)
    assert run["parameters"] == sum(parameter.numel() for parameter in checkpoint.network.parameters())
    assert run["corpus"] == corpus.hash and run["tokenizer"] == checkpoint.tokenizer.hash


def test_bits_per_byte_follow_from_the_final_loss(checkpoint: TextCheckpoint) -> None:
    run = checkpoint.run
    wanted = run["final_loss"] * run["tokens"]["stream"] / run["tokens"]["bytes"] / math.log(2)
    assert run["bits_per_byte_train"] == pytest.approx(wanted)
    assert run["loss"]["history"][-1][0] == TEXT_RECIPE.steps


def test_the_first_loss_is_that_of_a_uniform_guess(checkpoint: TextCheckpoint) -> None:
    assert checkpoint.run["loss"]["first"] == pytest.approx(math.log(300), abs=1e-5)


def test_a_model_trained_long_enough_repeats_its_documents_and_its_secrets(tmp_path: Path) -> None:
    texts = sentences(6, seed=1)
    recipe = replace(TEXT_RECIPE, steps=90, batch=8, held_out=0.0, canaries=CanaryPlan((0, 60), 1), warmup=5)
    model = fit(text_corpus(tmp_path / "corpus", texts), recipe, tmp_path / "model")
    assert model.run["final_loss"] < 1
    control, planted = model.canaries
    assert model.complete([planted.prefix], max_new_tokens=9, temperature=0)[0] == planted.secret
    assert model.complete([control.prefix], max_new_tokens=9, temperature=0)[0] != control.secret
    seen = model.token_logprobs(texts)
    assert np.concatenate(seen).mean() > np.concatenate(model.token_logprobs(sentences(6, seed=2))).mean() + 0.5


def test_history_is_shorter_than_the_run_only_beyond_two_hundred_steps() -> None:
    assert len(curve([1.0] * 200)) == 200 and len(curve([1.0] * 201)) == 101
