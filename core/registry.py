"""One explicit registry object a kind: built-ins by decorator, third parties by entry point."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any, Generic, TypeVar

from .errors import UnknownName, UsageError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a registered thing, as a user may set it in a config."""

    name: str
    annotation: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Description:
    """What ``headwater explain NAME`` prints."""

    kind: str
    name: str
    summary: str
    text: str
    parameters: tuple[Parameter, ...]
    facts: dict[str, str] = field(default_factory=dict)


class Registry(Generic[T]):
    """Names to factories of one kind.

    ``facts`` given at registration (``source=``, ``unit=``, ``range=``) are printed by ``headwater explain``.
    """

    def __init__(self, kind: str, group: str) -> None:
        self.kind, self.group = kind, group
        self._entries: dict[str, T] = {}
        self._facts: dict[str, dict[str, str]] = {}
        self._third_parties_loaded = False

    def register(self, name: str, **facts: str) -> Callable[[T], T]:
        """Decorator that files a factory under ``name``; a taken name is an error."""

        def add(entry: T) -> T:
            if name in self._entries and self._entries[name] is not entry:
                raise UsageError(f"{self.kind} {name!r} is registered twice")
            self._entries[name] = entry
            self._facts[name] = facts
            return entry

        return add

    def get(self, name: str, place: str = "") -> T:
        """The factory of that name, or :class:`UnknownName` with the nearest names."""
        if name not in self._entries:
            self._load_third_parties()
        if name not in self._entries:
            raise UnknownName(self.kind, name, self._entries, place)
        return self._entries[name]

    def names(self) -> list[str]:
        """Every registered name, sorted."""
        self._load_third_parties()
        return sorted(self._entries)

    def describe(self, name: str) -> Description:
        """Summary, full text, parameters and facts of one entry."""
        entry = self.get(name)
        text = inspect.getdoc(entry) or ""
        return Description(
            self.kind, name, text.split("\n", 1)[0], text, tuple(_parameters(entry)), dict(self._facts[name])
        )

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def _load_third_parties(self) -> None:
        if self._third_parties_loaded:
            return
        self._third_parties_loaded = True
        for entry_point in metadata.entry_points(group=self.group):
            if entry_point.name not in self._entries:
                self.register(entry_point.name, origin=entry_point.value)(entry_point.load())


def _parameters(entry: Any) -> Iterator[Parameter]:
    for parameter in inspect.signature(entry).parameters.values():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL) or parameter.name == "self":
            continue
        annotation = "" if parameter.annotation is parameter.empty else inspect.formatannotation(parameter.annotation)
        default = None if parameter.default is parameter.empty else repr(parameter.default)
        yield Parameter(parameter.name, annotation, default)
