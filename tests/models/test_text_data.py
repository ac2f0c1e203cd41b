from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_models import TEXT_RECIPE, text_corpus

from headwater.core import SILENT, Corpus, EmptyCorpus
from headwater.models import CanaryPlan
from headwater.models.text_data import pack, prepare_text

BEGIN = 99
PIECES = st.lists(st.lists(st.integers(0, 98), min_size=1, max_size=30), min_size=1, max_size=8)


def arrays(pieces: list[list[int]]) -> list[np.ndarray]:
    return [np.array(piece, np.int32) for piece in pieces]


@given(PIECES, st.integers(1, 12))
def test_every_token_of_the_stream_is_a_target_and_windows_follow_each_other(
    pieces: list[list[int]], context: int
) -> None:
    windows, *_ = pack(arrays(pieces), BEGIN, context)
    stream = [token for piece in pieces for token in (BEGIN, *piece)]
    targets = windows[:, 1:].flatten().tolist()
    wanted = stream[1:] + stream[:1]
    assert targets[: len(stream)] == wanted
    assert len(targets) - len(stream) < context
    assert (windows[1:, 0] == windows[:-1, -1]).all()


@given(PIECES, st.integers(1, 12))
def test_each_place_of_a_document_names_the_windows_that_hold_its_text(pieces: list[list[int]], context: int) -> None:
    windows, places, first, last = pack(arrays(pieces), BEGIN, context)
    # Recompute by brute force: mark every position of the repeated stream with its owner.
    owner = [k for k, piece in enumerate(pieces) for _ in range(len(piece) + 1)]
    text = [inside > 0 for piece in pieces for inside in range(len(piece) + 1)]
    wanted: dict[int, set[int]] = {}
    for window in range(len(windows)):
        for position in range(window * context, window * context + context + 1):
            place = position % len(owner)
            if text[place]:
                wanted.setdefault(owner[place], set()).add(window)
    found: dict[int, set[int]] = {}
    for place, low, high in zip(places, first, last, strict=True):
        found.setdefault(int(place), set()).update(range(low, high + 1))
    assert found == wanted
    assert (np.diff(first) >= 0).all() and (np.diff(last) >= 0).all()


def test_a_corpus_shorter_than_one_window_is_repeated() -> None:
    windows, *_ = pack(arrays([[1, 2]]), BEGIN, 8)
    assert windows.tolist() == [[BEGIN, 1, 2, BEGIN, 1, 2, BEGIN, 1, 2]]


def test_planted_canaries_stand_in_the_stream_as_often_as_planned(corpus: Corpus) -> None:
    data = prepare_text(corpus, TEXT_RECIPE, SILENT)
    stream = data.tokenizer.decode(np.concatenate([data.windows[:, :-1].flatten()]).tolist())
    for canary in data.canaries:
        copies = stream.count(canary.text)
        assert copies == 0 if canary.repetitions == 0 else copies >= canary.repetitions


def test_held_out_text_is_in_no_window(corpus: Corpus) -> None:
    data = prepare_text(corpus, TEXT_RECIPE, SILENT)
    held = data.ledger.filter(np.array(data.ledger["role"].to_pylist()) == "held-out")["id"].to_pylist()
    stream = data.tokenizer.decode(data.windows.flatten().tolist())
    texts = {name: row["text"] for name, row in corpus.documents(held).items()}
    assert texts and all(text not in stream for text in texts.values())


def test_a_batch_names_the_documents_in_it(corpus: Corpus) -> None:
    data = prepare_text(corpus, replace(TEXT_RECIPE, canaries=None), SILENT)
    indices = np.array([0, 2])
    text = [data.tokenizer.decode(row) for row in data.batch(indices).tolist()]
    documents = corpus.documents(data.names(indices))
    assert documents and all(
        any(row["text"][:8] in part or row["text"][-8:] in part for part in text) for row in documents.values()
    )


def test_counts_are_those_of_the_text(tmp_path: Path) -> None:
    data = prepare_text(
        text_corpus(tmp_path / "c", ["äb", "c"]), replace(TEXT_RECIPE, canaries=None, held_out=0), SILENT
    )
    assert (data.documents, data.text_bytes) == (2, 4)
    assert data.text_tokens == sum(len(data.tokenizer.encode(text)) for text in ("äb", "c"))


def test_empty_documents_take_no_place(tmp_path: Path) -> None:
    folder = text_corpus(tmp_path / "c", ["", "river", ""])
    data = prepare_text(folder, replace(TEXT_RECIPE, held_out=0, canaries=None), SILENT)
    assert set(data.ledger["id"].to_pylist()) == {folder.ids()[1]}


def test_a_corpus_of_empty_documents_cannot_be_trained_on(tmp_path: Path) -> None:
    with pytest.raises(EmptyCorpus, match="none of the 2 training documents holds any text"):
        folder = text_corpus(tmp_path / "c", ["", ""])
        prepare_text(folder, replace(TEXT_RECIPE, held_out=0, canaries=CanaryPlan((0,), 1)), SILENT)
