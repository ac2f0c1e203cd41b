"""XMP packets, read without an XML parser: which properties stand in them, and the few values that matter here.

A packet may come from anyone; a parser would have to be defended against entities and depth. Names and the values that
are asked for are found by regular expressions over at most 1 MiB.
"""

import re
from typing import Any

LARGEST = 1 << 20
_NAME = re.compile(r"[\s<]([A-Za-z][A-Za-z0-9_-]{0,30}:[A-Za-z][A-Za-z0-9]{0,60})(?=[\s=>/])")
_DMI = re.compile(r"DMI-[A-Z-]{1,60}")


def xmp_packet(info: dict[Any, Any]) -> str:
    """The packet that Pillow found in a file, or an empty text."""
    found = info.get("xmp") or info.get("XML:com.adobe.xmp") or b""
    raw = found.encode("utf-8", "replace") if isinstance(found, str) else bytes(found)
    return raw[:LARGEST].decode("utf-8", "replace")


def properties(packet: str) -> frozenset[str]:
    """Every property with its prefix: ``exif:GPSLatitude``, ``dc:creator``."""
    return frozenset(_NAME.findall(packet))


def value(packet: str, name: str) -> str:
    """The first value of a property, as attribute or as plain element; empty where there is none."""
    found = re.search(
        rf"{re.escape(name)}(?:\s{{0,9}}=\s{{0,9}}[\"']|>|\s+rdf:resource=[\"'])([^\"'<>]{{1,300}})", packet
    )
    return found[1].strip() if found else ""


def data_mining(packet: str) -> str:
    """The PLUS value of IPTC's property Data Mining (2023), such as ``DMI-PROHIBITED-AIMLTRAINING``; else empty."""
    place = packet.find("DataMining")
    found = _DMI.search(packet, place, place + 600) if place >= 0 else None
    return found[0] if found else ""
