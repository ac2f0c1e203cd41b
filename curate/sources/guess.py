"""Which source fits a file or folder, by its name and what lies in it."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

from ...core import MANIFEST, InputError
from ..image_files.decoding import SUFFIXES
from .files import COMPRESSED_SUFFIXES, InputFile, open_input
from .image_metadata_files import NAMES as METADATA_FILES

BY_SUFFIX = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".csv": "csv",
    ".tsv": "csv",
    ".arrow": "arrow",
    ".arrows": "arrow",
    ".feather": "arrow",
    ".ipc": "arrow",
    ".warc": "warc",
    ".wet": "warc",
    ".txt": "text",
    ".text": "text",
    ".rst": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    **dict.fromkeys(SUFFIXES, "image-folder"),
}
ROWS = ("jsonl", "json", "parquet", "csv", "arrow", "warc")  # beside them a README or a licence is no document
MOSTLY = 0.9  # of the files of a folder: then it is a folder of images, and the others are reported by it
_BY_CONTENT = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"%PDF-": "pdf",
    b"WARC/": "warc",
    b"\x89PNG": "image-folder",
    b"\xff\xd8\xff": "image-folder",
}
_START = 1 << 16


def guess_source(path: Path) -> dict[str, Any]:
    """The name of the source (``source``) and its option ``path`` for a path, as in a config.

    Raises :class:`InputError` where nothing fits, or where a folder holds rows of several kinds.
    """
    if path.is_file():
        return {"source": _of_file(path), "path": str(path)}
    if not path.is_dir():
        raise InputError(f"{path}: no such file or folder; check the path")
    if (path / MANIFEST).is_file() and (path / "part-00000.parquet").is_file():
        return {"source": "parquet", "path": str(path / "part-*.parquet")}
    if (path / "dataset_info.json").is_file() or (path / "dataset_dict.json").is_file():
        return {"source": "datasets", "path": str(path)}
    return {"source": _of_folder(path), "path": str(path)}


def _of_folder(folder: Path) -> str:
    kinds: Counter[str] = Counter()
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in names if not name.startswith(".")):
            kind = BY_SUFFIX.get(_suffix(name))
            if name in METADATA_FILES and kinds["image-folder"]:
                continue  # it tells of the images
            # Whether .json is lines or an array takes a look; one file of a kind speaks for all.
            kind = _of_file(Path(place, name)) if kind == "json" and not kinds["json"] + kinds["jsonl"] else kind
            kinds.update([kind] if kind else [])
    if kinds["image-folder"] >= MOSTLY * kinds.total() > 0:
        return "image-folder"
    found = [kind for kind in ROWS if kinds[kind]] or sorted(kinds)
    if {"json", "jsonl"} == set(found) or {"markdown", "text"} == set(found):
        return "jsonl" if "jsonl" in found else "text"  # each of them reads the endings of both
    if len(found) > 1:
        listed = ", ".join(f"{kinds[kind]} {kind}" for kind in found)
        raise InputError(f"{folder}: files of several kinds ({listed}); give one of them, or a pattern such as *.html")
    if not found:
        raise InputError(
            f"{folder}: no file of a known kind in this folder; name the source in a config ('headwater init')"
        )
    return found[0]


def _of_file(path: Path) -> str:
    kind = BY_SUFFIX.get(_suffix(path.name))
    if kind and kind != "json":
        return kind
    found = _of_content(_start(path)) or kind
    if not found:
        raise InputError(
            f"{path}: cannot tell the kind of data from its name or its first bytes; known endings: "
            f"{', '.join(BY_SUFFIX)}, most of them also with {', '.join(COMPRESSED_SUFFIXES)}"
        )
    return found


def _start(path: Path) -> bytes:
    with open_input(InputFile(path, path.name)) as chunks:
        return next(chunks, b"")[:_START]


def _of_content(start: bytes) -> str | None:
    for magic, kind in _BY_CONTENT.items():
        if start.startswith(magic):
            return kind
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:15].lower().startswith((b"<!doctype html", b"<html")):
        return "html"
    if text.startswith(b"["):
        return "json"
    if text.startswith(b"{"):
        return "jsonl" if _is_whole(text.partition(b"\n")[0]) else "json"
    return None


def _is_whole(line: bytes) -> bool:
    """Whether a line is a value by itself, or so long that nobody lays out JSON that way."""
    try:
        json.loads(line)
        return True
    except (ValueError, RecursionError):
        return len(line) >= _START - 3


def _suffix(name: str) -> str:
    lower = name.lower()
    for packed in COMPRESSED_SUFFIXES:
        lower = lower.removesuffix(packed)
    return Path(lower).suffix
