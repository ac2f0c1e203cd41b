import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.filters.text_types import TYPES, text_types

PROSE = "It was a bright day, and the clocks of the town struck one.\nNobody heard them; the market was over.\n" * 3
CODE = (
    "import os\n\ndef first(path):\n    with open(path) as file:\n        return file.readline()\n\nprint(first('a'))\n"
)
DOCS = "Usage\n-----\n\nCall ``read_rows(path)`` with a file.\n\n- ``--quiet`` says nothing\n:param path: the file\n"


def kind(text: str) -> str:
    return TYPES[int(text_types(pa.array([text], pa.large_string()))[0])]


@pytest.mark.parametrize(("text", "expected"), [(PROSE, "prose"), (CODE, "code"), (DOCS, "technical"), ("", "prose")])
def test_each_type_is_told(text: str, expected: str) -> None:
    assert kind(text) == expected


def test_c_is_code_too() -> None:
    assert kind('#include <stdio.h>\nint main(void) {\n  printf("x");\n  return 0;\n}\n') == "code"


@given(st.lists(st.text(max_size=50), min_size=1, max_size=5))
def test_a_text_has_its_type_whatever_stands_beside_it(texts: list[str]) -> None:
    found = text_types(pa.array(texts, pa.large_string()))
    assert [TYPES[int(place)] for place in found] == [kind(text) for text in texts]
