"""Source files in a folder: one document a file, with the licence of the nearest licence file above it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from ...core import UNKNOWN, ConfigError, InputError, did_you_mean, text_record
from ..base import SOURCES, Reject, Rejected, Source
from ..code_languages import DATA, LANGUAGES, code_language, language_of_name, language_of_shebang
from ..licences import LONGEST_TEXT, normalise_licence
from .file_source import FileSource, Rows
from .files import Advance, InputFile, Paths, find_files, open_input
from .lines import EVIDENCE_BYTES
from .provenance import declared_provenance

LICENCE_STEMS = frozenset({"license", "licence", "copying", "unlicense"})
LARGEST = 1 << 20  # The Stack (Kocetkov et al. 2022) takes no file over 1 MB
_START = 200


@SOURCES.register("code-folder", source="Kocetkov et al. 2022, The Stack (limit of 1 MB a file); SPDX licence texts")
def code_folder(
    path: Paths,
    languages: Sequence[str] = (),
    maximum_bytes: int = LARGEST,
    declared: Mapping[str, str] | None = None,
) -> Source:
    """Source files in a folder, each with its path, its language, and the licence of the nearest licence file above.

    ``path`` is a folder (hidden folders are left out), a file, a pattern or a list. A file is read where its name or
    its first line tells a programming or markup language, or one in ``languages``. Licence files are LICENSE, LICENCE,
    COPYING and UNLICENSE, with any ending, beside the file or in a folder above it up to ``path``; ``declared`` holds
    where there is none. Binary files, files over ``maximum_bytes`` and files that are not UTF-8 are rejected.
    Attributes: ``path``, ``code.language`` and ``licence_file``.
    """
    wanted = _check_languages(languages)
    provenance = declared_provenance(declared)
    files = find_files(path)
    licences = _Licences()
    chosen = [file for file in files if _is_wanted(file, wanted)]
    if not chosen:
        raise InputError(f"{path}: no file in a {'wanted' if wanted else 'known'} language; check path and languages")

    def read(file: InputFile, reject: Reject, advance: Advance) -> Rows:
        content, size = _content(file, maximum_bytes, advance)
        text = _text(file, content, size, maximum_bytes, reject)
        if text is None or not text.strip():
            return
        licence, stated_in = licences.of(file)
        stored = {"path": file.name, "code.language": code_language(file.name, text), "licence_file": stated_in}
        own = {"licence": licence} if licence != UNKNOWN else {}
        fields = {"source": PurePosixPath(file.name).parts[0] if "/" in file.name else file.name, **provenance, **own}
        yield text_record(text, file.name, **fields, attributes=stored)

    stated = {file.name: licences.of(file) for file in chosen}
    options = {
        "languages": sorted(wanted), "maximum_bytes": maximum_bytes, "declared": provenance,
        "licences": sorted({(where or "", licence) for licence, where in stated.values()}),
    }  # fmt: skip
    return FileSource("code-folder", chosen, read, options)


class _Licences:
    """The licence of the nearest licence file above a file, remembered by folder."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, str], tuple[str, str | None]] = {}

    def of(self, file: InputFile) -> tuple[str, str | None]:
        """SPDX expression (or ``unknown``) and the licence file, named like the files."""
        return self._in(file.path.parent, PurePosixPath(file.name).parent.as_posix())

    def _in(self, folder: Path, name: str) -> tuple[str, str | None]:
        key = (folder, name)
        if key not in self._known:
            own = _licence_file(folder)
            found: tuple[str, str | None]
            if own is not None:
                found = (_licence_of(own), own.name if name == "." else f"{name}/{own.name}")
            elif name == ".":
                found = (UNKNOWN, None)
            else:
                found = self._in(folder.parent, PurePosixPath(name).parent.as_posix())
            self._known[key] = found
        return self._known[key]


def _licence_file(folder: Path) -> Path | None:
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return None
    stems = ((name, name.split(".", 1)[0].lower()) for name in names)
    found = (folder / name for name, stem in stems if stem in LICENCE_STEMS)
    return next((path for path in found if path.is_file() and not language_of_name(path.name)), None)


def _licence_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return normalise_licence(file.read(LONGEST_TEXT).decode("utf-8", "replace"))
    except OSError:
        return UNKNOWN


def _is_wanted(file: InputFile, wanted: frozenset[str]) -> bool:
    found = language_of_name(file.name)
    if not found and not PurePosixPath(file.name).suffix:
        found = language_of_shebang(_start(file))
    return found in wanted if wanted else bool(found) and found not in DATA


def _start(file: InputFile) -> str:
    try:
        with file.path.open("rb") as opened:
            return opened.read(_START).decode("utf-8", "replace")
    except OSError:
        return ""


def _content(file: InputFile, limit: int, advance: Advance) -> tuple[bytes, int]:
    """The first ``limit`` + 1 bytes of a file and its whole size."""
    held, size = b"", 0
    with open_input(file, advance) as chunks:
        for chunk in chunks:
            held += chunk[: max(0, limit + 1 - len(held))]
            size += len(chunk)
    return held, size


def _text(file: InputFile, content: bytes, size: int, limit: int, reject: Reject) -> str | None:
    bad = Rejected(file.name, file.name, "", "", content=content[:EVIDENCE_BYTES])
    if size > limit:
        told = "larger than a source file may be; see maximum_bytes"
        reject(replace(bad, rule="file-too-large", evidence=told, measured=size, limit=limit))
        return None
    if b"\0" in content:
        reject(replace(bad, rule="binary", evidence="NUL bytes, which no source file holds"))
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        reject(replace(bad, rule="invalid-utf8", evidence=f"byte {error.start + 1} is not UTF-8"))
        return None


def _check_languages(languages: Sequence[str]) -> frozenset[str]:
    if isinstance(languages, str):
        raise ConfigError(f"languages: must be a list such as [Python, Go], not {languages!r}")
    for name in languages:
        if name not in LANGUAGES:
            hint = did_you_mean(name, LANGUAGES)
            raise ConfigError(f"languages: no language {name!r}; {hint}there are {', '.join(LANGUAGES)}")
    return frozenset(languages)
