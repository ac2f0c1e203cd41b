"""The filter ``semantic-duplicates``."""

import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, pre_tokenizers

from headwater.core import SILENT, ConfigError, Corpus, CorpusWriter, InputError, UsageError, record_batch, text_record
from headwater.curate import Judgement, build_steps, curate, semantic_duplicates, source_from
from headwater.curate.duplicates.semantic_duplicates import similar_pairs

RIVER = "the river rises in the northern mountains and flows slowly through the old town to the sea"


def others(count: int) -> list[str]:
    rng = random.Random(0)
    return [" ".join(rng.choices([f"w{n}" for n in range(400)], k=30)) for _ in range(count)]


def judge(folder: Path, texts: list[str], **options: Any) -> tuple[Any, Judgement, list[str]]:
    with CorpusWriter(folder) as writer:
        writer.write(record_batch([text_record(text, f"t:{number}", "t") for number, text in enumerate(texts)]))
    corpus = Corpus(folder)
    step = semantic_duplicates(**options)
    return step, step.judge_corpus(corpus, SILENT), corpus.ids()


def test_texts_of_the_same_words_are_annotated_on_both_sides_and_nothing_is_removed(tmp_path: Path) -> None:
    texts = [*others(40), RIVER, f"indeed {RIVER}"]
    _, judgement, ids = judge(tmp_path, texts)
    assert (judgement.decisions, judgement.edits) == ((), {})
    assert [(note.id, note.label) for note in judgement.annotations] == [
        (ids[40], f"semantic-duplicate-of:{ids[41]}"),
        (ids[41], f"semantic-duplicate-of:{ids[40]}"),
    ]
    assert all(note.score >= 0.9 for note in judgement.annotations)


@given(st.integers(0, 50), st.integers(1, 40), st.floats(0.3, 0.95))
def test_pairs_are_those_of_a_plain_comparison(seed: int, count: int, threshold: float) -> None:
    vectors = np.random.default_rng(seed).normal(size=(count, 3)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = np.round(vectors.astype(float) @ vectors.astype(float).T, 4)
    expected = set()
    for first in range(count):
        near = [second for second in range(first + 1, count) if cosines[first, second] >= threshold]
        near.sort(key=lambda second: (-cosines[first, second], second))
        expected |= {(first, second) for second in near[:5]}
    assert {pair[:2] for pair in similar_pairs(vectors, threshold)} == expected


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.random.default_rng(1).normal(size=(200, 2)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    expected = list(similar_pairs(vectors, 0.99))
    monkeypatch.setattr(sys.modules[similar_pairs.__module__], "BLOCK", 7)
    assert list(similar_pairs(vectors, 0.99)) == expected != []


def test_a_callable_of_the_user_is_used(tmp_path: Path) -> None:
    def embedder(texts: Sequence[str]) -> list[list[float]]:
        return [[1.0, float(len(text) > 5)] for text in texts]

    _, judgement, ids = judge(tmp_path, ["short", "a longer one", "a third, longer"], embedder=embedder)
    assert {note.id for note in judgement.annotations} == {ids[1], ids[2]}


@pytest.mark.parametrize("result", [[[1.0]], [1.0, 2.0], [[1.0], [float("nan")]]])
def test_a_callable_that_returns_something_else_is_told(tmp_path: Path, result: Any) -> None:
    with pytest.raises(UsageError, match="must return finite numbers of shape"):
        judge(tmp_path, ["a", "b"], embedder=lambda texts: result)


def model_in(folder: Path, vectors: int = 4) -> str:
    """Static vectors of four words."""
    folder.mkdir()
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "river": 1, "stream": 2, "engine": 3}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()  # type: ignore[assignment]
    tokenizer.save(str(folder / "tokenizer.json"))
    rows = np.array([[0.1, 0.1], [1.0, 0.0], [0.95, 0.1], [0.0, 1.0]], np.float32)
    save_file({"embeddings": rows[:vectors]}, folder / "model.safetensors")
    return str(folder)


def test_static_vectors_from_a_folder_find_words_that_mean_the_same(tmp_path: Path) -> None:
    texts = ["river river", "stream", "engine", ""]
    options = {"embedder": "sentence-embedding", "model": model_in(tmp_path / "model")}
    _, judgement, ids = judge(tmp_path / "c", texts, **options)
    assert {note.id for note in judgement.annotations} == {ids[0], ids[1]}


def test_a_model_that_is_missing_or_does_not_fit_is_one_sentence(tmp_path: Path) -> None:
    options: dict[str, Any] = {"embedder": "sentence-embedding"}
    with pytest.raises(InputError, match="tokenizer.json: no such file"):
        judge(tmp_path / "a", ["x", "y"], model=str(tmp_path / "none"), **options)
    with pytest.raises(InputError, match="2 vectors for 4 tokens"):
        judge(tmp_path / "b", ["x", "y"], model=model_in(tmp_path / "small", 2), **options)
    folder = Path(model_in(tmp_path / "broken"))
    (folder / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(InputError, match="not a readable model"):
        judge(tmp_path / "d", ["x", "y"], model=str(folder), **options)


def test_only_so_many_documents_are_compared_and_the_report_says_so(tmp_path: Path) -> None:
    step, judgement, _ = judge(tmp_path, [RIVER] * 30, maximum_documents=10)
    assert (judgement.tallies["compared"], judgement.tallies["documents"]) == (10, 10)
    (table,) = step.exhibits(judgement.tallies, 30)
    assert "among 10 of 30 documents. Nothing was removed." in table.note
    assert len(table.rows) == 20
    (finding,) = step.findings(judgement.tallies, 30)
    assert (finding.code, finding.severity, "37 %" in finding.meaning) == ("HW-C056", "info", True)
    assert step.findings({"pairs": 0}, 30) == ()


@pytest.mark.parametrize("texts", [[], ["one"], ["", ""], ["...", "!"]])
def test_hardly_any_text_has_no_pairs(tmp_path: Path, texts: list[str]) -> None:
    assert judge(tmp_path, texts)[1].annotations == ()


def test_a_run_keeps_every_document(tmp_path: Path) -> None:
    texts = [*others(10), RIVER, RIVER]
    report = curate(source_from(texts), build_steps([("semantic-duplicates", {})]), tmp_path)
    assert len(Corpus(tmp_path / "corpus")) == 12
    assert "HW-C056" in {finding.code for finding in report.findings}


@pytest.mark.parametrize(
    "options",
    [
        {"threshold": 0.0},
        {"maximum_documents": 1},
        {"embedder": "bert"},
        {"embedder": "sentence-embedding"},
        {"model": "folder"},
    ],
)
def test_impossible_options_are_named(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="semantic-duplicates"):
        build_steps([("semantic-duplicates", options)])
