"""Internet addresses."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate import find_personal_data


def found(text: str) -> list[tuple[str, bool]]:
    """The addresses found, and whether each can belong to somebody."""
    return [(text[span.start : span.end], span.valid) for span in find_personal_data([text], ["ip-address"])[0]]


@pytest.mark.parametrize(
    "address", ["52.14.3.200", "193.99.144.80", "2a00:1450:4001:82a::200e", "2001:4860:4860::8888"]
)
def test_a_routable_address_is_found(address: str) -> None:
    assert found(f"login from {address}, refused") == [(address, True)]


@pytest.mark.parametrize("address", ["192.0.2.7", "203.0.113.99", "2001:db8::1:2:3"])
def test_an_address_for_documentation_is_a_placeholder(address: str) -> None:
    assert found(f"host {address}") == [(address, False)]


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "192.168.0.17", "0.0.0.0", "255.255.255.255", "224.0.0.251", "169.254.1.1"]
)
def test_an_address_that_stands_for_nobodys_machine_is_left_alone(address: str) -> None:
    assert found(f"host {address}") == []


@pytest.mark.parametrize(
    "text",
    [
        "version 52.14.3.200",
        "numpy==52.14.3.200",
        "v52.14.3.200",
        "section 3.1.2.4",
        "52.14.3.200.1",
        "52.14.3.200-rc1",
        "256.14.3.200",
        "52.14.3",
        "12:30:45",
        "a[2000::5]",
        "52.14.3.007",
        "lib-52.14.3.200",
    ],
)
def test_versions_and_times_are_no_addresses(text: str) -> None:
    assert found(text) == []


def test_four_small_numbers_need_a_word_of_networks() -> None:
    assert found("see 8.8.4.4 below") == []
    assert found("the server 8.8.4.4 below") == [("8.8.4.4", True)]


@given(st.ip_addresses(v=4))
def test_no_address_is_reported_that_the_standard_library_calls_private(address: ipaddress.IPv4Address) -> None:
    reported = found(f"host {address} up")
    assert bool(reported and reported[0][1]) == (
        address.is_global and not address.is_multicast and not address.is_reserved
    )


@pytest.mark.parametrize("before", ["<unk> ", "<b>", "</td> ", '<a href="x">', "Arthur V. ", "> <br/> "])
def test_a_tag_or_an_initial_before_an_address_makes_no_version_of_it(before: str) -> None:
    assert found(f"{before}141.211.71.158 was placed") == [("141.211.71.158", True)]


@pytest.mark.parametrize("before", ["version ", "v", "V", "v. ", "package>", "numpy >= ", "foo<", "rev. "])
def test_words_and_signs_of_versions_still_count(before: str) -> None:
    assert found(f"{before}141.211.71.158 was placed") == []
