"""Installed distributions: which ones a distribution needs, their files, and what their metadata say."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path, PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from ...core import UNKNOWN, InputError, did_you_mean
from ..licence_texts import CAP, recognise_licence_texts
from ..licences import licence_keys, normalise_licence

_LICENCE_FILE = re.compile(r"(?:licen[cs]e|copying)(?:\.(?:txt|md|rst))?", re.IGNORECASE)
_LINK_LABELS = ("homepage", "home", "source", "source code", "repository", "github", "documentation", "docs")


@dataclass(frozen=True)
class Package:
    """One installed distribution. ``name`` is in its normal form (lower case, hyphens)."""

    name: str
    distribution: metadata.Distribution

    @cached_property
    def version(self) -> str:
        """The installed version."""
        return next(iter(self._stated("Version")), "0")

    @cached_property
    def readme(self) -> str:
        """The long description, often the README."""
        return "\n".join(self._stated("Description"))

    @cached_property
    def url(self) -> str | None:
        """The home page, else the repository, else the documentation."""
        pairs = (entry.partition(",") for entry in self._stated("Project-URL"))
        links = {label.strip().lower(): link.strip() for label, _, link in pairs}
        labelled = [links[label] for label in _LINK_LABELS if label in links]
        candidates = [*self._stated("Home-page"), *labelled, *links.values()]
        return next((link for link in candidates if link.startswith(("https://", "http://"))), None)

    @cached_property
    def licence(self) -> tuple[str, str]:
        """SPDX expression, and what the metadata say literally (its first 200 characters).

        ``License-Expression`` is taken as it is. Else ``License``, then the classifiers; the licence file settles a
        name without a number of clauses ("BSD"), a missing one, and one that it plainly contradicts.
        """
        for expression in self._stated("License-Expression"):
            if normalise_licence(expression) != UNKNOWN:
                return normalise_licence(expression), expression
        classifiers = [line for line in self._stated("Classifier") if line.startswith("License ::")]
        readings = [(text, normalise_licence(text)) for text in self._stated("License") if text.strip()]
        readings += [("; ".join(classifiers), _together(classifiers))] if classifiers else []
        known = [licence for _, licence in readings if licence != UNKNOWN]
        declared = readings[0][0][:200] if readings else ""
        return _settled(known[0] if known else UNKNOWN, self._licence_files()), declared

    def python_files(self) -> list[tuple[str, Path]]:
        """Name (with slashes, relative to the site folder) and path of each Python file, sorted by name."""
        return sorted((str(name), path) for name, path in self._files() if name.suffix == ".py")

    @cached_property
    def _metadata(self) -> metadata.PackageMetadata:
        return self.distribution.metadata

    def _stated(self, key: str) -> list[str]:
        """Every value of a metadata field."""
        return [str(value) for value in self._metadata.get_all(key) or []]

    def _licence_files(self) -> list[str]:
        found = []
        for name, path in sorted(self._files()):
            if _LICENCE_FILE.fullmatch(name.name) and name.parts[0].endswith((".dist-info", ".egg-info")):
                with path.open("rb") as file:
                    found += recognise_licence_texts(file.read(CAP).decode("utf-8", "replace"))
        return list(dict.fromkeys(found))

    def _files(self) -> Iterator[tuple[PurePosixPath, Path]]:
        for entry in self.distribution.files or []:
            name = PurePosixPath(str(entry).replace("\\", "/"))
            # A list of files is input too: it may point anywhere on the disk.
            if name.is_absolute() or ".." in name.parts:
                continue
            path = Path(str(self.distribution.locate_file(str(entry))))
            if path.is_file():
                yield name, path


def packages_named(names: Iterable[str]) -> list[Package]:
    """The installed distributions of these names, sorted; a missing one raises :class:`InputError`."""
    wanted = sorted({canonicalize_name(name) for name in names})
    return [_package(name) for name in wanted]


def all_packages() -> list[Package]:
    """Every installed distribution but headwater itself, sorted by name."""
    found: dict[str, metadata.Distribution] = {}
    for distribution in metadata.distributions():
        name = _name(distribution)
        if name and name != "headwater":
            found.setdefault(name, distribution)
    return [Package(name, found[name]) for name in sorted(found)]


def packages_required_by(name: str) -> list[Package]:
    """What a distribution needs at run time, with what that needs, without its own extras; sorted by name.

    A requirement that does not apply here (another system, another Python) or is not installed is left out.
    """
    seen: set[tuple[str, str]] = set()
    waiting: list[tuple[str, frozenset[str]]] = [(canonicalize_name(name), frozenset())]
    _package(name)
    while waiting:
        current, extras = waiting.pop()
        for extra in sorted(extras | {""}):
            if (current, extra) not in seen:
                seen.add((current, extra))
                waiting += _requirements(current, extra)
    names = {found for found, _ in seen} - {canonicalize_name(name)}
    return [_package(found) for found in sorted(names) if _installed(found)]


def _requirements(name: str, extra: str) -> list[tuple[str, frozenset[str]]]:
    distribution = _installed(name)
    found: list[tuple[str, frozenset[str]]] = []
    for line in (distribution.requires if distribution else None) or []:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            found.append((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    return found


def _package(name: str) -> Package:
    distribution = _installed(name)
    if distribution is None:
        known = {package.name for package in all_packages()}
        raise InputError(f"{name}: no such installed distribution; {did_you_mean(name, known)}'pip list' shows all")
    return Package(canonicalize_name(name), distribution)


def _installed(name: str) -> metadata.Distribution | None:
    try:
        return metadata.distribution(name)
    except (metadata.PackageNotFoundError, ValueError):
        return None


def _name(distribution: metadata.Distribution) -> str:
    """The normal form of its name; a folder that an installer left behind has none."""
    names = distribution.metadata.get_all("Name") if distribution.metadata else None
    return canonicalize_name(str(names[0])) if names else ""


def _together(classifiers: list[str]) -> str:
    """All classifiers that name a licence as one expression: where it is unsaid which one holds, all do."""
    names = [normalise_licence(line) for line in classifiers]
    known = dict.fromkeys(f"({name})" if " " in name else name for name in names if name != UNKNOWN)
    return normalise_licence(" AND ".join(known))


def _settled(stated: str, files: list[str]) -> str:
    if not files or (stated != UNKNOWN and set(files) & set(licence_keys(stated))):
        return stated
    if stated == UNKNOWN or len(files) == 1 or _family(files[0]) == _family(stated):
        return files[0]
    return stated


def _family(licence: str) -> str:
    return licence.split("-")[0]
