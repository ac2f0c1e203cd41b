"""Docstrings of Python source, found in its syntax tree: the code is never imported or run.

It is also the program of the worker processes (``docstring_workers.py``), so it imports the standard library alone.
"""

import ast
import gc
import inspect
import json
import sys
import warnings
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from importlib.util import decode_source
from pathlib import Path

# What can stand around a definition. Only these are walked: expressions hold no docstring.
_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")
_COMPOUND = (
    ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match,
    ast.ExceptHandler, ast.match_case,
)  # fmt: skip
_DOCUMENTED = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
LARGEST_FILE = 16 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """A text of a file: the docstring of an object (``""`` is the module itself) or the code of the whole file."""

    kind: str
    text: str
    line: int
    object: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a file gave nothing. ``measured`` and ``limit`` are the two numbers of the rule, where it has them."""

    rule: str
    evidence: str
    measured: float | None = None
    limit: float | None = None


def read_python_file(path: Path, minimum: int, code: bool) -> list[Found] | Unreadable:
    """Docstrings of at least ``minimum`` characters in order of lines, after the code itself where it is wanted."""
    size = path.stat().st_size
    if size > LARGEST_FILE:
        return Unreadable("file-too-large", "larger than a Python file may be", size, LARGEST_FILE)
    source = path.read_bytes()
    try:
        tree = parsed(source)
    except SyntaxError as error:
        return Unreadable("invalid-python", f"does not parse as Python (line {error.lineno or 1})")
    except (ValueError, RecursionError, MemoryError) as error:
        return Unreadable("invalid-python", f"does not parse as Python ({type(error).__name__})")
    found = [found for found in docstrings(tree) if len(found.text) >= minimum]
    found.sort(key=lambda item: item.line)
    return [Found("code", decode_source(source), 1, ""), *found] if code else found


def parsed(source: bytes) -> ast.Module:
    """The syntax tree of a file; its encoding is found as Python finds it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def docstrings(tree: ast.Module) -> Iterator[Found]:
    """Every docstring of a module, its classes and functions, nested ones included, cleaned after PEP 257."""
    waiting: list[tuple[ast.AST, str]] = [(tree, "")]
    while waiting:
        node, name = waiting.pop()
        if isinstance(node, _Documented):
            expression = _docstring(node)
            if expression is not None:
                yield Found("docstring", inspect.cleandoc(str(expression.value)), expression.lineno, name)
        for blocks in _BLOCKS:
            for child in getattr(node, blocks, ()):
                if isinstance(child, _DOCUMENTED):
                    waiting.append((child, f"{name}.{child.name}" if name else child.name))
                elif isinstance(child, _COMPOUND):
                    waiting.append((child, name))


def _docstring(node: _Documented) -> ast.Constant | None:
    first = node.body[0] if node.body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return first.value
    return None


def main() -> None:
    """Read ``{"paths", "minimum", "code"}`` as JSON from standard input; write what each file holds, a line each."""
    gc.disable()  # a tree is a million objects without a cycle: looking for cycles costs as much as parsing
    job = json.load(sys.stdin)
    for path in job["paths"]:
        content = read_python_file(Path(path), job["minimum"], job["code"])
        print(json.dumps(astuple(content) if isinstance(content, Unreadable) else [list(map(astuple, content))]))


if __name__ == "__main__":
    main()
