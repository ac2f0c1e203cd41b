import math
import re
from pathlib import Path

import numpy as np
import pytest
from fakes import ByteModel, random_text, subject_of, write_corpus

from headwater.core import IncompleteError
from headwater.evaluate import (
    Likelihood,
    bits_per_byte,
    byte_perplexity,
    loss_gap,
    perplexity,
    word_perplexity,
)
from headwater.evaluate.quality.likelihood import measure_likelihood, words_of
from headwater.models import Recipe


def likelihood(log: list[float], tokens: list[int], size: list[int]) -> Likelihood:
    return Likelihood(*(np.array(values, np.float64) for values in (log, tokens, size)))


def test_uniform_tokens_have_the_size_of_the_vocabulary() -> None:
    tokens = [10, 250, 3]
    assert perplexity(likelihood([-n * math.log(4096) for n in tokens], tokens, tokens)).value == pytest.approx(4096)


def test_perplexity_is_of_the_corpus_and_not_a_mean_over_documents() -> None:
    parts = likelihood([-1000 * math.log(2), -10 * math.log(100)], [1000, 10], [1, 1])
    assert perplexity(parts).value == pytest.approx(math.exp((1000 * math.log(2) + 10 * math.log(100)) / 1010))


def test_bits_per_byte_depend_on_log_likelihood_and_bytes_alone() -> None:
    assert bits_per_byte(likelihood([-80 * math.log(2)], [7], [10])).value == pytest.approx(8)


def test_the_interval_of_perplexity_is_carried_over_from_the_mean_loss() -> None:
    parts = likelihood([-20.0, -35.0, -50.0], [10, 20, 30], [1, 1, 1])
    estimate = perplexity(parts)
    assert 1 < estimate.low < estimate.value < estimate.high


def test_equal_sides_have_no_gap() -> None:
    parts = likelihood([-20.0, -35.0, -50.0], [10, 20, 30], [1, 1, 1])
    assert loss_gap(parts, parts).value == 0


def test_a_unigram_model_has_the_cross_entropy_computed_by_hand(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", [random_text(seed, 40) for seed in range(30)])
    model = ByteModel(corpus, order=0)
    parts = measure_likelihood(subject_of(corpus, model), 100, 4000)
    p = model.probabilities(b"")
    out = [row["text"] for row in corpus.documents(model_held_out(corpus)).values()]
    by_hand = sum(math.log(p[byte]) for text in out for byte in text.encode())
    assert parts["held-out"].log.sum() == pytest.approx(by_hand)
    assert bits_per_byte(parts["held-out"]).value == pytest.approx(-by_hand / math.log(2) / (40 * len(out)))


def model_held_out(corpus) -> list[str]:  # type: ignore[no-untyped-def]
    from headwater.core import held_out

    ids = corpus.ids()
    return [name for name, out in zip(ids, held_out(ids, 0.3, 0), strict=True) if out]


def test_both_sides_have_the_same_number_of_documents(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", [random_text(seed, 20) for seed in range(60)])
    parts = measure_likelihood(subject_of(corpus, ByteModel(corpus, order=1)), 9, 4000)
    assert {side: len(part) for side, part in parts.items()} == {"held-out": 9, "trained": 9}


def test_long_documents_are_cut_in_text_and_bytes_alike(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", [f"{random_text(seed, 10)}é" * 50 for seed in range(20)])
    parts = measure_likelihood(subject_of(corpus, ByteModel(corpus, order=0)), 50, 11)
    assert set(parts["held-out"].bytes) == {12.0}
    assert set(parts["held-out"].tokens) == {12.0}


def test_likelihood_is_measured_once_for_all_metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = write_corpus(tmp_path / "corpus", [random_text(seed, 20) for seed in range(20)])
    model = ByteModel(corpus, order=0)
    subject = subject_of(corpus, model)
    first = measure_likelihood(subject, 5, 100)
    monkeypatch.setattr(model, "token_logprobs", None)
    assert measure_likelihood(subject, 5, 100) is first


def test_without_held_out_documents_nothing_is_measured(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", ["river", "lake"])
    model = ByteModel(corpus, recipe=Recipe(held_out=0.0, canaries=None))
    with pytest.raises(IncompleteError, match="no document was held out"):
        measure_likelihood(subject_of(corpus, model), 5, 100)


def test_without_a_checkpoint_nothing_is_measured(tmp_path: Path) -> None:
    with pytest.raises(IncompleteError, match="no checkpoint"):
        measure_likelihood(subject_of(write_corpus(tmp_path / "corpus", ["river"])), 5, 100)


# what lm-evaluation-harness makes of (log-likelihood, count) pairs: exp(-sum / sum), and over ln 2 for bits


def test_word_byte_and_bit_values_are_those_of_the_harness() -> None:
    log, words, size = [-120.5, -33.25, -801.0], [20, 7, 151], [110, 41, 799]
    parts = Likelihood(*(np.array(values, np.float64) for values in (log, [30, 9, 170], size, words)))
    assert word_perplexity(parts).value == pytest.approx(math.exp(-sum(log) / sum(words)), rel=1e-12)
    assert byte_perplexity(parts).value == pytest.approx(math.exp(-sum(log) / sum(size)), rel=1e-12)
    assert bits_per_byte(parts).value == pytest.approx(-sum(log) / sum(size) / math.log(2), rel=1e-12)
    assert byte_perplexity(parts).value == pytest.approx(2 ** bits_per_byte(parts).value, rel=1e-12)


def test_documents_of_unequal_length_do_not_average_their_perplexities() -> None:
    """The mean of the documents' values, as Hugging Face's evaluate reports it, is twenty times the corpus's."""
    parts = likelihood([-1000 * math.log(3), -4 * math.log(150)], [1000, 4], [1, 1])
    mean_of_documents = (3 + 150) / 2
    assert perplexity(parts).value == pytest.approx(3 * 50 ** (4 / 1004), rel=1e-12)
    assert mean_of_documents > 20 * perplexity(parts).value


@pytest.mark.parametrize("text", ["a b  c", " a", "a ", "\n", "", "a\u00a0b\tc", "one"])
def test_words_are_the_pieces_that_a_split_at_white_space_leaves(text: str) -> None:
    assert words_of(text) == len(re.split(r"\s+", text))


def test_documents_keep_their_names_beside_their_sums(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path / "corpus", [random_text(seed, 20) for seed in range(20)])
    parts = measure_likelihood(subject_of(corpus, ByteModel(corpus, order=0)), 5, 100)
    found = corpus.documents(parts["held-out"].ids)
    assert [len(found[name]["text"].encode()) for name in parts["held-out"].ids] == parts["held-out"].bytes.tolist()


def test_two_documents_have_the_perplexity_of_their_tokens() -> None:
    """A hundred tokens of one nat and ten of five: 3.91, where the mean over documents says 75.6."""
    parts = likelihood([-100.0, -50.0], [100, 10], [1, 1])
    by_document = np.exp([1, 5])
    assert perplexity(parts).value == pytest.approx(3.91, abs=0.005)
    assert by_document.mean() == pytest.approx(75.6, abs=0.05)
    assert np.exp(np.log(by_document).mean()) == pytest.approx(20.1, abs=0.05)


def test_bits_per_byte_do_not_know_how_many_tokens_there_were_nor_where_documents_end() -> None:
    whole = likelihood([-300.0], [9], [160])
    parts = likelihood([-100.0, -150.0, -50.0], [70, 3, 900], [50, 10, 100])
    assert bits_per_byte(parts).value == pytest.approx(bits_per_byte(whole).value, rel=1e-12)
    assert byte_perplexity(parts).value == pytest.approx(byte_perplexity(whole).value, rel=1e-12)


def test_the_values_are_those_of_lm_evaluation_harness() -> None:
    harness = pytest.importorskip("lm_eval.api.metrics", reason="lm-evaluation-harness is not installed")
    rng = np.random.default_rng(4)
    log, words, size = -rng.uniform(5, 900, 40), rng.integers(1, 200, 40), rng.integers(10, 900, 40)
    parts = Likelihood(log, rng.integers(2, 300, 40).astype(float), size.astype(float), words.astype(float))
    by_word, by_byte = ([*zip(log.tolist(), units.tolist(), strict=True)] for units in (words, size))
    assert word_perplexity(parts).value == pytest.approx(harness.weighted_perplexity(by_word), rel=1e-12)
    assert byte_perplexity(parts).value == pytest.approx(harness.weighted_perplexity(by_byte), rel=1e-12)
    assert bits_per_byte(parts).value == pytest.approx(harness.bits_per_byte(by_byte), rel=1e-12)
