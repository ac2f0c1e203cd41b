"""Payment cards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate import find_personal_data
from headwater.curate.privacy.payment_card import luhn


def found(text: str) -> list[str]:
    """The numbers found."""
    return [text[span.start : span.end] for span in find_personal_data([text], ["payment-card"])[0]]


@pytest.mark.parametrize(
    "number",
    [
        "4012888888881881",
        "4012 8888 8888 1881",
        "4012-8888-8888-1881",
        "378282246310005",
        "3782 822463 10005",
        "5555555555554444",
        "6011111111111117",
        "30569309025904",
        "3530111333300000",
    ],
)
def test_the_published_test_numbers_of_the_schemes_are_found(number: str) -> None:
    assert found(f"charged to {number} today") == [number]


@given(st.from_regex(r"4[0-9]{14}", fullmatch=True))
def test_of_ten_last_digits_exactly_one_is_accepted(payload: str) -> None:
    assert sum(bool(found(f"card {payload}{digit}.")) for digit in range(10)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "9012888888881881",
        "0.4012888888881881",
        "40128888888818810000",
        "x4012888888881881",
        "4012 8888-8888 1881",
        "4012 8888 8888 1882",
        "4012888888881881.5",
        "4000000000000000",
    ],
)
def test_other_long_numbers_are_left_alone(text: str) -> None:
    assert found(text) == []


@given(st.text("0123456789", min_size=2, max_size=30))
def test_luhn_agrees_with_the_sum_of_the_standard(digits: str) -> None:
    total = sum(int(d) if i % 2 == 0 else sum(map(int, str(2 * int(d)))) for i, d in enumerate(digits[::-1]))
    assert luhn(digits.encode()) == (total % 10 == 0)
