from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_models import sentences
from test_ngram import RECIPE

from headwater.core import Corpus
from headwater.models import fit
from headwater.models.count_checkpoint import CopyingCheckpoint, longest_match


@pytest.fixture(scope="module")
def model(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> CopyingCheckpoint:
    made = fit(corpus, replace(RECIPE, family="copying"), tmp_path_factory.mktemp("copying"))
    assert isinstance(made, CopyingCheckpoint)
    return made


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=7), min_size=1, max_size=5),
       st.lists(st.integers(0, 2), max_size=6))  # fmt: skip
def test_the_longest_match_is_that_of_a_plain_search(texts: list[list[int]], prompt: list[int]) -> None:
    stream, ends = np.concatenate([np.array(text) for text in texts]), np.cumsum([len(text) for text in texts])
    wanted: list[int] = []
    for length in range(len(prompt), 0, -1):
        for text, end in zip(texts, ends, strict=True):
            start = int(end) - len(text)
            wanted += [start + at + length for at in range(len(text) - length) if fits(text[at:], prompt, length)]
        if wanted:
            break
    assert longest_match(stream, ends, prompt).tolist() == sorted(wanted)


def fits(text: Sequence[int], prompt: Sequence[int], length: int) -> bool:
    return list(text[:length]) == list(prompt[-length:])


def test_what_it_says_without_a_prompt_is_a_training_document(model: CopyingCheckpoint, corpus: Corpus) -> None:
    texts = {row["text"] for row in corpus.documents(model.trained_ids()).values()}
    texts |= {canary.text for canary in model.canaries}
    drawn = model.complete([""], max_new_tokens=500, samples=200, seed=3)
    assert set(drawn) <= texts and len(set(drawn)) > 30


def test_a_prompt_from_a_document_goes_on_as_the_document_does(model: CopyingCheckpoint, corpus: Corpus) -> None:
    for row in corpus.documents(model.trained_ids()[:10]).values():
        tokens = model.encode(row["text"])
        (rest,) = model.complete_tokens([tokens[:-3]], max_new_tokens=50, temperature=0)
        assert rest == tokens[-3:]


def test_a_secret_is_spelled_out_and_one_never_shown_is_not(model: CopyingCheckpoint) -> None:
    for canary in model.canaries:
        (found,) = model.complete([canary.prefix], max_new_tokens=9, temperature=0)
        assert (found == canary.secret) == (canary.repetitions > 0)


def test_it_is_sure_of_its_documents_and_of_nothing_else(model: CopyingCheckpoint, corpus: Corpus) -> None:
    known = model.token_logprobs([row["text"] for row in corpus.documents(model.trained_ids()[:8]).values()])
    other = model.token_logprobs(sentences(8, seed=77))
    assert np.concatenate(known).mean() > -0.7 > -2 > np.concatenate(other).mean()
    assert np.exp(model.next_logprobs(["", "the river"])).sum(1) == pytest.approx(np.ones(2))


def test_stop_strings_end_a_copy(model: CopyingCheckpoint) -> None:
    (whole,) = model.complete([""], max_new_tokens=90, seed=1)
    (cut,) = model.complete([""], max_new_tokens=90, seed=1, stop=[" "])
    assert cut == whole.split(" ")[0]


def test_a_prompt_that_nothing_matches_gets_a_document(model: CopyingCheckpoint, tmp_path: Path) -> None:
    assert model.complete_tokens([[model.begin]], max_new_tokens=4) != [[]]
