"""Cutting spans out of a text."""

from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.duplicates.text_spans import cut_out, merged

SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)).map(lambda pair: (pair[0], pair[0] + pair[1])))


@given(SPANS)
def test_merged_spans_cover_the_same_characters_and_do_not_touch(spans: list[tuple[int, int]]) -> None:
    found = merged(spans)
    assert {place for start, end in found for place in range(start, end)} == {
        place for start, end in spans for place in range(start, end)
    }
    assert all(first[1] < second[0] for first, second in zip(found, found[1:], strict=False))


@given(SPANS)
def test_what_is_cut_out_and_what_is_left_make_up_the_text(spans: list[tuple[int, int]]) -> None:
    text = "".join(chr(97 + place % 26) for place in range(41))
    parts = merged(spans)
    assert "".join(cut_out(text, parts)) == "".join(
        character for place, character in enumerate(text) if not any(start <= place < end for start, end in parts)
    )
    assert len(cut_out(text, parts)) == len(parts) + 1
