import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.evaluate.hallucination.names import LONGEST, identifier_kind, names


def found(text: str) -> list[str]:
    return [name.text for name in names(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Call np.linalg.solve here.", ["np.linalg.solve"]),
        ("the read_csv function", ["read_csv"]),
        ("a DataFrame of rows", ["DataFrame"]),
        ("with MAX_SIZE set", ["MAX_SIZE"]),
        ("so Ada Lovelace wrote it", ["Ada Lovelace"]),
        ("met Ada King Lovelace, then left", ["Ada King Lovelace"]),
        ("a plain sentence, e.g. this one.", []),
        ("At the beginning. The End of it", []),
        ("the end.Then more", []),
        ("version 1.2.3 of 2024", []),
        ("__x and _ and ___ too", []),
    ],
)
def test_names_are_told_from_words(text: str, expected: list[str]) -> None:
    assert found(f"so {text} and so on") == expected


@pytest.mark.parametrize(
    "text", ["read_csv is cut off", "it ends in np.dot", "it ends in np.dot.", "it ends in np.dot \n"]
)
def test_names_at_the_edge_are_left_out(text: str) -> None:
    assert found(text) == []


def test_a_name_is_too_long_for_its_own_good() -> None:
    assert identifier_kind("a_" + "b" * LONGEST) is None


@given(st.text(max_size=60))
def test_offsets_point_at_the_name(text: str) -> None:
    for name in names(text):
        assert text[name.start : name.end] == name.text and 0 < name.start < name.end < len(text)
