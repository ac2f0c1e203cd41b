"""Internet addresses, version 4 and 6, checked with the standard library's :mod:`ipaddress`.

Only addresses that can stand for somebody's machine count: loopback, private, link-local, multicast and unspecified
ones are not reported; addresses reserved for documentation (RFC 5737, RFC 3849) are marked as placeholders.
"""

import ipaddress
import re

from ..base import DETECTORS
from .detector import Candidate, Detector, Match

_PATTERN = r"\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\b[23][0-9A-Fa-f]{3}:[0-9A-Fa-f:]{4,34}"
_VERSION = re.compile(
    rb"(?:\b(?:ver|version|versions|release|rev|revision|section|sec|chapter|table|figure|since|build|oid)[.:]?"
    rb"|\b(?:v|(?-i:v)[.:])|[<>=~^])\s*[\"']?\Z",
    re.IGNORECASE,
)
# What closes a tag is no comparison, and the middle initial of a name ("Arthur V.") is no version.
_TAG = re.compile(rb"<[^<>\n]{1,38}>\s*[\"']?\Z")
_NETWORK = re.compile(
    rb"\b(?:ip|ipv4|addr|address|host|server|client|dns|ping|ssh|remote|from|https?|peer)\b|//\Z|@\Z", re.I
)
_DOCUMENTATION = tuple(
    ipaddress.ip_network(network) for network in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)
_SMALL = 32


@DETECTORS.register("ip-address", source="RFC 791, RFC 4291; RFC 5737 and RFC 3849 for placeholders")
def ip_address() -> Detector:
    """IPv4 and IPv6 addresses that are routable; version and section numbers are told apart by their context."""
    return Detector("ip-address", _PATTERN, _check)


def _check(candidate: Candidate) -> Match | None:
    end = candidate.start + len(candidate.text.rstrip(b":"))
    text = candidate.data[candidate.start : end]
    if not candidate.stands_alone(candidate.start, end) or _continues(candidate, end):
        return None
    try:
        address = ipaddress.ip_address(text.decode("ascii"))
    except ValueError:
        return None
    if any(address in network for network in _DOCUMENTATION):
        return Match(candidate.start, end, valid=False)
    if not address.is_global or address.is_multicast or address.is_reserved:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return Match(candidate.start, end) if text.count(b":") >= 3 else None
    return Match(candidate.start, end) if _is_no_version(candidate, address) else None


def _continues(candidate: Candidate, end: int) -> bool:
    after = candidate.data[end : end + 2]
    before = candidate.data[max(candidate.floor, candidate.start - 1) : candidate.start]
    return re.match(rb"[.\-+][0-9A-Za-z]", after) is not None or before in (b".", b"-", b"+", b":")


def _is_no_version(candidate: Candidate, address: ipaddress.IPv4Address) -> bool:
    before = candidate.before()
    if _VERSION.search(before) and not _TAG.search(before):
        return False
    small = all(part < _SMALL for part in address.packed)
    return not small or _NETWORK.search(before) is not None
