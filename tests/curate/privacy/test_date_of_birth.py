"""Dates of birth."""

import pytest

from headwater.curate import find_personal_data


def found(text: str) -> list[str]:
    """The dates found."""
    return [text[span.start : span.end] for span in find_personal_data([text], ["date-of-birth"])[0]]


@pytest.mark.parametrize(
    ("before", "date"),
    [
        ("DOB: ", "03/12/1985"),
        ("D.O.B. ", "12.03.85"),
        ("Date of birth - ", "1985-03-12"),
        ('"date_of_birth": "', "1985-03-12"),
        ("she was born on the ", "12th of March 1985"),
        ("( born ", "March 12 , 1985".replace(" ,", ",")),
        ("geboren am ", "12. März 1985"),
        ("Geburtsdatum: ", "12.3.1985"),
        ("né le ", "12 août 1985"),
        ("née le ", "12 février 1985"),
        ("nacido el ", "12 de agosto de 1985"),
        ("nato il ", "12 dicembre 1985"),
    ],
)
def test_a_full_date_after_a_word_of_birth_is_found(before: str, date: str) -> None:
    assert found(f"{before}{date}; then") == [date]


@pytest.mark.parametrize(
    "text",
    [
        "on 12 March 1985",
        "born in 1985",
        "born on 12 March 1785",
        "DOB: 31/31/1985",
        "born 30 February 1985",
        "stubborn 12 March 1985",
        "born in Leeds, he moved on 12 March 1985",
        "birthday party",
        "DOB: 1985-03-12345",
    ],
)
def test_other_dates_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_a_label_is_surer_than_a_verb() -> None:
    spans = find_personal_data(["DOB 1985-03-12", "born 1985-03-12"], ["date-of-birth"])
    assert [one.confidence for (one,) in spans] == [1.0, 0.8]
