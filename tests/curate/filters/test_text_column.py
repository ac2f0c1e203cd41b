import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import record_batch, text_record
from headwater.curate.filters.text_column import folded_lines, per_document, slices, text_bytes, text_column

TEXTS = st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=6)


def column(texts: list[str | None]) -> pa.Array:
    return pa.array(texts, pa.large_string())


@given(TEXTS)
def test_the_bytes_of_each_text_stand_between_its_offsets(texts: list[str]) -> None:
    content, offsets = text_bytes(column(["before", *texts]).slice(1))
    pieces = [content[start:end].tobytes() for start, end in zip(offsets[:-1], offsets[1:], strict=True)]
    assert [piece.decode() for piece in pieces] == texts


@given(TEXTS)
def test_folding_keeps_one_byte_a_character_and_its_class(texts: list[str]) -> None:
    content, offsets = folded_lines(column(list(texts)))
    for text, start, end in zip(texts, offsets[:-1], offsets[1:], strict=True):
        folded = content[start : end - 1].tobytes().decode("ascii")
        assert len(folded) == len(text)
        assert content[end - 1] == ord("\n")
        assert [character.isalpha() for character in folded] == [character.isalpha() for character in text]


def test_slices_are_the_whole_in_order() -> None:
    texts = column(["x" * 300_000, "", "y" * 900_000, "z"] * 3)
    parts = list(slices(texts))
    assert len(parts) > 3
    assert pa.concat_arrays([part for _, part in parts]).equals(texts)
    assert [first for first, _ in parts] == np.cumsum([0, *(len(part) for _, part in parts)])[:-1].tolist()


def test_flags_are_counted_for_each_document() -> None:
    assert per_document(np.array([1, 0, 1, 1]), np.array([0, 2, 2, 4])).tolist() == [1, 0, 2]


def test_a_missing_text_is_empty() -> None:
    row = text_record("x", "a", "b") | {"text": None}
    assert text_column(record_batch([row]), "step").to_pylist() == [""]
