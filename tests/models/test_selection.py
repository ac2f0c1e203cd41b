from dataclasses import replace

import numpy as np
import pytest
from small_models import TEXT_RECIPE

from headwater.core import Corpus, EmptyCorpus, held_out
from headwater.models.selection import read_rows, select_documents


def test_training_and_held_out_documents_split_the_corpus_as_core_says(corpus: Corpus) -> None:
    ids = corpus.ids()
    mask = held_out(ids, TEXT_RECIPE.held_out, TEXT_RECIPE.seed)
    chosen = select_documents(corpus, TEXT_RECIPE)
    assert chosen.held_out == [name for name, out in zip(ids, mask, strict=True) if out] != []
    assert chosen.ids == [name for name, out in zip(ids, mask, strict=True) if not out]


def test_a_limit_draws_that_many_by_the_seed_and_holds_the_same_documents_out(corpus: Corpus) -> None:
    everything = select_documents(corpus, TEXT_RECIPE)
    few = select_documents(corpus, replace(TEXT_RECIPE, documents=10))
    assert len(few.ids) == 10 and set(few.ids) < set(everything.ids)
    assert few.held_out == everything.held_out
    assert few.ids != everything.ids[:10]
    assert list(few.rows) == sorted(few.rows)


def test_a_limit_above_the_corpus_takes_all(corpus: Corpus) -> None:
    assert select_documents(corpus, replace(TEXT_RECIPE, documents=10_000)).ids == (
        select_documents(corpus, TEXT_RECIPE).ids
    )


def test_nothing_left_to_train_on_is_an_error_with_the_way_out(corpus: Corpus) -> None:
    with pytest.raises(EmptyCorpus, match="lower model.held_out"):
        select_documents(corpus, replace(TEXT_RECIPE, held_out=0.9999999))


def test_rows_are_read_in_order(corpus: Corpus) -> None:
    rows = np.array([0, 7, 8, 59])
    texts = corpus.column("text").to_pylist()
    assert sum(read_rows(corpus, rows, "text"), []) == [texts[row] for row in rows]
