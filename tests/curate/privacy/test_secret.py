"""Credentials. The keys are put together here, so that no scanner takes this file for a leak."""

import base64
import json

import pytest

from headwater.curate import find_personal_data
from headwater.curate.privacy.secret import entropy

BODY = "k3Jx9QmZ7vTq2LwP5sRd8NfYbHc4GaUe6TiV1oXy0Kjh"


def found(text: str) -> list[tuple[str, bool]]:
    """The secrets found, and whether each can be real."""
    return [(text[span.start : span.end], span.valid) for span in find_personal_data([text], ["secret"])[0]]


def web_token() -> str:
    """A token with a header that names its algorithm."""
    parts = [{"alg": "HS256"}, {"sub": "1234567890"}]
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, BODY])


KEYS = [
    "AKIA" + "Q3EXUAL7JD2KWZ5M",
    "gh" + "p_" + BODY[:36],
    "xox" + "b-123456789012-" + BODY[:24],
    "AI" + "za" + BODY[:35],
    "sk" + "-" + BODY,
    "sk" + "-proj-" + BODY,
    "glpat" + "-" + BODY[:20],
    "hf" + "_" + BODY[:34],
    web_token(),
    "GOC" + "SPX-" + BODY[:28],
    "ya" + "29." + BODY,
    "abc" + "8Q~" + BODY[:32],
    "gl" + "rt-" + BODY[:20],
    "xap" + "p-1-" + BODY[:30],
    "sk_" + "live_" + BODY[:24],
    "wh" + "sec_" + BODY[:32],
    "sk-" + "ant-api03-" + BODY,
    "gs" + "k_" + BODY,
    "r8" + "_" + BODY[:37],
    "np" + "m_" + BODY[:36],
    "pyp" + "i-AgEIcHlwaS5vcmc" + BODY,
    "dckr" + "_pat_" + BODY[:27],
    "SG" + "." + BODY[:22] + "." + BODY[:43],
    "S" + "K" + "0123456789abcdef" * 2,
    "ke" + "y-" + "0123456789abcdef" * 2,
    "dop" + "_v1_" + "0123456789abcdef" * 4,
    "shp" + "at_" + "0123456789abcdef" * 2,
    "da" + "pi" + "0123456789abcdef" * 2,
    "sq0" + "csp-" + BODY[:43],
    "hv" + "s." + BODY[:28],
    "gl" + "sa_" + BODY[:32],
    "lin" + "_api_" + BODY[:40],
    "PM" + "AK-" + "0123456789abcdef01234567-0123456789abcdef0123456789abcdef01",
    "NR" + "AK-" + "0A1B2C3D4E5F6G7H8I9J0K1L2M3",
    "fig" + "d_" + BODY[:40],
    "ATA" + "TT3" + BODY,
    "pscale" + "_pw_" + BODY[:40],
    "123456789" + ":AA" + BODY[:33],
]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_in_a_known_format_is_found_anywhere(key: str) -> None:
    assert found(f"use {key} here") == [(key, True)]


@pytest.mark.parametrize("key", KEYS)
def test_a_key_inside_a_longer_word_is_no_key(key: str) -> None:
    assert found(f"x{key}") == []


def test_the_example_key_of_a_vendors_manual_is_a_placeholder() -> None:
    assert found("AKIA" + "IOSFODNN7EXAMPLE") == [("AKIA" + "IOSFODNN7EXAMPLE", False)]


def test_a_private_key_is_found_from_head_to_foot() -> None:
    block = f"-----BEGIN RSA PRIVATE KEY-----\n{BODY}\n{BODY}\n-----END RSA PRIVATE KEY-----"
    assert found(f"a\n{block}\nb") == [(block, True)]


def test_a_private_key_without_a_foot_is_found_with_its_body() -> None:
    text = f"-----BEGIN PRIVATE KEY-----\n{BODY}\n{BODY}"
    assert found(text) == [(text, True)]


def test_only_the_value_of_an_assignment_is_the_secret() -> None:
    for text in (f'API_KEY = "{BODY}"', f"password: {BODY}", f"client_secret={BODY}", f"'token': '{BODY}'"):
        assert found(text) == [(BODY, True)]


def test_the_password_of_a_connection_string_is_the_secret_however_plain() -> None:
    assert found("Server=db;User Id=app;Password=hunter2x;") == [("hunter2x", True)]
    assert found("Server=db;Uid=app;Pwd=changeme1") == [("changeme1", False)]
    assert found("a=1;password=hunter2x") == []


@pytest.mark.parametrize(
    "text",
    [
        "token = tokenizer.next_token_id",
        'password = "YOUR_PASSWORD_HERE_1"',
        "secret = get_secret_value(12)",
        "api_key = os.environ['API_KEY_NAME_2']",
        "token: 1234567890123",
        "password = aaaaaaaaaaaaaaaa1",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "-----BEGIN PUBLIC KEY-----",
        "eyJhbGciOiJub25l.eyJub3QganNvbiI6.abcdefgh1",
        "550e8400-e29b-41d4-a716-446655440000",
    ],
)
def test_code_and_digests_are_no_secrets(text: str) -> None:
    assert found(text) == []


def test_the_key_of_an_azure_account_is_found_though_words_stand_in_it_by_chance() -> None:
    key = "Test" + BODY + BODY[:38] + "=="
    assert found(f"AccountKey={key};") == [(key, True)]


def test_a_random_value_without_a_digit_is_found_and_camel_case_is_not() -> None:
    assert found("password: taSJMCCvuTkAIQcCJhch") == [("taSJMCCvuTkAIQcCJhch", True)]
    assert found("token = getUserNameFromToken") == []
    assert found("secret = parseHTTPRequestHeaders") == []


def test_the_full_stop_of_a_sentence_is_no_part_of_a_key() -> None:
    key = "gl" + "rt-" + BODY[:20]
    assert found(f"The key is {key}.") == [(key, True)]


def test_entropy_of_equal_shares_is_the_logarithm_of_their_number() -> None:
    assert entropy(b"aaaa") == 0.0
    assert entropy(b"abcdefgh" * 3) == pytest.approx(3.0)
