from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import (
    IMAGE_SCHEMA,
    SILENT,
    TEXT_SCHEMA,
    Corpus,
    CorpusWriter,
    document_id,
    record_batch,
    text_record,
)
from headwater.curate import Decision, exact_duplicates


def corpus_of(folder: Path, texts: Sequence[str]) -> Corpus:
    rows = [text_record(text, f"t:{line}", "t") for line, text in enumerate(texts)]
    with CorpusWriter(folder) as writer:
        writer.write(record_batch(rows, TEXT_SCHEMA))
    return Corpus(folder)


def judged(corpus: Corpus, **options: Any) -> tuple[list[str], list[Decision]]:
    return corpus.ids(), list(exact_duplicates(**options).judge_corpus(corpus, SILENT).decisions)


def test_the_first_of_equal_documents_stays(tmp_path: Path) -> None:
    ids, decisions = judged(corpus_of(tmp_path, ["a", "b", "a", "c", "a"]))
    assert [(decision.id, decision.duplicate_of) for decision in decisions] == [(ids[2], ids[0]), (ids[4], ids[0])]
    assert {(decision.rule, decision.measured, decision.limit) for decision in decisions} == {("exact-copy", 3, 1)}


@pytest.mark.parametrize(
    ("texts", "options", "copies"),
    [
        (["a  b\n", "a b"], {}, 1),
        (["a  b", "a b"], {"ignore_white_space": False}, 0),
        (["Ab", "aB"], {}, 0),
        (["Ab", "aB"], {"ignore_case": True}, 1),
        (["café", "cafe\u0301"], {}, 1),
        (["ab", "a b"], {}, 0),
        (["", "  "], {}, 1),
    ],
)
def test_what_counts_as_equal(tmp_path: Path, texts: list[str], options: dict[str, bool], copies: int) -> None:
    assert len(judged(corpus_of(tmp_path, texts), **options)[1]) == copies


def test_the_document_that_stays_says_how_many_there_were(tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path, ["a", "b", "a"])
    (annotation,) = exact_duplicates().judge_corpus(corpus, SILENT).annotations
    assert (annotation.id, annotation.label, annotation.score) == (corpus.ids()[0], "exact-duplicate-cluster", 2)


def test_images_are_equal_by_pixels_and_size(tmp_path: Path) -> None:
    pixels = bytes(range(6))
    sizes = [(2, 3, 1), (2, 3, 1), (3, 2, 1)]
    rows = [
        {"id": document_id(pixels, str(place)), "image": pixels, "height": height, "width": width, "channels": depth}
        for place, (height, width, depth) in enumerate(sizes)
    ]
    with CorpusWriter(tmp_path, IMAGE_SCHEMA) as writer:
        writer.write(record_batch(rows, IMAGE_SCHEMA))
    ids, decisions = judged(Corpus(tmp_path))
    assert [decision.id for decision in decisions] == [ids[1]]


@given(st.lists(st.sampled_from(["a", "b", " a ", "c", "d d", "d  d"]), min_size=1, max_size=12))
def test_every_content_stays_exactly_once(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    ids, decisions = judged(corpus_of(tmp_path_factory.mktemp("corpus"), texts))
    removed = {decision.id for decision in decisions}
    kept = [text for name, text in zip(ids, texts, strict=True) if name not in removed]
    folded = [" ".join(text.split()) for text in kept]
    assert sorted(folded) == sorted({" ".join(text.split()) for text in texts})
