from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.sources.lines import read_lines

CHUNKS = st.lists(st.binary(max_size=30).map(lambda part: part.replace(b"\xef", b"a")), max_size=10)


@given(CHUNKS)
def test_lines_do_not_depend_on_how_the_stream_is_cut(chunks: list[bytes]) -> None:
    assert list(read_lines(chunks)) == list(read_lines([b"".join(chunks)]))


@given(CHUNKS)
def test_lines_are_those_of_the_text(chunks: list[bytes]) -> None:
    text = b"".join(chunks)
    expected = text.split(b"\n")[: -1 if text.endswith(b"\n") or not text else None]
    assert [line.content for line in read_lines(chunks)] == [line.removesuffix(b"\r") for line in expected]


def test_line_over_the_limit_keeps_its_true_size_and_no_more_than_the_limit() -> None:
    first, second = read_lines([b"x" * 600, b"x" * 424 + b"\n", b"ok"], limit=100)
    assert (len(first.content), first.size, first.whole) == (100, 1024, False)
    assert (second.number, second.content, second.whole) == (2, b"ok", True)


def test_line_of_exactly_the_limit_is_whole() -> None:
    assert all(line.whole for line in read_lines([b"x" * 100 + b"\r\n" + b"y" * 100], limit=100))


def test_byte_order_mark_is_dropped() -> None:
    assert [line.content for line in read_lines([b"\xef\xbb\xbfa\n\xef\xbb\xbfb"])] == [b"a", b"\xef\xbb\xbfb"]
