"""Credentials in an address: ``scheme://user:password@host`` (RFC 3986, section 3.2.1)."""

import re

from ..base import DETECTORS
from .detector import Candidate, Detector, Match

_PATTERN = r"://[A-Za-z0-9._%+\-]*:[^\s:@/\"'<>\[\]{}$]{3,}@[A-Za-z0-9]"
_WORDS = frozenset((b"password", b"pass", b"passwd", b"pwd", b"secret", b"pw", b"pword"))
_UNREAL = re.compile(
    rb"example|sample|placeholder|dummy|changeme|your|xxxx|\*\*\*|test|fake|redacted|none|null|\.\.", re.I
)


@DETECTORS.register("url-credentials", source="RFC 3986 section 3.2.1 (user information in URIs)")
def url_credentials() -> Detector:
    """User name and password in a URL or connection string; passwords such as 'password' are placeholders."""
    return Detector("url-credentials", _PATTERN, _check)


def _check(candidate: Candidate) -> Match | None:
    start, end = candidate.start + 3, candidate.end - 2
    password = candidate.data[candidate.data.index(b":", start) + 1 : end]
    if end - start > 512:
        return None
    unreal = _UNREAL.search(password) is not None or password.lower() in _WORDS
    return Match(start, end, valid=not unreal)
