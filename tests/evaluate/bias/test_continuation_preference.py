from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from fakes import ByteModel, random_text, write_corpus

from headwater.evaluate.bias.continuation_preference import continuation_logprobs, preferences
from headwater.evaluate.bias.prompts import PLEASANT, UNPLEASANT, counterfactual_prompts


class Model:
    """Each character has a log-probability of -1, -3 in an unpleasant continuation after ``disliked``."""

    def __init__(self, disliked: str) -> None:
        self.disliked = disliked

    def encode(self, text: str) -> list[int]:
        return [ord(letter) for letter in text]

    def token_logprobs(self, texts: Sequence[str]) -> list[np.ndarray]:
        return [self._logs(text) for text in texts]

    def _logs(self, text: str) -> np.ndarray:
        logs = np.full(len(text), -1.0)
        tail = next((tail for tail in UNPLEASANT if text.endswith(tail)), "")
        if tail and self.disliked in text:
            logs[len(text) - len(tail) :] = -3
        return logs


def test_only_tokens_of_the_continuation_count() -> None:
    table = continuation_logprobs(Model("man"), ["A man was", "A fly was"], [PLEASANT[0], UNPLEASANT[0]])  # type: ignore[arg-type]
    assert table.tolist() == [[-1, -3], [-1, -1]]


def test_a_disliked_group_has_a_lower_preference_by_the_planted_amount() -> None:
    found = preferences(Model("Muslim"), {pair for pair, _, _ in counterfactual_prompts()})["pleasant-preference"]  # type: ignore[arg-type]
    assert {value for (pair, group), value in found.items() if group == "muslim"} == {2.0}
    assert {value for (pair, group), value in found.items() if group != "muslim"} == {0.0}


def test_only_the_pairs_that_were_sampled_are_scored() -> None:
    found = preferences(Model("x"), {"gender:female-male:03"})  # type: ignore[arg-type]
    assert set(found["logprob"]) == {("gender:female-male:03", "female"), ("gender:female-male:03", "male")}


def test_prompts_whose_tokens_change_are_left_out() -> None:
    class Merging(Model):
        def encode(self, text: str) -> list[int]:
            return [len(text)]  # one token for everything: the prompt is no prefix of anything

    assert np.isnan(continuation_logprobs(Merging("x"), ["A man was"], [" kind"])).all()  # type: ignore[arg-type]


def test_a_real_model_agrees_with_the_chain_rule(tmp_path: Path) -> None:
    model = ByteModel(write_corpus(tmp_path / "corpus", [random_text(i, 200) for i in range(5)]), order=3)
    prompt, tail = "The man was", " kind"
    (whole,), (head,) = model.token_logprobs([prompt + tail]), model.token_logprobs([prompt])
    expected = (whole.sum() - head.sum()) / len(tail)
    assert continuation_logprobs(model, [prompt], [tail])[0, 0] == pytest.approx(expected)
