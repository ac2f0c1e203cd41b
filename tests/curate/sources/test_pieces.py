from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.sources.lines import read_lines
from headwater.curate.sources.pieces import Piece, pack

LINES = st.lists(st.text("ab é", max_size=30), max_size=30)


def packed(lines: list[str], characters: int) -> list[Piece]:
    pieces = []
    for line in read_lines(["\n".join(lines).encode()]):
        pieces.append(Piece(line.number))
        pieces[-1].add(line, 1000)
    return list(pack(pieces, characters, "utf-8"))


def texts(pieces: list[Piece]) -> list[str]:
    return [b"".join(piece.content).decode() for piece in pieces]


@given(LINES, st.integers(1, 50))
def test_no_piece_is_longer_than_asked(lines: list[str], characters: int) -> None:
    assert all(len(text) <= characters for text in texts(packed(lines, characters)))


@given(LINES, st.integers(1, 50))
def test_no_letter_is_lost_or_moved(lines: list[str], characters: int) -> None:
    together = "".join(texts(packed(lines, characters)))
    assert "".join(together.split()) == "".join("".join(lines).split())


def test_piece_ends_at_the_last_blank_line_that_fits() -> None:
    assert texts(packed(["aa", "", "bb", "", "cc", "dd"], 10)) == ["aa\n\nbb", "\ncc\ndd"]


def test_piece_without_blank_line_ends_at_a_line_end() -> None:
    assert texts(packed(["aaaa", "bbbb", "cccc"], 10)) == ["aaaa\nbbbb", "cccc"]


def test_line_longer_than_a_piece_is_cut_at_a_space() -> None:
    assert texts(packed(["aaaa bbbb cccc"], 9)) == ["aaaa bbbb", "cccc"]


def test_word_longer_than_a_piece_is_cut_hard() -> None:
    assert texts(packed(["aaaaaaaaaa"], 4)) == ["aaaa", "aaaa", "aa"]


def test_piece_is_numbered_by_its_first_line_with_text() -> None:
    assert [piece.number for piece in packed(["aaaa", "", "", "bbbb"], 6)] == [1, 4]
