"""Secrets: keys with a vendor's prefix, private key blocks, JSON web tokens, passwords in URLs and in assignments.

An assignment (``api_key = "..."``) counts only where the value looks random: letters and digits and at least
3 bits of Shannon entropy a character over 12 or more characters (3.5 from 20 on), and no word such as ``example``.
"""

import base64
import binascii
import json
import math
import re
from collections import Counter

from ..base import DETECTORS
from .detector import Candidate, Detector, Match

_VENDORS = (
    r"(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{16}",
    r"gh[pousr]_[A-Za-z0-9]{36,}",
    r"github_pat_[A-Za-z0-9_]{22,}",
    r"glpat-[A-Za-z0-9_\-]{20,}",
    r"xox[abeoprs]-[A-Za-z0-9\-]{10,}",
    r"https://hooks\.slack\.com/services/[A-Za-z0-9]{6,16}/[A-Za-z0-9]{6,16}/[A-Za-z0-9]{16,}",
    r"AIza[0-9A-Za-z_\-]{35}",
    r"sk-[A-Za-z0-9_\-]{20,}",
    r"[rs]k_live_[0-9A-Za-z]{16,}",
    r"hf_[A-Za-z0-9]{30,}",
    r"npm_[A-Za-z0-9]{36}",
    r"pypi-[A-Za-z0-9_\-]{50,}",
)
# Looser than the formats: each counted repetition multiplies the states of the one pattern for all types.
_CANDIDATES = (
    r"A(?:KIA|SIA|GPA|IDA|ROA|NPA)[A-Z0-9]{8,}",
    r"(?:gh[pousr]|github_pat|hf|npm|[rs]k_live)_[A-Za-z0-9_]{8,}",
    r"(?:glpat|xox[abeoprs]|sk|pypi)-[A-Za-z0-9_\-]{8,}",
    r"https://hooks\.slack\.com/services/[A-Za-z0-9/]{8,}",
    r"AIza[0-9A-Za-z_\-]{8,}",
)
_BLOCK = r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----"
_TOKEN = r"eyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{8,}"
_URL = r"://[A-Za-z0-9._%\-]+:[^\s:@/\"'<>\[\]{}$]{3,}@[A-Za-z0-9]"
_NAMES = r"passwo?r?d|passwd|pwd|secret|token|api_?-?key|access_?-?key|private_?-?key|auth_?-?key|credential"
_ASSIGNMENT = (
    rf"(?i:{_NAMES})[A-Za-z0-9_\-]*[\"']?[ \t]*(?::=|=>|=|:)[ \t]*[brfu]?[\"']?[A-Za-z0-9+/=_\-.~!@#%^&*]{{12,}}"
)
_VENDOR = re.compile("|".join(_VENDORS).encode())
_VALUE = re.compile(rb"(?::=|=>|=|:)[ \t]*[brfu]?[\"']?([A-Za-z0-9+/=_\-.~!@#%^&*]{12,256})\Z")
_UNREAL = re.compile(
    rb"example|sample|placeholder|dummy|changeme|your|xxxx|1234567|abcdef|test|fake|redacted|none|null|\.\.", re.I
)
_KEY_BODY = re.compile(rb"(?:\s{1,4}[A-Za-z0-9+/=]{16,256})*")
_BLOCK_LIMIT = 16_384


@DETECTORS.register("secret", source="published key formats of the vendors; RFC 7468 (PEM), RFC 7519 (JWT)")
def secret() -> Detector:
    """Credentials: cloud and service keys, private key blocks, JSON web tokens, passwords in URLs and assignments."""
    return Detector("secret", "|".join((_BLOCK, *_CANDIDATES, _TOKEN, _URL, _ASSIGNMENT)), _check)


def entropy(value: bytes) -> float:
    """Shannon entropy of the bytes, in bits a character."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)


def _check(candidate: Candidate) -> Match | None:
    text = candidate.text
    if text.startswith(b"-----BEGIN"):
        return Match(candidate.start, _end_of_block(candidate))
    if text.startswith(b"://"):
        return _password_in_url(candidate)
    if text.startswith(b"eyJ"):
        return Match(candidate.start, candidate.end) if _is_web_token(text) and candidate.stands_alone() else None
    if _VENDOR.fullmatch(text):
        return _vendor_key(candidate)
    return _assigned(candidate)


def _end_of_block(candidate: Candidate) -> int:
    foot = candidate.data.find(b"-----END ", candidate.end, candidate.end + _BLOCK_LIMIT)
    if foot < 0:
        body = _KEY_BODY.match(candidate.data, candidate.end, candidate.end + _BLOCK_LIMIT)
        return body.end() if body else candidate.end
    close = candidate.data.find(b"-----", foot + 9, foot + 64)
    return close + 5 if close > 0 else foot + 9


def _password_in_url(candidate: Candidate) -> Match | None:
    colon = candidate.text.index(b":", 3)
    password = candidate.text[colon + 1 : -2]
    unreal = _UNREAL.search(password) or password.lower() in (b"password", b"pass", b"passwd", b"pwd", b"secret", b"pw")
    return Match(candidate.start + colon + 1, candidate.end - 2, valid=not unreal)


def _is_web_token(text: bytes) -> bool:
    head = text.split(b".", 1)[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + b"=" * (-len(head) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return False
    return isinstance(header, dict) and "alg" in header


def _vendor_key(candidate: Candidate) -> Match | None:
    text = candidate.text
    random_part = text[4:]
    # Keys of AWS are sixteen capitals and digits, and one in thirty has no digit.
    mixed = text[:1] == b"A" or (re.search(rb"[0-9]", random_part) and re.search(rb"[A-Za-z]", random_part))
    if not candidate.stands_alone() or not mixed or entropy(random_part) < 2.5:
        return None
    return Match(candidate.start, candidate.end, valid=not re.search(rb"EXAMPLE|xxxx", text))


def _assigned(candidate: Candidate) -> Match | None:
    found = _VALUE.search(candidate.text)
    if found is None or candidate.data[candidate.end : candidate.end + 1] in (b"(", b"[", b"{", b"<"):
        return None
    value = found.group(1).rstrip(b".")
    looks_random = re.search(rb"[0-9]", value) and re.search(rb"[A-Za-z]", value) and b"://" not in value
    enough = entropy(value) >= (3.5 if len(value) >= 20 else 3.0)
    if not looks_random or not enough or _is_code(value) or _UNREAL.search(value):
        return None
    start = candidate.start + found.start(1)
    return Match(start, start + len(value))


def _is_code(value: bytes) -> bool:
    """A dotted name, a path or snake_case words are no secret: their parts are words or short numbers."""
    parts = [part for part in re.split(rb"[._/\-]", value) if part]
    return len(parts) > 1 and all(re.fullmatch(rb"[A-Za-z]*[0-9]{0,4}", part) and len(part) < 16 for part in parts)
