from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_models import TEXT_RECIPE, sentences, text_corpus

from headwater.core import ConfigError, Corpus, InputError, UsageError, generator
from headwater.models import Recipe, TextCheckpoint, canary_alternatives, fit, load
from headwater.models.symbol_tokenizer import SymbolTokenizer

CHARACTERS = replace(TEXT_RECIPE, options={"tokenizer": "characters"})


def proteins(n: int) -> list[str]:
    rng = generator(0, "proteins")
    return ["M" + "".join(rng.choice(list("ACDEFGHIKLMNPQRSTVWYX"), rng.integers(10, 40))) + "*" for _ in range(n)]


@pytest.fixture(scope="module")
def letters(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> TextCheckpoint:
    made = fit(corpus, CHARACTERS, tmp_path_factory.mktemp("characters"))
    assert isinstance(made, TextCheckpoint)
    return made


def test_the_probability_of_a_whole_is_that_of_its_parts(letters: TextCheckpoint) -> None:
    for a, b in [("the river", " rises above"), ("", "the mill"), ("the old mill", ""), ("x" * 40, "the sea " * 12)]:
        parts = letters.logprob([a]) + letters.logprob([b], [a])
        assert letters.logprob([a + b]) == pytest.approx(parts, abs=1e-6)


def test_a_probability_does_not_depend_on_batch_or_padding(letters: TextCheckpoint) -> None:
    texts = [*sentences(30, seed=9), "", "a", "river " * 30]
    together = letters.logprob(texts)
    assert np.abs(together - [letters.logprob([text])[0] for text in texts]).max() < 1e-6
    assert np.abs(together[::-1] - letters.logprob(texts[::-1])).max() < 1e-6


def test_probabilities_of_all_next_tokens_sum_to_one(letters: TextCheckpoint) -> None:
    prompts = ["", "the river", "the river " * 20]
    following = letters.next_logprobs(prompts)
    assert following.shape == (3, letters.tokenizer.vocabulary)
    assert np.exp(following).sum(1) == pytest.approx(np.ones(3), abs=1e-12)
    for prompt, row in zip(prompts[:2], following, strict=False):
        for symbol in "aesz":
            assert letters.logprob([symbol], [prompt])[0] == pytest.approx(row[letters.encode(symbol)[0]], abs=1e-9)


def test_the_exact_probability_agrees_with_the_fast_one(letters: TextCheckpoint, checkpoint: TextCheckpoint) -> None:
    texts = sentences(8, seed=2)
    for model in (letters, checkpoint):
        fast = [values.sum() for values in model.token_logprobs(texts)]
        assert model.logprob(texts) == pytest.approx(fast, rel=1e-5)


def test_scoring_exactly_leaves_the_fast_results_alone(letters: TextCheckpoint) -> None:
    again = load(letters.folder)
    before = again.token_logprobs(["the river"])[0]
    again.logprob(["the river " * 60])
    assert (again.token_logprobs(["the river"])[0] == before).all()


def test_a_model_of_characters_writes_and_keeps_its_tokenizer(letters: TextCheckpoint) -> None:
    assert isinstance(letters.tokenizer, SymbolTokenizer) and letters.run["tokenizer"] == letters.tokenizer.hash
    assert letters.run["network"]["vocabulary"] == letters.tokenizer.vocabulary < 300
    assert len(letters.complete(["the "], max_new_tokens=5, samples=3)) == 3


def test_text_ends_before_a_stop_string(letters: TextCheckpoint) -> None:
    (free,) = letters.complete(["the river"], max_new_tokens=60, seed=5)
    stop = free[4:6]
    (cut,) = letters.complete(["the river"], max_new_tokens=60, seed=5, stop=[stop, "never said"])
    assert cut == free[: free.index(stop)]


def test_sequences_train_with_a_token_a_residue_and_canaries_of_residues(tmp_path: Path) -> None:
    recipe = replace(TEXT_RECIPE, options={"tokenizer": "residues"}, steps=20)
    made = fit(text_corpus(tmp_path / "corpus", proteins(40)), recipe, tmp_path / "model")
    assert made.run["network"]["vocabulary"] == 29 and made.run["tokens"]["stream"] == made.run["tokens"]["bytes"]
    for canary in made.canaries:
        assert len(canary.secret) == 7 and set(canary.text) <= set("ACDEFGHIKLMNPQRSTVWY")
        others = canary_alternatives(canary, 50)
        assert len(set(others)) == 50 and all(len(made.encode(other)) == 7 for other in others)
        assert bool(made.ledger.steps_of(canary.id)) == (canary.repetitions > 0)
    assert set(made.complete(["MKT"], max_new_tokens=30)[0]) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ*-")


@pytest.mark.parametrize(("letters_", "length"), [("ACGT", 15), ("ACGU", 15)])
def test_canaries_among_nucleotides_are_nucleotides(letters_: str, length: int, tmp_path: Path) -> None:
    rng = generator(1, "genes")
    texts = ["".join(rng.choice(list(letters_), 60)) for _ in range(20)]
    recipe = replace(TEXT_RECIPE, options={"tokenizer": "residues"})
    made = fit(text_corpus(tmp_path / "corpus", texts), recipe, tmp_path / "model")
    assert {len(canary.secret) for canary in made.canaries} == {length}
    assert {letter for canary in made.canaries for letter in canary.text} == set(letters_)


def test_text_that_is_no_sequence_is_refused_before_training(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="stands for no nucleotide or amino acid"):
        fit(corpus, replace(TEXT_RECIPE, options={"tokenizer": "residues"}), tmp_path)


@pytest.mark.parametrize("options", [{"tokenizer": "words"}, {"tokeniser": "bpe"}, {"tokenizer": 3}])
def test_a_wrong_option_is_one_sentence(options: dict[str, object], corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises((ConfigError, UsageError), match="model.options"):
        fit(corpus, Recipe(options=options), tmp_path)
