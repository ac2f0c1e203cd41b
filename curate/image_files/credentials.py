"""Content Credentials (C2PA) of an image file: read as far as they say who made the picture, how, and for what use.

**No signature is verified**: what is read here is what the file claims. Places: JPEG segments APP11, PNG chunk caBX,
WebP chunk C2PA, GIF application extension C2PA_GIF, TIFF tag 52545 (C2PA specification, embedding of manifests). The
last manifest of the store is the active one. Assertions: ``c2pa.training-mining`` (C2PA 1.4), ``cawg.training-mining``
(CAWG 1.1), ``c2pa.actions`` with the digital source types of IPTC.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .cbor import NotCbor, read_cbor
from .jumbf import Superbox, read_jumbf
from .structure import GIF, JPEG, PNG, RIFF, gif_blocks, jpeg_segments, png_chunks, riff_chunks

LARGEST = 16 << 20
LARGEST_ASSERTION = 1 << 20
TIFF_TAG = 52545
_MINING = re.compile(r"(c2pa|cawg)\.training-mining(\.v\d{1,2})?(__\d{1,3})?")
_ACTIONS = re.compile(r"c2pa\.actions(\.v\d{1,2})?(__\d{1,3})?")
_ENTRY = re.compile(r"(c2pa|cawg)\.(ai_generative_training|ai_training|ai_inference|data_mining)")
_USES = {"allowed": "allowed", "notallowed": "notAllowed", "constrained": "constrained"}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a manifest store claims. ``uses`` maps ``c2pa.ai_training`` and others to allowed, notAllowed, constrained.

    ``source_types`` are the last words of the digital source types in the actions of the active manifest, those of its
    ingredients in ``ingredient_source_types``.
    """

    manifests: int
    generator: str = ""
    uses: Mapping[str, str] = field(default_factory=dict)
    source_types: tuple[str, ...] = ()
    ingredient_source_types: tuple[str, ...] = ()


def read_credentials(content: bytes, tiff_tag: Any = None) -> Credentials | None:
    """The credentials that lie in a file; None where there are none, and without contents where they are unreadable."""
    store = _store(content, tiff_tag)
    if not store:
        return None
    manifests = [box for root in read_jumbf(store) for box in root.walk() if box.kind in ("c2ma", "c2um", "c2cm")]
    if not manifests:
        return Credentials(0)
    active, ingredients = manifests[-1], manifests[:-1]
    own = tuple(dict.fromkeys(_source_types(active)))
    theirs = tuple(dict.fromkeys(word for one in ingredients for word in _source_types(one)))
    return Credentials(len(manifests), _generator(active), dict(_uses(active)), own, theirs)


def _store(content: bytes, tiff_tag: Any) -> bytes:
    if content.startswith(JPEG):
        return _from_jpeg(content)
    if content.startswith(PNG):
        return next((content[start:end][:LARGEST] for kind, start, end in png_chunks(content) if kind == b"caBX"), b"")
    if content.startswith(RIFF):
        return next((content[start:end][:LARGEST] for kind, start, end in riff_chunks(content) if kind == b"C2PA"), b"")
    if content.startswith(GIF):
        return _from_gif(content)
    return bytes(tiff_tag)[:LARGEST] if isinstance(tiff_tag, (bytes, bytearray)) else b""


def _from_jpeg(content: bytes) -> bytes:
    """The boxes that APP11 segments carry, joined by box number; each segment repeats the header of its box."""
    parts: dict[int, list[tuple[int, bytes]]] = {}
    for marker, start, end in jpeg_segments(content):
        data = content[start:end]
        if marker == 0xEB and data[:2] == b"JP" and len(data) >= 16:
            parts.setdefault(int.from_bytes(data[2:4], "big"), []).append((int.from_bytes(data[4:8], "big"), data[8:]))
    joined = []
    for number in sorted(parts):
        ordered = [data for _, data in sorted(parts[number], key=lambda part: part[0])]
        head = 16 if ordered[0][:4] == b"\0\0\0\1" else 8
        joined.append(b"".join([ordered[0], *(data[head:] for data in ordered[1:])]))
    return b"".join(joined)[:LARGEST]


def _from_gif(content: bytes) -> bytes:
    for kind, start, end in gif_blocks(content):
        if kind == 0xFF and content[start + 3 : start + 11] == b"C2PA_GIF":
            parts, place = [], start + 14
            while place < end and content[place]:
                parts.append(content[place + 1 : place + 1 + content[place]])
                place += content[place] + 1
            return b"".join(parts)[:LARGEST]
    return b""


def _value(box: Superbox) -> Mapping[Any, Any]:
    """The CBOR or JSON object of an assertion; empty where there is none that can be read."""
    for kind, data in box.contents:
        if kind in ("cbor", "json") and len(data) <= LARGEST_ASSERTION:
            try:
                found = read_cbor(data) if kind == "cbor" else json.loads(data)
            except (NotCbor, ValueError, RecursionError):
                continue
            if isinstance(found, Mapping):
                return found
    return {}


def _generator(manifest: Superbox) -> str:
    """Name and version of the program that made the claim."""
    for box in manifest.walk():
        if box.label.startswith("c2pa.claim"):
            claim = _value(box)
            info = claim.get("claim_generator_info")
            info = info[0] if isinstance(info, list) and info else info
            if isinstance(info, Mapping) and isinstance(info.get("name"), str):
                return f"{info['name']} {info.get('version', '')}".strip()[:100]
            return str(claim.get("claim_generator", ""))[:100]
    return ""


def _uses(manifest: Superbox) -> Iterator[tuple[str, str]]:
    for box in manifest.walk():
        if _MINING.fullmatch(box.label):
            entries = _value(box).get("entries")
            for name, entry in entries.items() if isinstance(entries, Mapping) else ():
                use = entry.get("use") if isinstance(entry, Mapping) else entry
                known = _USES.get(str(use).lower().replace("_", ""))
                if known and isinstance(name, str) and _ENTRY.fullmatch(name):
                    yield name, known


def _source_types(manifest: Superbox) -> Iterator[str]:
    for box in manifest.walk():
        if _ACTIONS.fullmatch(box.label):
            actions = _value(box).get("actions")
            for action in actions if isinstance(actions, list) else ():
                kind = action.get("digitalSourceType") if isinstance(action, Mapping) else None
                if isinstance(kind, str):
                    yield last_word(kind)


def last_word(address: str) -> str:
    """The last part of a term's address: ``.../digitalsourcetype/trainedAlgorithmicMedia`` gives the term."""
    return re.split(r"[/#:]", address.rstrip("/"))[-1][:60]
