"""Dead Simple Signing Envelopes, version 1: a payload, its type, and a signature over both.

Source: github.com/secure-systems-lab/dsse, protocol.md and envelope.md. An envelope is written in one way only, so that
verifying can compare every byte of its file: the payload is canonical JSON, and so is the envelope.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ...core import IntegrityError, canonical_json, parse_json

IN_TOTO = "application/vnd.in-toto+json"
LARGEST = 4_000_000


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload with its one signature."""

    payload: bytes
    signature: bytes
    keyid: str
    type: str = IN_TOTO

    @property
    def content(self) -> bytes:
        """The file, byte for byte."""
        return canonical_json(
            {
                "payload": base64.b64encode(self.payload).decode(),
                "payloadType": self.type,
                "signatures": [{"keyid": self.keyid, "sig": base64.b64encode(self.signature).decode()}],
            }
        )

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Whether the signature is that of the key over type and payload."""
        try:
            key.verify(self.signature, pae(self.type, self.payload))
        except InvalidSignature:
            return False
        return True


def pae(payload_type: str, payload: bytes) -> bytes:
    """The pre-authentication encoding: what is signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def seal(payload: Any, key: Ed25519PrivateKey, keyid: str) -> Envelope:
    """Sign a payload (JSON values)."""
    content = canonical_json(payload)
    return Envelope(content, key.sign(pae(IN_TOTO, content)), keyid)


def parse_envelope(content: bytes, place: str) -> Envelope:
    """Read an envelope; one that is not exactly as headwater writes it raises :class:`IntegrityError`."""
    try:
        if len(content) > LARGEST:
            raise ValueError("too large")
        values = parse_json(content)
        (signature,) = values["signatures"]
        found = Envelope(
            base64.b64decode(values["payload"], validate=True),
            base64.b64decode(signature["sig"], validate=True),
            signature["keyid"],
            values["payloadType"],
        )
        if found.type != IN_TOTO:
            raise ValueError(f"its payload is a {found.type!r}")
        same = found.content == content
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error) as error:
        raise IntegrityError(f"{place}: not an envelope with one signature ({error}); the file was changed") from None
    if not same:
        raise IntegrityError(f"{place}: not written as headwater writes it; the file was changed")
    return found
