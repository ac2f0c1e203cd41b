"""E-mail addresses: the practical subset of RFC 5322 that mail systems accept, with RFC 2606 names as placeholders."""

import re

from ..base import DETECTORS
from .detector import Candidate, Detector, Match

_LOCAL = rb"A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\x80-\xff"
_LOCAL_TAIL = re.compile(rb"[" + _LOCAL + rb"]{1,64}\Z")
_EDGES = b".'`*_/|=&!?#{}~^$%"
_RESERVED = (b"example", b"test", b"invalid", b"localhost", b"local")
_RESERVED_DOMAIN = re.compile(rb"(?:^|\.)example\.(?:com|net|org)\Z")
_FILE_ENDINGS = frozenset((b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"css", b"js", b"py", b"so"))


@DETECTORS.register("email", source="RFC 5322 section 3.4.1; RFC 2606 for placeholders")
def email() -> Detector:
    """E-mail addresses; addresses under example.com and other reserved names are marked as placeholders."""
    return Detector("email", rf"[A-Za-z0-9_+\-.\x80-\xff]@{_DOMAIN}", _check)


_DOMAIN = r"[A-Za-z0-9\x80-\xff][A-Za-z0-9\-\x80-\xff]*(?:\.[A-Za-z0-9\x80-\xff][A-Za-z0-9\-\x80-\xff]*)+"


def _check(candidate: Candidate) -> Match | None:
    at = candidate.start + 1
    local = _LOCAL_TAIL.search(candidate.data[max(candidate.floor, at - 64) : at])
    domain = candidate.data[at + 1 : candidate.end].rstrip(b"-.").lower()
    if local is None or len(domain) > 253 or not _domain_is_plausible(domain):
        return None
    name = local.group().lstrip(_EDGES)
    if not name or name.endswith(b".") or b".." in name:
        return None
    return Match(at - len(name), at + 1 + len(domain), not _is_reserved(domain))


def _domain_is_plausible(domain: bytes) -> bool:
    labels = domain.split(b".")
    top = labels[-1]
    letters = not any(character in b"0123456789" for character in top) or top.startswith(b"xn--")
    return (
        len(labels) > 1
        and letters
        and 2 <= len(top) <= 63
        and top not in _FILE_ENDINGS
        and all(0 < len(label) <= 63 and not label.endswith(b"-") for label in labels)
    )


def _is_reserved(domain: bytes) -> bool:
    return domain.rsplit(b".", 1)[-1] in _RESERVED or _RESERVED_DOMAIN.search(domain) is not None
