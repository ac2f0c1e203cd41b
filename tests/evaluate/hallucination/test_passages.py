import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.evaluate.hallucination.passages import LONGEST, sentence_spans


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("It cost 3.50 in the U. S. then. Yes", ["It cost 3.50 in the U. S. then.", "Yes"]),
        ('He said "no." She left.', ['He said "no."', "She left."]),
        ("A title\n\nA line\nbroken in two.", ["A title", "A line\nbroken in two."]),
        ("No. It is No. 5 of ten.", ["No.", "It is No. 5 of ten."]),
        ("", []),
        (" \n\t ", []),
        ("Dr. Moss met Mr. J. Reed. They spoke.", ["Dr. Moss met Mr. J. Reed.", "They spoke."]),
    ],
)
def test_where_sentences_end(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@given(st.text(alphabet="aB. !?\n\"')", max_size=80))
def test_no_letter_is_lost_or_counted_twice(text: str) -> None:
    assert "".join("".join(cut(text)).split()) == "".join(text.split())


@pytest.mark.parametrize("text", ["x" * 10_000, "." * 10_000, "word " * 3_000])
def test_a_text_without_an_end_is_cut(text: str) -> None:
    assert max(map(len, cut(text))) <= LONGEST


@pytest.mark.parametrize("unit", [".", ".)", "\n ", "\n", " ", "A. "])
def test_hostile_runs_take_linear_time(unit: str) -> None:
    """A quadratic pattern takes minutes here; the ratio of four times the text is what is checked."""
    times = []
    for n in (50_000, 200_000):
        start = time.process_time()
        list(sentence_spans(unit * n + "x"))
        times.append(time.process_time() - start)
    assert times[1] < 12 * times[0] + 0.1
