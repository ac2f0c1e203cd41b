import pytest

from headwater.evaluate.facts import dates


@pytest.mark.parametrize(
    "spelling",
    [
        "2024-03-05", "5 March 2024", "March 5, 2024", "March 5th, 2024", "5th of March 2024", "5 Mar. 2024",
        "2024/03/05", "5 march 2024",
    ],
)  # fmt: skip
def test_formats_of_one_day_are_equal(spelling: str) -> None:
    (found,) = dates(f"It was on {spelling}.")
    assert found.readings == ((2024, 3, 5),)


def test_a_date_of_two_readings_is_supported_by_either() -> None:
    (both,) = dates("03/04/2024")
    assert both.readings == ((2024, 3, 4), (2024, 4, 3))
    for text, holds in (("4 March 2024", True), ("3 April 2024", True), ("3 May 2024", False)):
        assert both.supported_by(dates(text)[0]) is holds


def test_the_source_has_to_say_as_much() -> None:
    (day,), (month,), (loose,) = dates("5 March 2024"), dates("March 2024"), dates("5 March")
    assert month.supported_by(day) and loose.supported_by(day)
    assert not day.supported_by(month) and not day.supported_by(loose)


@pytest.mark.parametrize("text", ["he may 40 times", "31/31/2024", "1.2.3", "March on", "version 2024-13-01"])
def test_what_is_no_date(text: str) -> None:
    assert dates(text) == []


def test_many_dates_take_linear_time() -> None:
    assert len(dates("5 May 2020 " * 20_000)) == 20_000
