"""Keyed tokens."""

import hashlib
import hmac
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate import find_personal_data
from headwater.curate.privacy import TYPES, Span
from headwater.curate.privacy.pseudonyms import Pseudonyms, normalised, read_key

KEY = Pseudonyms("id", b"k" * 32)


def test_the_token_is_the_hmac_of_type_and_value_in_consonants() -> None:
    digest = hmac.new(b"k" * 32, b"email\0max@mail.org", hashlib.sha256).hexdigest()[:16]
    consonants = "".join("bcdfghjkmnpqrstv"[int(digit, 16)] for digit in digest)
    assert KEY.token(Span("email", 0, 12), "Max@Mail.org") == f"[EMAIL-{consonants}]"


def test_one_value_under_two_types_has_two_tokens() -> None:
    assert KEY.token(Span("phone", 0, 1), "123456789")[-17:] != KEY.token(Span("national-id", 0, 1), "123456789")[-17:]


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("payment-card", "4012 8888 8888 1881", "4012-8888-8888-1881"),
        ("iban", "GB29 NWBK 6016 1331 9268 19", "gb29nwbk60161331926819"),
        ("phone", "+44 (20) 7946-0958", "+442079460958"),
        ("postal-address", "12 Oak Street,  Leeds", "12 oak street, Leeds"),
    ],
)
def test_the_way_of_writing_does_not_matter(kind: str, one: str, other: str) -> None:
    assert normalised(kind, one).replace("+", "") == normalised(kind, other).replace("+", "")


def test_secrets_keep_their_case() -> None:
    assert normalised("secret", "aB") != normalised("secret", "ab")


@given(
    kind=st.sampled_from(TYPES), value=st.text(max_size=30), around=st.sampled_from(["", "tel ", "SSN: ", "password="])
)
def test_no_token_looks_like_personal_data(kind: str, value: str, around: str) -> None:
    token = KEY.token(Span(kind, 0, len(value)), value)
    assert find_personal_data([f"{around}{token}{around} {token}"]) == [()]


def test_the_fingerprint_of_a_key_is_not_made_of_the_key(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"k" * 40)
    pseudonyms = read_key(str(tmp_path / "key"))
    assert len(pseudonyms.key_id) == 16 and "k" not in pseudonyms.key_id
    assert "kkk" not in repr(pseudonyms)
