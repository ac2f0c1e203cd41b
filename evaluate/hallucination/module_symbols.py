"""The names that a module defines, read from its source or stub without importing it."""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

LARGEST = 8_000_000
"""Bytes of a source file that are read; a larger one cannot be checked."""
Part = tuple[str, ...]
HARMLESS = frozenset({
    "staticmethod", "classmethod", "abstractmethod", "final", "override", "abc.abstractmethod", "typing.final",
    "typing.override", "overload", "typing.overload",
})  # fmt: skip
"""Decorators that leave the keywords of a function as they are written."""
DYNAMIC_CALLS = frozenset({"exec", "eval", "globals", "vars", "setattr", "attach_stub", "attach"})


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a name stands for. ``keywords`` are those a call may use, None where that is not known from the source.

    ``target``: an import, as the absolute module and the name in it ("" for the module itself).
    """

    kind: Literal["function", "class", "import", "value"]
    keywords: frozenset[str] | None = None
    target: tuple[Part, str] | None = None
    members: "dict[str, Symbol] | None" = None  # of a class; None where it may have others
    bases: tuple[str, ...] = ()


@dataclass
class ModuleSymbols:
    """All names at the top of a module. ``open``: it may hold names that its source does not show."""

    name: Part
    names: dict[str, Symbol] = field(default_factory=dict)
    stars: list[Part] = field(default_factory=list)
    exported: frozenset[str] | None = None
    open: bool = False


def read_module(path: Path, name: Part, is_package: bool) -> ModuleSymbols | None:
    """The symbols of a .py or .pyi file; None where it cannot be read as Python."""
    try:
        if path.stat().st_size > LARGEST:
            return None
        tree = parsed(path.read_bytes().decode("utf-8", "replace"))
    except OSError:
        return None
    if tree is None:
        return None
    found = ModuleSymbols(name)
    package = name if is_package else name[:-1]
    for statement in _statements(tree.body):
        _add(found, statement, package)
    _openness(found, tree)
    return found


def parsed(source: str) -> ast.Module | None:
    """The tree of a source; None for what is no Python."""
    return parsed_until(source)[0]


def parsed_until(source: str) -> tuple[ast.Module | None, int | None]:
    """The tree, or None and the number of the line that is no Python, where that is known."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source), None
    except SyntaxError as error:
        return None, error.lineno
    except (ValueError, RecursionError, MemoryError):
        return None, None


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a body with those inside if, try, with and loops, which run in the same scope."""
    waiting = list(reversed(body))
    while waiting:
        statement = waiting.pop()
        yield statement
        if isinstance(statement, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
            inner = [part for name in ("body", "orelse", "finalbody") for part in getattr(statement, name, [])]
            inner += [part for handler in getattr(statement, "handlers", []) for part in handler.body]
            waiting += reversed(inner)


def _add(found: ModuleSymbols, statement: ast.stmt, package: Part) -> None:
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            known = found.names.get(statement.name)
            again = known is not None and known.kind == "function"  # overloads, or one of two branches
            found.names[statement.name] = Symbol("function", None if again else keywords_of(statement))
        case ast.ClassDef():
            found.names[statement.name] = _class(statement)
            if any(_dotted(one).endswith("global_enum") for one in statement.decorator_list):
                names = (part.id for part in ast.walk(statement) if isinstance(part, ast.Name))
                found.names |= {name: Symbol("value") for name in names if name not in found.names}
        case ast.Import():
            for one in statement.names:
                parts = tuple(one.name.split("."))
                found.names[one.asname or parts[0]] = Symbol("import", target=(parts if one.asname else parts[:1], ""))
        case ast.ImportFrom():
            _import_from(found, statement, package)
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign() | ast.For() | ast.With():
            _assign(found, statement)


def _import_from(found: ModuleSymbols, statement: ast.ImportFrom, package: Part) -> None:
    module = absolute(statement, package)
    if module is None:
        found.open = True
        return
    for one in statement.names:
        if one.name == "*":
            found.stars.append(module)
        else:
            found.names[one.asname or one.name] = Symbol("import", target=(module, one.name))


def absolute(statement: ast.ImportFrom, package: Part) -> Part | None:
    """The module that is imported from; None for a relative import beyond the top."""
    named = tuple(statement.module.split(".")) if statement.module else ()
    if not statement.level:
        return named
    kept = len(package) - (statement.level - 1)
    return (*package[:kept], *named) if kept > 0 else None


def _assign(found: ModuleSymbols, statement: ast.stmt) -> None:
    targets: list[ast.expr] = list(getattr(statement, "targets", []))
    targets += [one for one in (getattr(statement, "target", None),) if one is not None]
    targets += [item.optional_vars for item in getattr(statement, "items", []) if item.optional_vars is not None]
    for target in targets:
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            owner = found.names.get(target.value.id)  # a class that gets a member from outside
            if owner is not None and owner.members is not None:
                owner.members[target.attr] = Symbol("value")
            continue
        for part in ast.walk(target):
            if isinstance(part, ast.Name):
                value = getattr(statement, "value", None)
                if part.id == "__all__":
                    _export(found, statement, value)
                found.names.setdefault(part.id, Symbol("value"))


def _export(found: ModuleSymbols, statement: ast.stmt, value: ast.expr | None) -> None:
    """``__all__`` where it is a plain list of strings, all of it."""
    plain = isinstance(statement, ast.Assign) and isinstance(value, (ast.List, ast.Tuple))
    texts = [one.value for one in getattr(value, "elts", []) if isinstance(one, ast.Constant)] if plain else []
    whole = plain and len(texts) == len(getattr(value, "elts", []))
    first = "__all__" not in found.names
    found.exported = frozenset(str(text) for text in texts) if whole and first else None


def keywords_of(function: ast.FunctionDef | ast.AsyncFunctionDef, bound: bool = False) -> frozenset[str] | None:
    """Keywords that a call may use; None with ``**`` or a decorator that may change them."""
    if function.args.kwarg is not None or any(_dotted(one) not in HARMLESS for one in function.decorator_list):
        return None
    names = [one.arg for one in (*function.args.args, *function.args.kwonlyargs)]
    positional = len(function.args.posonlyargs)
    is_static = any(_dotted(one) == "staticmethod" for one in function.decorator_list)
    return frozenset(names[1:] if bound and not positional and not is_static else names)


def _class(statement: ast.ClassDef) -> Symbol:
    """Members as far as the source shows them; open where a base, metaclass or ``__getattr__`` may add others."""
    members: dict[str, Symbol] = {}
    for inner in _statements(statement.body):
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
            again = inner.name in members
            members[inner.name] = Symbol("function", None if again else keywords_of(inner, bound=True))
        elif isinstance(inner, ast.ClassDef):
            members[inner.name] = _class(inner)
        else:
            for part in ast.walk(inner):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    members[part.id] = Symbol("value")
                elif isinstance(part, ast.alias):
                    members[part.asname or part.name.split(".")[0]] = Symbol("value")
    bases = tuple(_dotted(one) for one in statement.bases)
    closed = not statement.keywords and not statement.decorator_list and not any(
        name in members for name in ("__getattr__", "__getattribute__", "__class_getitem__")
    ) and all(bases)  # fmt: skip
    keywords = None
    if closed and not bases and "__new__" not in members:
        keywords = members["__init__"].keywords if "__init__" in members else frozenset()
    return Symbol("class", keywords, members=members if closed else None, bases=bases)


def merged(stub: dict[str, Symbol], source: dict[str, Symbol]) -> dict[str, Symbol]:
    """Names of a stub and of the source beside it: what either allows is allowed, for a stub may be out of date."""
    both = {name: _allowing(stub[name], source[name]) for name in stub.keys() & source.keys()}
    return {**source, **stub, **both}


def _allowing(one: Symbol, other: Symbol) -> Symbol:
    if "import" in (one.kind, other.kind) or one.kind != other.kind:
        return one if one.kind == "import" else other
    known = one.keywords is not None and other.keywords is not None
    keywords = (one.keywords or frozenset()) | (other.keywords or frozenset()) if known else None
    closed = one.members is not None and other.members is not None
    members = {**(other.members or {}), **(one.members or {})} if closed else None
    return Symbol(one.kind, keywords, members=members, bases=tuple(dict.fromkeys((*one.bases, *other.bases))))


def _dotted(node: ast.expr) -> str:
    """a.b.c of a chain of attributes; empty for anything else."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _openness(found: ModuleSymbols, tree: ast.Module) -> None:
    """Whether names may appear that the source does not show.

    A module's ``__getattr__`` that looks nothing up elsewhere can only give names that stand in the source as text.
    """
    for statement in _statements(tree.body):
        is_function = isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef))
        if is_function and getattr(statement, "name", "") != "__getattr__":
            continue
        if isinstance(statement, (ast.ClassDef, ast.If, ast.Try, ast.With, ast.For, ast.While)):
            continue
        called = {_dotted(part.func).rpartition(".")[2] for part in ast.walk(statement) if isinstance(part, ast.Call)}
        looks_up = called & {"getattr", "import_module", "__import__"} if is_function else called & DYNAMIC_CALLS
        found.open = found.open or bool(looks_up)
        if is_function:
            texts = (part.value for part in ast.walk(tree) if isinstance(part, ast.Constant))
            for text in texts:
                if isinstance(text, str) and text.isidentifier():
                    found.names.setdefault(text, Symbol("value"))
