"""The classifier gives the answers of the fastText library itself, text for text."""

import re
from collections import Counter
from pathlib import Path

import fasttext
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.core import InputError
from headwater.curate.filters import fasttext_classifier
from headwater.curate.filters.fasttext_classifier import Classifier, character_ngrams
from headwater.curate.filters.fasttext_file import label_tree, read_classifier
from headwater.curate.filters.language import model_path

LIBRARY = fasttext.load_model(str(model_path()))
OURS = Classifier(read_classifier(model_path()))
TEXTS = [
    "The river rises in the mountains and flows through three countries before it reaches the sea.",
    "Der Fluss entspringt in den Bergen und fließt durch drei Länder, bevor er das Meer erreicht.",
    "呢個係一個粵語嘅句子，我哋用嚟試吓個模型識唔識得分辨出嚟",
    "Река берёт начало в горах и течёт через три страны",
    "x",
    "",
    "__label__de The label in a text is no word of it",
    "</s> <s> < > <<>> a>b",
    "\U0001f600 \U00010400 ﷽ e\u0301",
    "def f(x): return x ** 2 # 12345",
]


def by_library(text: str) -> tuple[str, float]:
    (confidence, label), *_ = LIBRARY.f.predict(text + "\n", 1, 0.0, "strict")
    return label.removeprefix("__label__"), confidence


def check(texts: list[str]) -> None:
    labels, chances = OURS.predict(texts)
    for text, label, chance in zip(texts, labels, chances, strict=True):
        expected, confidence = by_library(text)
        assert chance == pytest.approx(confidence, abs=2e-6)
        assert OURS.labels[label] == expected or abs(chance - confidence) < 1e-6


def test_texts_of_many_scripts_get_the_labels_of_the_library() -> None:
    check(TEXTS)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60), min_size=1, max_size=5))
def test_any_text_gets_the_label_of_the_library(texts: list[str]) -> None:
    check([" ".join(text.split()) for text in texts])


def test_an_answer_does_not_depend_on_the_texts_beside_it_nor_on_those_before() -> None:
    fresh = Classifier(OURS.file)
    alone = [fresh.predict([text]) for text in reversed(TEXTS)]
    labels, chances = Classifier(OURS.file).predict(TEXTS)
    assert [int(label[0]) for label, _ in reversed(alone)] == labels.tolist()
    assert [chance[0] for _, chance in reversed(alone)] == chances.tolist()


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fasttext_classifier, "REMEMBERED", 5)
    fresh = Classifier(OURS.file)
    first = fresh.predict(TEXTS)
    again = fresh.predict(TEXTS[:1])
    assert len(fresh.numbers) < 25
    assert again[0][0] == first[0][0] and again[1][0] == first[1][0]


def test_no_texts_have_no_labels() -> None:
    labels, chances = OURS.predict([])
    assert labels.shape == chances.shape == (0,)


def fnv(piece: bytes) -> int:
    value = 2166136261
    for byte in piece:
        value = (value ^ (byte if byte < 128 else byte + 0xFFFFFF00)) * 16777619 % 2**32
    return value


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Z", "Cc"]), max_size=6), max_size=4))
def test_ngrams_are_those_of_each_character_within_its_word(words: list[str]) -> None:
    expected: Counter[tuple[int, int]] = Counter()
    for number, word in enumerate(words):
        marked = f"<{word}>" if word else ""
        for length in range(1, 4):
            for start in range(len(marked) - length + 1):
                if length > 1 or 0 < start < len(marked) - 1:
                    expected[number, fnv(marked[start : start + length].encode())] += 1
    found = character_ngrams([word.encode() for word in words], 1, 3)
    pairs = [pair for owners, hashes in found for pair in zip(owners.tolist(), hashes.tolist(), strict=True)]
    assert Counter(pairs) == expected


def test_the_tree_is_huffmans() -> None:
    children = label_tree([50, 20, 15, 10, 5])
    depths = np.zeros(9, int)
    for inner in range(3, -1, -1):
        depths[children[inner]] = depths[5 + inner] + 1
    assert depths[:5].tolist() == [1, 2, 3, 4, 4]


@pytest.mark.parametrize("size", [0, 7, 200, 400_000])
def test_a_damaged_file_is_one_sentence(tmp_path: Path, size: int) -> None:
    (tmp_path / "m.ftz").write_bytes(model_path().read_bytes()[:size])
    with pytest.raises(InputError, match=re.escape(str(tmp_path / "m.ftz"))):
        read_classifier(tmp_path / "m.ftz")
