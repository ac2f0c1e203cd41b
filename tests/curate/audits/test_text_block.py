import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.audits.text_block import SENTENCE_BYTES, TextBlock

TEXTS = st.lists(st.text(max_size=40), max_size=8)


@given(TEXTS)
def test_every_text_stands_between_its_starts(texts: list[str]) -> None:
    block = TextBlock.of(texts)
    pieces = [block.data[a : b - 1] for a, b in zip(block.starts[:-1], block.starts[1:], strict=True)]
    assert pieces == [text.encode() for text in texts]


@given(TEXTS)
def test_words_equal_a_regular_expression(texts: list[str]) -> None:
    word = re.compile(rb"[A-Za-z0-9'\x80-\xff]+")
    assert TextBlock.of(texts).words().tolist() == [len(word.findall(text.encode())) for text in texts]


def test_missing_and_empty_texts_have_no_word() -> None:
    assert TextBlock.of([None, "", "two words"]).words().tolist() == [0, 0, 2]


def test_no_text_gives_no_row() -> None:
    assert TextBlock.of([]).words().tolist() == []


def test_a_lone_surrogate_keeps_character_offsets() -> None:
    assert TextBlock.of(["a\ud800b"]).data == b"a?b\0"


def test_sentences_begin_after_stops_blank_lines_and_texts() -> None:
    block = TextBlock.of(["One. Two! Three\n\nFour v1.2 still", "Five"])
    begins = block.sentences()
    pieces = [block.data[a:b].strip(b"\0 \n") for a, b in zip(begins, [*begins[1:], None], strict=True)]
    assert pieces == [b"One.", b"Two!", b"Three", b"Four v1.2 still", b"Five"]


def test_a_text_without_a_stop_is_cut_into_windows() -> None:
    begins = TextBlock.of(["x" * (2 * SENTENCE_BYTES + 1)]).sentences()
    assert begins.tolist() == [0, SENTENCE_BYTES, 2 * SENTENCE_BYTES]


@given(TEXTS)
def test_no_sentence_crosses_a_document(texts: list[str]) -> None:
    block = TextBlock.of(texts)
    begins = block.sentences()
    assert (np.diff(begins) > 0).all()
    for start, end, words in zip(block.starts[:-1], block.starts[1:], block.words(), strict=True):
        inside = begins[(begins >= start) & (begins < end)]
        assert len(inside) <= words and bool(len(inside)) == bool(words)
