"""E-mail addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate import find_personal_data


def found(text: str) -> list[tuple[str, bool]]:
    """The addresses found, and whether each can belong to somebody."""
    return [(text[span.start : span.end], span.valid) for span in find_personal_data([text], ["email"])[0]]


@pytest.mark.parametrize(
    "address",
    ["a@b.de", "first.last+tag@sub.domain.co.uk", "x_y-z%9@host-name.org", "info@müller.de", "q@xn--mller-kva.de"],
)
def test_an_address_is_found_whole(address: str) -> None:
    assert found(f"Write to <{address}>, please.") == [(address, True)]


@pytest.mark.parametrize("address", ["jane@example.com", "j@mail.example.org", "a@host.test", "x@y.invalid"])
def test_an_address_under_a_reserved_name_is_a_placeholder(address: str) -> None:
    assert found(f"mail {address} now") == [(address, False)]


@pytest.mark.parametrize(
    "text",
    [
        "@functools.wraps(f)",
        "root@localhost",
        "a@b",
        "icon@2x.png",
        "pip install x@1.2.3",
        "foo@bar..com",
        "a@-b.com",
        "user@host.123",
        "@scope/name@1.0.0",
        "a@" + "b" * 300 + ".com",
    ],
)
def test_what_only_looks_like_an_address_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_a_dot_that_ends_the_sentence_is_not_part_of_the_address() -> None:
    assert found("Mail me@host.org.") == [("me@host.org", True)]


def test_two_addresses_in_a_row_are_two() -> None:
    assert [address for address, _ in found("a1@b.org,c2@d.org")] == ["a1@b.org", "c2@d.org"]


NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12)


@given(NAMES, NAMES.filter(lambda name: name not in ("example",)), st.sampled_from(["com", "org", "io", "de"]))
def test_every_plain_address_is_found(local: str, domain: str, top: str) -> None:
    assert found(f"({local}@{domain}.{top})") == [(f"{local}@{domain}.{top}", True)]
