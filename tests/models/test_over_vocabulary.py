"""Every place's whole distribution, beside what the model says of the true token and of the next one."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from headwater.core import Corpus, CorpusWriter, Recipe, record_batch, text_record
from headwater.models import ShowsVocabulary, fit

TEXTS = [f"The lake number {k} is deep and its river {k * 7} runs to the sea." for k in range(40)]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("run") / "corpus"
    with CorpusWriter(folder) as writer:
        writer.write(record_batch([text_record(text, f"lake.txt:{k}", "lake") for k, text in enumerate(TEXTS)]))
    return Corpus(folder)


def own(logs: Tensor, targets: Tensor) -> Tensor:
    return torch.stack([logs.gather(1, targets[:, None])[:, 0], logs.exp().sum(1)], 1)


@pytest.mark.parametrize("family", ["transformer", "ngram", "copying"])
def test_the_true_token_has_the_probability_that_token_logprobs_gives(
    family: str, corpus: Corpus, tmp_path: Path
) -> None:
    model = fit(corpus, Recipe(family=family, steps=2, context=16, vocabulary=300, canaries=None), tmp_path)
    assert isinstance(model, ShowsVocabulary)
    texts = [TEXTS[0] * 2, "a", TEXTS[3], ""]
    found = model.over_vocabulary([model.encode(text) for text in texts], own)
    expected = model.token_logprobs(texts)
    assert [len(row) for row in found] == [len(row) for row in expected]
    for row, logs in zip(found[:3], expected[:3], strict=True):
        assert row[:, 0] == pytest.approx(logs, abs=1e-5)
        assert row[:, 1] == pytest.approx(1, abs=1e-6)
    assert len(np.atleast_1d(found[3])) == 0
