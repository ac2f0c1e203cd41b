import base64
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as ReferenceEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner

from headwater.core import IntegrityError
from headwater.reports.signing import pae, parse_envelope
from headwater.reports.signing.dsse import IN_TOTO, seal

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def test_the_encoding_is_that_of_the_specification() -> None:
    """The example of protocol.md of DSSE 1.0.2."""
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pae("http://example.com/HelloWorld", b"hello world") == expected


@given(st.text(max_size=20), st.binary(max_size=50))
def test_the_encoding_is_that_of_securesystemslib(kind: str, payload: bytes) -> None:
    assert pae(kind, payload) == ReferenceEnvelope(payload, kind, {}).pae()


def test_lengths_are_of_bytes_and_not_of_characters() -> None:
    assert pae("é", "日".encode()) == "DSSEv1 2 é 3 日".encode()


def test_an_envelope_verifies_with_securesystemslib() -> None:
    content = seal({"a": [1, "ä"]}, KEY, "anna").content
    public = CryptoSigner(KEY).public_key
    public.keyid = "anna"
    ReferenceEnvelope.from_dict(json.loads(content)).verify([public], 1)
    changed = json.loads(content) | {"payload": base64.b64encode(b'{"a":2}').decode()}
    with pytest.raises(VerificationError):
        ReferenceEnvelope.from_dict(changed).verify([public], 1)


def test_an_envelope_verifies_with_the_key_directly() -> None:
    values = json.loads(seal({"a": 1}, KEY, "anna").content)
    payload, signature = base64.b64decode(values["payload"]), base64.b64decode(values["signatures"][0]["sig"])
    signed = f"DSSEv1 {len(IN_TOTO)} {IN_TOTO} {len(payload)} ".encode() + payload
    KEY.public_key().verify(signature, signed)
    with pytest.raises(InvalidSignature):
        KEY.public_key().verify(signature, payload)


def test_an_envelope_comes_back_as_it_was() -> None:
    envelope = seal({"a": 1}, KEY, "anna")
    assert parse_envelope(envelope.content, "x") == envelope
    assert envelope.is_signed_by(KEY.public_key())


def test_no_byte_of_an_envelope_can_change() -> None:
    content = seal({"a": 1}, KEY, "anna").content
    for place in range(len(content)):
        for bit in range(8):
            changed = bytearray(content)
            changed[place] ^= 1 << bit
            assert not is_accepted(bytes(changed)), (place, bit)


@pytest.mark.parametrize("change", ["space", "end", "padding", "alphabet", "second", "extra", "double"])
def test_another_spelling_of_the_same_envelope_is_refused(change: str) -> None:
    content = seal({"a": 1}, KEY, "anna").content
    values = json.loads(content)
    spelt = {
        "space": content.replace(b",", b", ", 1),
        "end": content + b"\n",
        "padding": content.replace(b"==", b"=", 1),
        "alphabet": content.replace(b"+", b"-").replace(b"/", b"_"),
        "second": json.dumps(values | {"signatures": values["signatures"] * 2}).encode(),
        "extra": json.dumps(values | {"more": 1}, sort_keys=True, separators=(",", ":")).encode(),
        "double": content.replace(b'{"payload":', b'{"payload":"","payload":', 1),
    }[change]
    assert spelt != content
    with pytest.raises(IntegrityError):
        parse_envelope(spelt, "x")


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"null", b"[" * 100_000, b'{"signatures":[]}', b"\xff", b"x" * 5_000_000]
)
def test_what_is_no_envelope_ends_in_a_sentence(content: bytes) -> None:
    with pytest.raises(IntegrityError, match="not an envelope"):
        parse_envelope(content, "x")


def is_accepted(content: bytes) -> bool:
    """Whether an envelope is read, was signed by the key, and names it."""
    try:
        found = parse_envelope(content, "x")
    except IntegrityError:
        return False
    return found.is_signed_by(KEY.public_key()) and found.keyid == "anna"
