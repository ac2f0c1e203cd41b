"""Replacing personal data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate import find_personal_data, redact
from headwater.curate.privacy import redact_spans

PIECES = st.sampled_from(
    [
        "max@mail.org",
        "jane@example.com",
        "+44 20 7946 0958",
        "tel",
        "phone: ",
        "030 1234567",
        "52.14.3.200",
        "8.8.8.8",
        "ip ",
        "4012888888881881",
        "GB29NWBK60161331926819",
        "AKIA" + "Q3EXUAL7JD2KWZ5M",
        "password=",
        "k3Jx9QmZ7vTq2LwP5s",
        "-----BEGIN PRIVATE KEY-----",
        "-----END PRIVATE KEY-----",
        "://u:",
        "hunter22",
        "@",
        ".",
        " ",
        "\n",
        "-",
        "[",
        "]",
        "version ",
        "212-736-5000",
        "ü",
        "日",
        "/",
        ":",
        "SSN ",
        "123-45-6789",
        "CPF ",
        "52998224725",
        "born ",
        "12 March 1985",
        "DOB: ",
        "1985-03-12",
        "12 Oak Street, ",
        "Springfield, IL 62704",
        "lives at ",
        "postgres://app:hunter2x@",
        "db.host.org",
        ";password=",
        "Server=db",
        "'",
        "1",
        "is",
    ]
)


def test_each_type_is_replaced_by_its_name() -> None:
    text = (
        "max@mail.org, +44 20 7946 0958, 52.14.3.200, 4012888888881881, GB29NWBK60161331926819, "
        + "AKIA"
        + "Q3EXUAL7JD2KWZ5M"
    )
    assert redact(text) == "[EMAIL], [PHONE], [IP-ADDRESS], [PAYMENT-CARD], [IBAN], [SECRET]"
    text = "123-45-6789; born 12 March 1985; 12 Oak Street, Springfield, IL 62704; ftp://app:hunter2x@host.net"
    assert redact(text) == "[NATIONAL-ID]; born [DATE-OF-BIRTH]; [POSTAL-ADDRESS]; ftp://[URL-CREDENTIALS]@host.net"


def test_text_without_personal_data_comes_back_unchanged() -> None:
    text = "Version 1.2.3.4 of 2024-01-02 costs 12,345,678.90 EUR; see @decorator and ISBN 978-0-306-40615-7."
    assert redact(text) == text
    assert redact("") == ""


def test_placeholders_are_replaced_unless_they_may_stay() -> None:
    assert redact("jane@example.com") == "[EMAIL]"
    assert redact_spans("jane@example.com max@mail.org", placeholders=False)[0] == "jane@example.com [EMAIL]"


@given(st.lists(PIECES, max_size=25).map("".join))
def test_redacting_twice_changes_nothing(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(st.text(max_size=200))
def test_redacting_any_text_twice_changes_nothing(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_nothing_is_left_to_find_in_redacted_text(text: str) -> None:
    assert find_personal_data([redact(text)]) == [()]


@given(st.lists(PIECES, max_size=25).map("".join))
def test_spans_rebuild_the_redacted_text_from_the_original(text: str) -> None:
    redacted, spans = redact_spans(text)
    pieces, position = [], 0
    for span in spans:
        pieces += [text[position : span.start], f"[{span.type.upper()}]"]
        position = span.end
    assert "".join([*pieces, text[position:]]) == redacted


@pytest.mark.parametrize("context", ["tel. ", "phone: "])
def test_a_placeholder_is_no_context_for_what_follows(context: str) -> None:
    assert redact(f"{context}030 1234567, 4567890") == f"{context}[PHONE], 4567890"


def test_a_least_confidence_lets_weaker_spans_stay() -> None:
    text = "a 123-45-6789 b max@mail.org"
    assert redact_spans(text, minimum_confidence=0.8)[0] == "a 123-45-6789 b [EMAIL]"
    assert redact_spans(text, minimum_confidence=0.6)[0] == "a [NATIONAL-ID] b [EMAIL]"
