import pytest

from headwater.reports.links import safe_url

from .fixtures import HOSTILE


@pytest.mark.parametrize("address", ["https://numpy.org", "http://example.org/a?b=c#d"])
def test_a_plain_web_address_may_be_a_link(address: str) -> None:
    assert safe_url(address) == address


@pytest.mark.parametrize(
    "address",
    [
        *HOSTILE, "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://example.org", "//example.org",
        "https://", "https://user:secret@example.org", "https://a b", "https://exa\u202emple.org", " https://example.org",
        'https://example.org/" onclick="x', "https://[::1", "https://example.org/" + "a" * 3_000,
    ],
)  # fmt: skip
def test_anything_else_stays_text(address: str) -> None:
    assert safe_url(address) == ""
