"""Keyed pseudonyms: one value gets one token, and without the key nobody can make or undo it.

A token is ``[TYPE-` and sixteen consonants ``]``: 64 bits of HMAC-SHA-256 (RFC 2104) over the type and the value. Equal
values of one type meet with certainty, different ones with probability 2**-64 a pair. Consonants only, because digits
or words in a token could look like personal data again.
"""

import hmac
import re
from dataclasses import dataclass, field
from pathlib import Path

from ...core import UsageError
from .detector import Span

SHORTEST_KEY, LONGEST_KEY = 32, 4096
_CONSONANTS = str.maketrans("0123456789abcdef", "bcdfghjkmnpqrstv")
_SEPARATORS = re.compile(r"[\s.\-/()+]+")
_KEEPS_CASE = frozenset(("secret", "url-credentials"))
_KEEPS_SEPARATORS = _KEEPS_CASE | {"email", "ip-address", "date-of-birth"}


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Makes tokens with one key. ``key_id`` tells keys apart without telling the key."""

    key_id: str
    _key: bytes = field(repr=False)

    def token(self, span: Span, value: str) -> str:
        """What stands for the value of the span."""
        message = f"{span.type}\0{normalised(span.type, value)}".encode("utf-8", "surrogatepass")
        digest = hmac.digest(self._key, message, "sha256").hex()[:16]
        return f"[{span.type.upper()}-{digest.translate(_CONSONANTS)}]"


def read_key(path: str) -> Pseudonyms:
    """The key in a file: 32 to 4096 bytes, taken as they are. Raises ``UsageError`` without showing any of them."""
    try:
        with Path(path).open("rb") as file:
            key = file.read(LONGEST_KEY + 1)
    except OSError as error:
        raise UsageError(
            f"personal-data: the key file {path!r} cannot be read ({error.strerror}); check the path"
        ) from None
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise UsageError(
            f"personal-data: the key file {path!r} holds {'more than 4096' if len(key) > LONGEST_KEY else len(key)} "
            f"bytes, and a key has {SHORTEST_KEY} to {LONGEST_KEY}; make one with: head -c 32 /dev/urandom > {path}"
        )
    return Pseudonyms(hmac.digest(key, b"headwater key id", "sha256").hex()[:16], key)


def normalised(kind: str, value: str) -> str:
    """The value as it is compared: lower case and, for numbers and addresses, without separators."""
    if kind in _KEEPS_CASE:
        return value
    folded = " ".join(value.casefold().split())
    return folded if kind in _KEEPS_SEPARATORS else _SEPARATORS.sub("", folded)
