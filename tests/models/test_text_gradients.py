import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from small_models import TEXT_RECIPE, sentences

from headwater.core import Corpus, IncompleteError
from headwater.models import Passage, Recipe, TextCheckpoint, TextGradients, fit, kept_weights, text_gradients


@pytest.fixture(scope="module")
def gradients(checkpoint: TextCheckpoint) -> TextGradients:
    return text_gradients(checkpoint)


def passages(checkpoint: TextCheckpoint, n: int = 4) -> list[Passage]:
    return [Passage.whole(checkpoint.encode(text)[:30]) for text in sentences(n, seed=9)]


def test_value_is_the_log_probability_of_the_text(checkpoint: TextCheckpoint, gradients: TextGradients) -> None:
    texts = [" ".join(sentences(6, seed=5)), "river"]  # one of several windows
    assert len(checkpoint.encode(texts[0])) > 2 * checkpoint.window
    expected = sum(float(row.sum()) for row in checkpoint.token_logprobs(texts))
    found = gradients.value([Passage.whole(checkpoint.encode(text)) for text in texts])
    assert found == pytest.approx(expected, abs=1e-3)


def test_gradient_is_that_of_the_loss_that_training_goes_down(
    checkpoint: TextCheckpoint, gradients: TextGradients
) -> None:
    (one,) = passages(checkpoint, 1)
    network: Any = checkpoint.network
    loss = network.loss(torch.tensor([[checkpoint.begin, *one.tokens]]))[0] * len(one.tokens)
    expected = torch.cat([part.reshape(-1) for part in torch.autograd.grad(loss, list(network.parameters()))])
    assert torch.allclose(gradients.of([one]), -expected, atol=1e-4)


def test_gradients_of_texts_add_up_to_the_gradient_of_the_batch(
    checkpoint: TextCheckpoint, gradients: TextGradients
) -> None:
    some = passages(checkpoint)
    assert len({len(one.tokens) for one in some}) > 1
    apart = torch.stack([gradients.of([one]) for one in some]).sum(0)
    assert torch.allclose(gradients.of(some), apart, atol=1e-4)
    network: Any = checkpoint.network
    losses = [network.loss(torch.tensor([[checkpoint.begin, *p.tokens]]))[0] * len(p.tokens) for p in some]
    batch = torch.autograd.grad(sum(losses), list(network.parameters()))
    assert torch.allclose(apart, -torch.cat([part.reshape(-1) for part in batch]), atol=1e-3)


def test_only_tokens_that_weigh_something_count(checkpoint: TextCheckpoint, gradients: TextGradients) -> None:
    tokens = checkpoint.encode("the river rises above the old mill")
    weights = np.zeros(len(tokens))
    weights[-2:] = 0.5
    found = gradients.value([Passage(tokens, weights)])
    assert found == pytest.approx(float(checkpoint.logprobs_of([tokens])[0][-2:].mean()), abs=1e-4)
    assert not gradients.of([Passage(tokens, np.zeros(len(tokens)))]).any()


def test_one_step_along_a_gradient_changes_a_value_by_the_dot_product(checkpoint: TextCheckpoint) -> None:
    model = TextGradients(copy.deepcopy(checkpoint.network), checkpoint.begin, checkpoint.window)
    document, target = passages(checkpoint, 2)
    along, rate = model.of([document]), 1e-5
    foretold = rate * float(along @ model.of([target]))
    before = model.value([target])
    _move(model, along, rate)
    assert model.value([target]) - before == pytest.approx(foretold, rel=0.05)


def _move(model: TextGradients, along: torch.Tensor, rate: float) -> None:
    low = 0
    with torch.no_grad():
        for each in model.parameters:
            each += rate * along[low : low + each.numel()].view_as(each)
            low += each.numel()


def test_kept_steps_come_in_order_and_the_finished_model_last(corpus: Corpus, tmp_path: Path) -> None:
    made = fit(corpus, replace(TEXT_RECIPE, keep_checkpoints=2), tmp_path)
    (one,) = passages(made, 1)  # type: ignore[arg-type]
    steps = [(each.step, each.last, each.gradients.value([one])) for each in kept_weights(made)]
    assert [(step, last) for step, last, _ in steps] == [(3, False), (9, False), (12, True)]
    values = [value for _, _, value in steps]
    assert values == sorted(values)  # training makes such a sentence likelier
    assert values[-1] == text_gradients(made).value([one])


def test_a_model_without_gradients_is_refused_in_one_sentence(corpus: Corpus, tmp_path: Path) -> None:
    counts = fit(corpus, Recipe(family="ngram", vocabulary=300, canaries=None), tmp_path)
    with pytest.raises(IncompleteError, match="a ngram model has no gradient"):
        text_gradients(counts)
    with pytest.raises(IncompleteError, match="no gradient"):
        next(kept_weights(counts))
