"""Secrets: keys with a vendor's prefix, private key blocks, JSON web tokens, passwords in assignments.

An assignment (``api_key = "..."``) counts only where the value looks random: letters and digits (or letters whose case
changes as it does by chance) and at least 3 bits of Shannon entropy a character over 12 or more characters (3.5 from 20
on), and no word such as ``example``. In a connection string (``Server=...;Password=...``) any password counts.
"""

import base64
import binascii
import json
import math
import re
from collections import Counter

from ..base import DETECTORS
from .detector import Candidate, Detector, Match
from .secret_formats import CANDIDATES, FORMAT

_BLOCK = r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----"
_TOKEN = r"eyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}"
_NAMES = (
    r"passwo?r?d|passwd|passphrase|pwd|secret|token|api_?-?key|access_?-?key|account_?-?key|private_?-?key|auth_?-?key"
    r"|signing_?-?key|encryption_?-?key|credential"
)
_ASSIGNMENT = (
    rf"(?i:{_NAMES})[A-Za-z0-9_\-]*[\"']?[ \t]*(?::=|=>|=|:)[ \t]*[brfu]?[\"']?[A-Za-z0-9+/=_\-.~!@#%^&*]{{12,}}"
)
_CONNECTION = r";[ ]?(?i:password|pwd)[ ]?=[ ]?[^;\"'\s<>\[\]{}$]{3,}"
_VALUE = re.compile(rb"(?::=|=>|=|:)[ \t]*[brfu]?[\"']?([A-Za-z0-9+/=_\-.~!@#%^&*]{12,256})\Z")
_UNREAL = re.compile(
    rb"example|sample|placeholder|dummy|changeme|your|xxxx|1234567|abcdef|test|fake|redacted|none|null|\.\.", re.I
)
_SETTING = re.compile(
    rb"\b(?:server|data source|host|user ?id|uid|username|user|database|initial catalog|port|driver|addr)[ ]?=", re.I
)
_KEY_BODY = re.compile(rb"(?:\s{1,4}[A-Za-z0-9+/=]{16,256})*")
_CASE = re.compile(rb"(?<=[a-z])[A-Z]|(?<=[A-Z])[a-z]")
_BLOCK_LIMIT = 16_384
_LONGEST_PASSWORD = 128


@DETECTORS.register("secret", source="published key formats of the vendors; RFC 7468 (PEM), RFC 7519 (JWT)")
def secret() -> Detector:
    """Credentials: cloud and service keys, private key blocks, JSON web tokens, assigned passwords and keys."""
    return Detector("secret", "|".join((_BLOCK, *CANDIDATES, _TOKEN, _CONNECTION, _ASSIGNMENT)), _check)


def entropy(value: bytes) -> float:
    """Shannon entropy of the bytes, in bits a character."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)


def _check(candidate: Candidate) -> Match | None:
    text = candidate.text
    if text.startswith(b"-----BEGIN"):
        return Match(candidate.start, _end_of_block(candidate))
    if text.startswith(b";"):
        return _in_connection_string(candidate)
    if text.startswith(b"eyJ"):
        return Match(candidate.start, candidate.end) if _is_web_token(text) and candidate.stands_alone() else None
    # The candidate is looser than the format: a sentence's dot may hang on it.
    if FORMAT.fullmatch(text.rstrip(b".-=/+")):
        return _vendor_key(candidate, len(text.rstrip(b".-=/+")))
    return _assigned(candidate)


def _end_of_block(candidate: Candidate) -> int:
    foot = candidate.data.find(b"-----END ", candidate.end, candidate.end + _BLOCK_LIMIT)
    if foot < 0:
        body = _KEY_BODY.match(candidate.data, candidate.end, candidate.end + _BLOCK_LIMIT)
        return body.end() if body else candidate.end
    close = candidate.data.find(b"-----", foot + 9, foot + 64)
    return close + 5 if close > 0 else foot + 9


def _in_connection_string(candidate: Candidate) -> Match | None:
    start = candidate.start + candidate.text.index(b"=") + 1
    start += candidate.data[start : start + 1] == b" "
    settings = candidate.data[max(candidate.floor, candidate.start - 160) : candidate.start].rsplit(b"\n", 1)[-1]
    if candidate.end - start > _LONGEST_PASSWORD or not _SETTING.search(settings):
        return None
    value = candidate.data[start : candidate.end]
    unreal = _UNREAL.search(value) or value.strip(b"*") == b"" or value.lower() in (b"password", b"pwd", b"secret")
    return Match(start, candidate.end, valid=not unreal)


def _is_web_token(text: bytes) -> bool:
    head = text.split(b".", 1)[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + b"=" * (-len(head) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return False
    return isinstance(header, dict) and "alg" in header


def _vendor_key(candidate: Candidate, size: int) -> Match | None:
    text = candidate.text[:size]
    random_part = text[4:]
    # Keys of AWS are sixteen capitals and digits, and one in thirty has no digit.
    mixed = text[:1] == b"A" or _is_mixed(random_part)
    start, end = candidate.start, candidate.start + size
    if text[1:3] == b"Q~":
        start -= 3
        if start < candidate.floor or not re.match(rb"[0-9A-Za-z_~.\-]{3}", candidate.data[start : start + 3]):
            return None
    if not candidate.stands_alone(start, end) or not mixed or entropy(random_part) < 2.5:
        return None
    return Match(start, end, valid=not re.search(rb"EXAMPLE|xxxx", text))


def _assigned(candidate: Candidate) -> Match | None:
    found = _VALUE.search(candidate.text)
    if found is None or candidate.data[candidate.end : candidate.end + 1] in (b"(", b"[", b"{", b"<"):
        return None
    value = found.group(1).rstrip(b".")
    # In a long key any four letters stand by chance.
    if not _looks_random(value) or _is_code(value) or (len(value) <= 64 and _UNREAL.search(value)):
        return None
    start = candidate.start + found.start(1)
    return Match(start, start + len(value), confidence=0.8)


def _looks_random(value: bytes) -> bool:
    return _is_mixed(value) and b"://" not in value and entropy(value) >= (3.5 if len(value) >= 20 else 3.0)


def _is_mixed(value: bytes) -> bool:
    """Letters and digits, or letters whose case changes by chance.

    Of 20 random letters and digits, one value in thirty has no digit; its case then changes at every other letter and
    it has runs of capitals, which camelCase has not.
    """
    letters, digits = re.search(rb"[A-Za-z]", value), re.search(rb"[0-9]", value)
    cases = len(_CASE.findall(value)) >= 0.3 * len(value) and re.search(rb"[A-Z]{2}", value)
    return bool(letters and (digits or cases))


def _is_code(value: bytes) -> bool:
    """A dotted name, a path or snake_case words are no secret: their parts are words or short numbers."""
    parts = [part for part in re.split(rb"[._/\-]", value) if part]
    return len(parts) > 1 and all(re.fullmatch(rb"[A-Za-z]*[0-9]{0,4}", part) and len(part) < 16 for part in parts)
