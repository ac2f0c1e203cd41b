"""Credentials in URLs."""

import pytest

from headwater.curate import find_personal_data, redact


def found(text: str) -> list[tuple[str, bool]]:
    """The credentials found, and whether each can be real."""
    return [(text[span.start : span.end], span.valid) for span in find_personal_data([text], ["url-credentials"])[0]]


@pytest.mark.parametrize("scheme", ["https", "postgres", "mongodb+srv", "redis", "amqp", "jdbc:mysql"])
def test_user_and_password_are_found_in_any_scheme(scheme: str) -> None:
    assert found(f"{scheme}://app:hunter2x@db.host.org/x") == [("app:hunter2x", True)]


def test_a_password_without_a_user_is_found() -> None:
    assert found("redis://:hunter2x@cache.net") == [(":hunter2x", True)]


@pytest.mark.parametrize("password", ["password", "changeme1", "your-password", "****"])
def test_placeholders_are_told_apart(password: str) -> None:
    assert [valid for _, valid in found(f"https://user:{password}@host.org")] == [False]


@pytest.mark.parametrize(
    "text",
    ["https://host.org:8080/a@b", "ssh://git@host.org", "https://${USER}:${PASSWORD}@host.org", "http://a.org/b:c"],
)
def test_ports_users_and_templates_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_the_rest_of_the_address_stays() -> None:
    assert redact("redis://app:hunter2x@cache.net:6379") == "redis://[URL-CREDENTIALS]@cache.net:6379"
