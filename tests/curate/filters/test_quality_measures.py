import re

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.filters.quality_measures import MEASURES, STOP_WORDS, quality_measures

BULLETS = "-*\u2022\u2023\u25aa\u25ab\u25cf\u25cb\u25e6\u2043\u2219\u00b7"


def plain(text: str) -> dict[str, float]:
    """The definition, text by text, in plain Python."""
    words, lines = text.split(), [line.strip() for line in text.split("\n") if line.strip()]
    ellipses = len(re.findall(r"\.{3,}|\u2026", text))
    divisor = max(len(words), 1)
    tokens = set(re.findall(r"[a-z0-9_]+", "".join(c.lower() if c.isascii() else _class(c) for c in text)))
    return {
        "words": len(words),
        "word-length": sum(map(len, words)) / divisor,
        "symbols": max(text.count("#"), ellipses) / divisor,
        "bullet-lines": sum(line[0] in BULLETS for line in lines) / max(len(lines), 1),
        "ellipsis-lines": sum(line.endswith(("...", "\u2026")) for line in lines) / max(len(lines), 1),
        "alphabetic-words": sum(any(map(str.isalpha, word)) for word in words) / divisor,
        "stop-words": len(tokens & set(STOP_WORDS)),
    }


def _class(character: str) -> str:
    return "a" if character.isalpha() else " "


def measured(*texts: str) -> list[dict[str, float]]:
    found = quality_measures(pa.array(texts, pa.large_string()))
    return [dict(zip(MEASURES, row.tolist(), strict=True)) for row in found]


@pytest.mark.parametrize(
    ("text", "measure", "value"),
    [
        ("one two  three\nfour", "words", 4),
        ("one three", "word-length", 4),
        ("über Ärger", "word-length", 4.5),
        ("# a # b", "symbols", 0.5),
        ("so... and so… on", "symbols", 0.5),
        ("wait......", "symbols", 1),
        ("- a\n* b\n\u2022 c\nd\n\n", "bullet-lines", 0.75),
        ("on...\nand on \u2026 \nend.", "ellipsis-lines", 2 / 3),
        ("a1 22 ... b", "alphabetic-words", 0.5),
        ("日本 語 123", "alphabetic-words", 2 / 3),
        ("The cat AND the dog, to be!", "stop-words", 4),
        ("theme band", "stop-words", 0),
        ("x_the the_x the2", "stop-words", 0),
    ],
)
def test_a_measure_is_what_it_says(text: str, measure: str, value: float) -> None:
    assert measured(text)[0][measure] == pytest.approx(value)


def test_a_document_ends_where_it_ends() -> None:
    assert measured("on..", ".the", "- a", "")[1] == measured(".the")[0]


CHARACTERS = st.sampled_from([*"ab the#.-* \n\n12_", "é", "\u2026", "\u2022", "—", "日", "\u00a0"])


@given(st.lists(st.lists(CHARACTERS, max_size=40).map("".join), max_size=4))
def test_the_measures_are_those_of_the_definition(texts: list[str]) -> None:
    for found, text in zip(measured(*texts), texts, strict=True):
        assert found == pytest.approx(plain(text))
