"""The stored files of hosts (robots.txt, ai.txt, tdmrep.json), read from a folder. Nothing is fetched."""

import re
from collections.abc import Mapping
from pathlib import Path

from ..core import UNKNOWN, InputError, sha256
from .consent_signals import HostRecord, parse_tdmrep
from .robots import LIMIT, parse_robots

HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?")
NAMES = ("robots.txt", "ai.txt", "tdmrep.json", ".well-known/tdmrep.json")
MOST_HOSTS = 1_000_000


def read_hosts(
    folder: str | None, robots: Mapping[str, str], collected: str
) -> tuple[dict[str, HostRecord], tuple[tuple[str, str, str], ...]]:
    """Records by host, and (host, file, SHA-256) of every file read: what the hash of the configuration covers.

    ``folder`` has a folder for each host; ``robots`` gives single robots.txt files. A file ``collected.txt`` beside the
    others says when they were collected, else ``collected`` does.
    """
    records: dict[str, HostRecord] = {}
    hashes: list[tuple[str, str, str]] = []
    for place in _folders(folder) if folder else ():
        records[place.name.lower()] = _record(place, collected, hashes)
    for host, path in sorted(robots.items()):
        if not HOST.fullmatch(host.lower()):
            raise InputError(f"consent: robots: {host!r} is no name of a host; write for example example.org")
        known = records.get(host.lower(), HostRecord(collected or UNKNOWN))
        rules = parse_robots(_read(Path(path), host.lower(), "robots.txt", hashes))
        records[host.lower()] = HostRecord(known.collected, rules, known.ai_txt, known.tdmrep)
    return records, tuple(hashes)


def _folders(folder: str) -> list[Path]:
    root = Path(folder).expanduser()
    if not root.is_dir():
        raise InputError(f"consent: folder: {root}: no such folder; give one with a folder for each host")
    found = sorted(place for place in root.iterdir() if place.is_dir() and HOST.fullmatch(place.name.lower()))
    if not found:
        raise InputError(f"consent: folder: {root} holds no folder named for a host, such as example.org/robots.txt")
    return found[:MOST_HOSTS]


def _record(place: Path, collected: str, hashes: list[tuple[str, str, str]]) -> HostRecord:
    host = place.name.lower()
    texts = {name: _read(place / name, host, name, hashes) for name in NAMES if (place / name).is_file()}
    when = collected
    if (place / "collected.txt").is_file():
        when = _read(place / "collected.txt", host, "collected.txt", hashes).decode("utf-8", "replace").strip()[:40]
    tdmrep = texts.get(".well-known/tdmrep.json", texts.get("tdmrep.json"))
    try:
        locations = None if tdmrep is None else parse_tdmrep(tdmrep.decode())
    except (ValueError, RecursionError) as error:
        raise InputError(f"consent: {place}: tdmrep.json: {str(error)[:200]}; mend the file or take it away") from None
    return HostRecord(
        when or UNKNOWN,
        parse_robots(texts["robots.txt"]) if "robots.txt" in texts else None,
        parse_robots(texts["ai.txt"]) if "ai.txt" in texts else None,
        locations,
    )


def _read(path: Path, host: str, name: str, hashes: list[tuple[str, str, str]]) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LIMIT)
    except OSError as error:
        raise InputError(f"consent: {path}: cannot be read ({error.strerror or error}); check the path") from None
    hashes.append((host, name, sha256(content)))
    return content
