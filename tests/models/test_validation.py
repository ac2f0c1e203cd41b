import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from small_models import TEXT_RECIPE, random_network, sentences, text_corpus

from headwater.core import Corpus
from headwater.models import TextCheckpoint, fit, training_report
from headwater.models.selection import select_documents
from headwater.models.validation import HeldOutText, held_out_text


def test_the_measure_is_that_of_a_plain_loop() -> None:
    network = random_network(context=16)
    sequences = [[1, 2, 3], list(range(30)), [7]]
    found = HeldOutText(sequences, 49, 100, 16).measure(network)
    nats, entropy = [], []
    for sequence in sequences:
        tokens = [49, *sequence]
        for low in range(0, len(sequence), 16):
            window = tokens[low : low + 17]
            logs = torch.log_softmax(network(torch.tensor([window[:-1]]))[0].double(), -1)
            nats += [-float(logs[place, token]) for place, token in enumerate(window[1:])]
            entropy += [-float((row.exp() * row).sum()) for row in logs]
    assert found["nats_per_token"] == pytest.approx(np.mean(nats), rel=1e-6)
    assert found["bits_per_byte"] == pytest.approx(sum(nats) / math.log(2) / 100, rel=1e-6)
    assert found["entropy_bits_per_token"] == pytest.approx(np.mean(entropy) / math.log(2), rel=1e-6)


def test_a_uniform_model_has_the_entropy_of_its_vocabulary_and_stays_in_training() -> None:
    network = random_network().train()
    with torch.no_grad():
        network.head.zero_()
    found = HeldOutText([[1, 2]], 49, 2, 8).measure(network)
    assert found["entropy_bits_per_token"] == pytest.approx(math.log2(50)) and network.training
    assert found["nats_per_token"] == pytest.approx(math.log(50))


def test_the_last_point_is_the_score_of_the_finished_model(checkpoint: TextCheckpoint, corpus: Corpus) -> None:
    points = checkpoint.run["loss"]["measured"]
    assert [point["step"] for point in points] == [2, 3, 5, 6, 8, 9, 11, 12]
    recipe = checkpoint.recipe
    text = held_out_text(corpus, select_documents(corpus, recipe).held_out, checkpoint.tokenizer, recipe)
    assert text is not None and set(checkpoint.held_out_ids()) >= set(select_documents(corpus, TEXT_RECIPE).held_out)
    assert checkpoint.run["validation"] == {
        "documents": len(text.sequences), "tokens": text.tokens, "bytes": text.text_bytes
    }  # fmt: skip
    nats = -sum(checkpoint.token_logprobs([checkpoint.decode(row)])[0].sum() for row in text.sequences)
    assert points[-1]["bits_per_byte"] == pytest.approx(nats / math.log(2) / text.text_bytes, rel=1e-5)


def test_only_held_out_text_is_measured_and_never_more_than_it_may_cost(tmp_path: Path) -> None:
    corpus = text_corpus(tmp_path / "corpus", [*sentences(30), "long " * 9000])
    recipe = replace(TEXT_RECIPE, held_out=0.7)
    chosen = select_documents(corpus, recipe)
    made = fit(corpus, replace(recipe, steps=12), tmp_path / "model")
    assert isinstance(made, TextCheckpoint)
    text = held_out_text(corpus, chosen.held_out, made.tokenizer, recipe)
    held = {row["text"] for row in corpus.documents(chosen.held_out).values()}
    assert text is not None and text.tokens <= 512 * 8
    assert all(any(full.startswith(made.decode(row)) for full in held) for row in text.sequences)


def test_the_report_shows_the_curve_and_the_entropy(checkpoint: TextCheckpoint) -> None:
    report = training_report(checkpoint)
    (chart,) = [item for item in report.exhibits if getattr(item, "name", "") == "held-out-loss"]
    assert [series.name for series in chart.series] == ["bits per byte"]
    assert report.facts["bits per byte (held out, at the end)"] > 0


def test_without_held_out_documents_there_is_no_curve_and_the_report_says_so(corpus: Corpus, tmp_path: Path) -> None:
    made = fit(corpus, replace(TEXT_RECIPE, held_out=0.0), tmp_path)
    assert made.run["validation"] is None and "measured" not in made.run["loss"]
    report = training_report(made)
    assert report.facts["bits per byte (held out, at the end)"] == "not measured: no document is held out"
