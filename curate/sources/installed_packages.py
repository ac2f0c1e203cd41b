"""The embedded corpus: docstrings and READMEs of the Python distributions in this environment."""

import fnmatch
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from ...core import ConfigError, Progress, canonical_json, sha256, sha256_file, text_record
from ..base import SOURCES, Reject, Rejected, Source
from .batches import batched
from .columns import storable
from .distributions import Package, all_packages, packages_named, packages_required_by
from .docstring_workers import read_python_files
from .docstrings import Found, Unreadable

# Tests are code about code; vendored copies carry the licence and the words of somebody else.
EXCLUDE = (
    "*/tests/*",
    "*/test/*",
    "*/testing/_internal/*",
    "*/conftest.py",
    "*/_vendor/*",
    "*/_vendored/*",
    "*/vendor/*",
    "*/vendored/*",
    "*/externals/*",
    "*/extern/*",
    "*/third_party/*",
)
README = "METADATA"


@SOURCES.register("installed-packages", source="PEP 257 docstrings; core metadata of installed distributions")
def installed_packages(
    distributions: Sequence[str] | Literal["all"] | None = None,
    collected: str | None = None,
    minimum_characters: int = 80,
    code: bool = False,
    exclude: Sequence[str] = EXCLUDE,
    workers: int = 2,
) -> Source:
    """Docstrings and READMEs of installed Python distributions: real text on every machine.

    ``distributions`` lists names; null takes what headwater itself needs at run time (without extras), ``all``
    everything that is installed. Files are parsed, never imported or run. Each docstring of a module, class or function
    with at least ``minimum_characters`` is a document, and so is each README; ``code: true`` adds the source of each
    file. ``exclude`` holds patterns for paths to leave out; tests and vendored copies of other projects by default.
    ``collected`` is the date of the snapshot (2026-11-23). Licences become SPDX expressions, settled by the licence
    file where the metadata are vague. The result does not depend on ``workers``. A file that is no Python is rejected.
    """
    if collected is not None:
        _check_date(collected)
    if workers < 1:
        raise ConfigError(f"workers: {workers} is less than 1")
    options = Options(collected, minimum_characters, code, tuple(exclude))
    return InstalledPackages(_packages(distributions), options, workers)


@dataclass(frozen=True, slots=True)
class Options:
    """What the documents depend on beside the files."""

    collected: str | None
    minimum_characters: int
    code: bool
    exclude: tuple[str, ...]


class InstalledPackages:
    """The source: distributions by name, files by path, docstrings by line."""

    name = "installed-packages"
    modality = "text"

    def __init__(self, packages: Sequence[Package], options: Options, workers: int) -> None:
        self.packages, self.options, self.workers = list(packages), options, workers

    def batches(self, reject: Reject, progress: Progress) -> Iterator[pa.RecordBatch]:
        """Record batches; the bar counts files."""
        with progress.task("read installed-packages", total=len(self._files)) as task:
            yield from batched(self._rows(reject, task.advance), self.modality)

    def fingerprint(self) -> str:
        """SHA-256 over names, versions, the content of every file and README, and the options but ``workers``."""
        packages = [[package.name, package.version, sha256(package.readme.encode())] for package in self.packages]
        files = [[package.name, name, sha256_file(path)] for package, name, path in self._files]
        values = {"source": self.name, "packages": packages, "files": files, "options": asdict(self.options)}
        return sha256(canonical_json(values))

    @cached_property
    def _files(self) -> list[tuple[Package, str, Path]]:
        excluded = re.compile("|".join(fnmatch.translate(pattern) for pattern in self.options.exclude) or r"(?!)")
        return [
            (package, name, path)
            for package in self.packages
            for name, path in package.python_files()
            if not excluded.match("/" + name)
        ]

    def _rows(self, reject: Reject, advance: Any) -> Iterator[dict[str, Any]]:
        paths = [path for _, _, path in self._files]
        contents = read_python_files(paths, self.options.minimum_characters, self.options.code, self.workers)
        position = 0
        for package in self.packages:
            yield from self._stored(package, README, self._readme(package), reject)
            while position < len(self._files) and self._files[position][0] is package:
                yield from self._stored(package, self._files[position][1], next(contents), reject)
                position += 1
                advance(1)

    def _readme(self, package: Package) -> list[Found]:
        text = package.readme.strip()
        return [Found("readme", text, 1, "")] if len(text) >= self.options.minimum_characters else []

    def _stored(
        self, package: Package, file: str, content: list[Found] | Unreadable, reject: Reject
    ) -> Iterator[dict[str, Any]]:
        place = f"{package.name}/{package.version}/{file}"
        if isinstance(content, Unreadable):
            reject(Rejected(place, package.name, content.rule, content.evidence, content.measured, content.limit))
            return
        for found in content:
            record = self._record(package, file, found, place)
            if storable(record):
                yield record
            else:
                evidence = "half of a surrogate pair, which no UTF-8 text can hold"
                kept = found.text.encode("utf-8", "backslashreplace")
                reject(Rejected(f"{place}:{found.line}", package.name, "lone-surrogate", evidence, content=kept))

    def _record(self, package: Package, file: str, found: Found, place: str) -> dict[str, Any]:
        licence, declared = package.licence
        attributes = {
            "version": package.version,
            "file": file,
            "line": found.line,
            "object": found.object or None,
            "kind": found.kind,
            "licence_declared": declared if declared and declared != licence else None,
        }
        fields = {"url": package.url, "licence": licence, "collected": self.options.collected, "attributes": attributes}
        locator = f"{place}:{found.line}" if found.kind == "docstring" else place
        return text_record(found.text, locator, package.name, **fields)


def _packages(distributions: Sequence[str] | Literal["all"] | None) -> list[Package]:
    if distributions is None:
        return packages_required_by("headwater")
    if isinstance(distributions, str):
        return all_packages() if distributions == "all" else packages_named([distributions])
    return packages_named(distributions)


def _check_date(collected: str) -> None:
    try:
        date.fromisoformat(collected)
    except ValueError:
        raise ConfigError(f"collected: {collected!r} is not a date; write it as 2026-11-23") from None
