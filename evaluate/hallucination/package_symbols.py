"""Whether a name exists in an installed package, by its files alone: nothing of it is imported or run."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.machinery import EXTENSION_SUFFIXES, PathFinder
from pathlib import Path
from typing import Literal

from .module_symbols import ModuleSymbols, Part, Symbol, merged, read_module

Status = Literal["exists", "missing", "unknown"]
DEEPEST = 40
"""Imports that are followed from one name to the next."""


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a dotted name. ``at`` is the part that is missing, ``near`` the names that stand where it should.

    ``why`` says why it cannot be checked; ``keywords`` are those of a call, None where they are not known.
    """

    status: Status
    at: str = ""
    near: tuple[str, ...] = ()
    why: str = ""
    keywords: frozenset[str] | None = None


class PackageSymbols:
    """Installed packages as files. ``search`` are folders to look into first, before those of this Python."""

    def __init__(self, search: Sequence[str] = ()) -> None:
        self.search = [*search, *(place for place in sys.path if place)]
        self._modules: dict[Part, ModuleSymbols | None] = {}
        self._homes: dict[str, tuple[Path | None, bool]] = {}

    def installed(self, top: str) -> bool:
        """Whether there is such a package or module, compiled ones included."""
        return top in sys.builtin_module_names or self._home(top) != (None, False)

    def resolve(self, module: Part, attributes: Sequence[str]) -> Found:
        """``module`` is what an import names; ``attributes`` are looked up in it one after the other."""
        if not self.installed(module[0]):
            return Found("unknown", why="the package is not installed here")
        for depth in range(1, len(module)):
            if self._file(module[: depth + 1]) is None:
                return self._in_module(module[:depth], module[depth : depth + 1], 0, submodule=True)
        return self._in_module(module, tuple(attributes), 0)

    def _in_module(self, module: Part, attributes: Part, depth: int, submodule: bool = False) -> Found:
        if not attributes:
            return Found("exists")
        first, rest = attributes[0], attributes[1:]
        known = self._module(module)
        if known is None or depth > DEEPEST:
            return Found("unknown", why=f"{'.'.join(module)} is compiled or cannot be read")
        symbol, is_open = self._lookup(known, first, set())
        is_module = self._file((*module, first)) is not None
        if symbol is not None and not submodule and not (is_module and _may_be_module(symbol, module, first)):
            return self._in_symbol(known, symbol, first, rest, depth)
        if is_module:
            return self._in_module((*module, first), rest, depth + 1)
        if symbol is not None:
            return Found("exists")
        if is_open:
            return Found("unknown", why=f"{'.'.join(module)} makes names while it runs")
        if first.startswith("_"):
            return Found("unknown", why="private names are not checked")
        return Found("missing", ".".join((*module, first)), self._names(known))

    def _in_symbol(self, module: ModuleSymbols, symbol: Symbol, name: str, rest: Part, depth: int) -> Found:
        if symbol.kind == "import" and symbol.target is not None:
            target, inner = symbol.target
            if not self.installed(target[0]):
                return Found("exists") if not rest else Found("unknown", why=f"{target[0]} is not installed here")
            found = self._in_module(target, ((inner,) if inner else ()) + rest, depth + 1)
            # who imports a name shows that it is there, whatever the file it comes from lets us see
            return found if rest or found.status == "exists" else Found("exists")
        if not rest:
            return Found("exists", keywords=symbol.keywords)
        if symbol.kind == "class" and symbol.members is not None:
            return self._member(module, symbol, f"{'.'.join(module.name)}.{name}", rest)
        return Found("unknown", why=f"what {name} holds is known only when it runs")

    def _member(self, module: ModuleSymbols, symbol: Symbol, name: str, rest: Part) -> Found:
        members, closed = self._members(module, symbol, set())
        member = members.get(rest[0])
        if member is None and (not closed or rest[0].startswith("_") or rest[0] in OF_ALL):
            return Found("unknown", why=f"{name} may have members that its source does not show")
        if member is None:
            return Found("missing", f"{name}.{rest[0]}", tuple(sorted(members)))
        return Found("exists") if len(rest) == 1 else Found("unknown", why=f"what {rest[0]} holds is not known")

    def _members(self, module: ModuleSymbols, symbol: Symbol, seen: set[str]) -> tuple[dict[str, Symbol], bool]:
        """Members of a class and of its bases in the same module; whether these are all."""
        members, closed = dict(symbol.members or {}), symbol.members is not None
        for base in symbol.bases:
            parent = module.names.get(base)
            if base == "object":
                continue
            if parent is None or parent.kind != "class" or base in seen:
                closed = False
                continue
            inner, whole = self._members(module, parent, seen | {base})
            members, closed = {**inner, **members}, closed and whole
        return members, closed

    def _lookup(self, module: ModuleSymbols, name: str, seen: set[Part]) -> tuple[Symbol | None, bool]:
        """The symbol, and whether the module may hold it without showing it."""
        if name in module.names:
            return module.names[name], False
        is_open = module.open
        for star in module.stars:
            if star in seen:
                continue
            other = self._module(star)
            if other is None:
                is_open = True
                continue
            symbol, inner = self._lookup(other, name, seen | {star, module.name})
            if symbol is not None and (other.exported is None or name in other.exported):
                return symbol, False
            is_open = is_open or inner
        return None, is_open

    def _names(self, module: ModuleSymbols) -> tuple[str, ...]:
        names = set(module.names)
        for star in module.stars:
            other = self._module(star)
            names |= set(other.names) if other else set()
        return tuple(sorted(name for name in names if not name.startswith("_")))

    def _module(self, module: Part) -> ModuleSymbols | None:
        if module not in self._modules:
            self._modules[module] = self._read(module)
        return self._modules[module]

    def _read(self, module: Part) -> ModuleSymbols | None:
        """The symbols of the source together with those of the stub beside it, which may show what the source hides."""
        path = self._file(module)
        if path is None or path.suffix not in (".py", ".pyi"):
            return _loaded(module)
        found = [
            read_module(one, module, one.stem == "__init__")
            for one in (path.with_suffix(".pyi"), path.with_suffix(".py"))
            if one.suffix in (".py", ".pyi") and one.is_file()
        ]
        parts = [one for one in found if one is not None]
        if not parts:
            return None
        stub = parts[0]
        if len(parts) == 2:
            stub.open = "__getattr__" in stub.names  # else the stub shows what its module makes while it runs
            stub.names = merged(stub.names, parts[1].names)
            stub.stars = list(dict.fromkeys([*stub.stars, *parts[1].stars]))
            stub.exported = None
        return stub

    def _file(self, module: Part) -> Path | None:
        """The file of a module, below the folder of its package; a compiled one too."""
        if any(not part.isidentifier() for part in module):
            return None
        home, is_package = self._home(module[0])
        if home is None:
            return None
        if len(module) == 1:
            return home / "__init__.py" if is_package else home
        if not is_package:
            return None
        base = home.joinpath(*module[1:])
        if base.is_dir() and not base.is_symlink():
            return base / "__init__.py"
        suffixes = (".py", ".pyi", *EXTENSION_SUFFIXES)
        return next(
            (base.with_name(base.name + end) for end in suffixes if base.with_name(base.name + end).is_file()), None
        )

    def _home(self, top: str) -> tuple[Path | None, bool]:
        if top not in self._homes:
            self._homes[top] = self._find(top)
        return self._homes[top]

    def _find(self, top: str) -> tuple[Path | None, bool]:
        if not top.isidentifier():
            return None, False
        spec = PathFinder.find_spec(top, self.search)  # of a name without dots: looks at folders, imports nothing
        if spec is None:
            return None, False
        if spec.submodule_search_locations is not None:
            places = list(spec.submodule_search_locations)
            return (Path(places[0]), True) if places else (None, False)
        return (Path(spec.origin), False) if spec.origin else (None, False)


def _may_be_module(symbol: Symbol, module: Part, name: str) -> bool:
    """Whether a name beside a file of that name stands for it: ``from . import name``, or text in ``__getattr__``."""
    return symbol.kind == "value" or symbol.target in ((module, name), ((*module, name), ""))


def _loaded(module: Part) -> ModuleSymbols | None:
    """Names of a compiled module of the standard library that this Python has loaded already; None for any other."""
    held = sys.modules.get(".".join(module)) if module[0] in sys.stdlib_module_names else None
    return None if held is None else ModuleSymbols(module, {name: Symbol("value") for name in dir(held)})


OF_ALL = frozenset(dir(type)) | frozenset(dir(object))
"""What every class has, whatever its source says."""
