import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.filters.text_lines import join_lines, split_lines, totals

TEXTS = st.lists(st.text(alphabet="ab \n\u00e9\u4e2d\u2028", max_size=30), min_size=1, max_size=8)


@given(TEXTS)
def test_lines_joined_again_are_the_texts(texts: list[str]) -> None:
    lines = split_lines(pa.array(texts, pa.large_string()))
    assert join_lines(lines.lines, lines.borders).to_pylist() == texts


@given(TEXTS)
def test_spans_cut_the_lines_out_of_their_texts(texts: list[str]) -> None:
    lines = split_lines(pa.array(texts, pa.large_string()))
    spans = zip(lines.document.tolist(), *(edge.tolist() for edge in lines.spans()), strict=True)
    assert [texts[row][start:end] for row, start, end in spans] == lines.lines.to_pylist()


def test_a_slice_of_an_array_is_split_like_a_copy_of_it() -> None:
    whole = pa.array(["a\nb", "c", "d\n\ne"], pa.large_string())
    lines = split_lines(whole.slice(1))
    assert lines.lines.to_pylist() == ["c", "d", "", "e"]
    assert lines.borders.tolist() == [0, 1, 4]
    assert totals(np.array([1, 2, 3, 4]), lines.borders).tolist() == [1.0, 9.0]
