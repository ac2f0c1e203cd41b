"""A Python function as a model."""

import math
from typing import Any

import numpy as np
import pytest

from headwater.core import ConfigError, IncompleteError, InputError, UsageError
from headwater.models import from_callable


def parrot(prompt: str, seed: int, max_new_tokens: int) -> str:
    return f" {prompt} {seed % 7} {max_new_tokens}"


def test_a_function_gets_the_options_it_has_parameters_for() -> None:
    model = from_callable(parrot, name="parrot", capabilities=["sample", "seedable"])
    outputs = model.complete(["Polly", "Lora"], max_new_tokens=3, temperature=0.0, top_k=2, seed=1)
    assert [output.split()[0] for output in outputs] == ["Polly", "Lora"]
    assert outputs == model.complete(["Polly", "Lora"], max_new_tokens=3, seed=1)
    assert from_callable(lambda prompt: prompt[::-1], name="mirror").complete(["abc"], max_new_tokens=3) == ["cba"]


def test_a_row_has_a_seed_of_its_own() -> None:
    model = from_callable(lambda prompt, seed: str(seed), name="dice", capabilities=["sample", "seedable"])
    assert len(set(model.complete(["x"], samples=4, seed=0))) == 4


def test_tokens_are_words_that_spell_the_text() -> None:
    model = from_callable(lambda prompt: prompt, name="echo")
    text = "  Two words,\nthree \t lines \u00e9\n"
    assert model.decode(model.encode(text)) == text
    assert model.complete_tokens([model.encode(text)], max_new_tokens=9) == [model.encode(text)]


def test_a_scoring_function_is_checked_against_the_text() -> None:
    def uniform(text: str) -> list[tuple[str, float | None]]:
        return [(letter, -math.log(26)) for letter in text]

    model = from_callable(name="letters", capabilities=["prompt_logprob"], logprobs=uniform)
    assert np.allclose(model.token_logprobs(["abc"])[0], -math.log(26))
    wrong = from_callable(name="letters", capabilities=["prompt_logprob"], logprobs=lambda text: uniform(text[1:]))
    with pytest.raises(InputError, match="do not spell the text"):
        wrong.token_logprobs(["abc"])


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"fn": parrot, "capabilities": []}, "sample is not declared"),
        ({"capabilities": ["sample"]}, "sample is declared, but there is no function"),
        ({"fn": parrot, "capabilities": ["sample", "embed"]}, "embed is declared, but there is no function"),
        ({"fn": lambda prompt: "", "capabilities": ["sample", "seedable"]}, "a parameter seed"),
        ({"fn": parrot, "capabilities": ["sample", "logprob"]}, "no logprob of what it writes"),
        ({"fn": parrot, "name": ""}, "a name of 1 to 200 characters"),
    ],
)
def test_capabilities_and_functions_must_fit(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        from_callable(**{"name": "x", **given})


def test_a_function_that_fails_is_a_model_that_does_not_answer() -> None:
    def broken(prompt: str) -> str:
        raise ZeroDivisionError(prompt)

    with pytest.raises(IncompleteError, match="broken: the function raised ZeroDivisionError"):
        from_callable(broken, name="broken").complete(["secret"], max_new_tokens=1)
    with pytest.raises(InputError, match="gave a int, not a text"):
        from_callable(lambda prompt: 3, name="number").complete(["x"], max_new_tokens=1)  # type: ignore[arg-type,return-value]


def test_images_and_vectors_are_checked() -> None:
    good = from_callable(
        name="grey", capabilities=["images"], images=lambda n, seed: np.full((n, 4, 4, 1), 7, np.uint8)
    )
    assert good.modality == "image" and good.sample_images(3).shape == (3, 4, 4, 1)
    bad = from_callable(name="grey", capabilities=["images"], images=lambda n, seed: np.zeros((n, 4, 4)))
    with pytest.raises(InputError, match="not uint8"):
        bad.sample_images(2)
    vectors = from_callable(name="length", capabilities=["embed"], embed=lambda text: [len(text)])
    assert vectors.embed(["a", "abc"]).tolist() == [[1.0], [3.0]]
    with pytest.raises(UsageError, match="cannot write text; its declared capabilities: embed"):
        vectors.complete(["x"], max_new_tokens=1)


def test_parameters_tell_versions_apart() -> None:
    one, two = (from_callable(parrot, name="parrot", parameters={"version": v}) for v in (1, 2))
    assert one.hash != two.hash
