"""Where the run folders below a root lie, and whether one looks as it did when it was read."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...core import MANIFEST
from ..ledger import LEDGER

DEEPEST = 4
LARGEST_MANIFEST = 64 * 1024 * 1024
WATCHED = ("", LEDGER)
"""The folder itself (files are written beside and renamed, which dates the folder) and the one that grows in place."""


def run_folders(root: Path, known: dict[str, str], depth: int = DEEPEST) -> Iterator[tuple[str, str]]:
    """Path below the root and appearance of each run folder, in order; links are not followed.

    ``known`` are appearances of runs by path: a folder that looks the same is not opened.
    """
    yield from _below(root, "", known, depth)


def appearance(folder: str) -> str:
    """Sizes and times of what changes when a run changes: equal ones mean that nothing was written."""
    parts = []
    for name in WATCHED:
        try:
            found = os.lstat(f"{folder}/{name}" if name else folder)
        except OSError:
            parts.append("-")
        else:
            parts.append(f"{found.st_mtime_ns}.{found.st_size if name else 0}.{found.st_ino}")
    return " ".join(parts)


def _below(folder: Path | str, path: str, known: dict[str, str], depth: int) -> Iterator[tuple[str, str]]:
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return
    for name in sorted(name for name in found if not name.startswith(".") and _is_text(name)):
        below, place = f"{path}/{name}" if path else name, f"{folder}/{name}"
        looks = appearance(place)
        if known.get(below) == looks or is_run(place):
            yield below, looks
        elif depth > 1 and not os.path.lexists(f"{place}/{MANIFEST}"):
            yield from _below(place, below, known, depth - 1)


def _is_text(name: str) -> bool:
    """Whether a name is UTF-8: no other one can be written down."""
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)


def is_run(folder: str) -> bool:
    """Whether a folder holds the manifest of a run, or a config or a ledger beside a manifest that nobody can read."""
    path = Path(folder) / MANIFEST
    if path.is_symlink() or not path.is_file():
        return False
    manifest = _json(path)
    if isinstance(manifest, dict) and isinstance(manifest.get("kind"), str):
        return bool(manifest["kind"] == "run")
    return any((Path(folder) / name).is_file() for name in ("config.yaml", LEDGER))


def _json(path: Path) -> Any:
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            return None
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
