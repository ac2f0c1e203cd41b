"""Calls in generated code to what was imported: which name, and with which keywords. Nothing is run."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .module_symbols import Part, parsed_until

LONGEST = 200_000
"""Characters of an output that are read."""
MOST_CUTS, MOST_BLOCKS = 50, 100
FENCE = re.compile(r"^[ \t]*```[ \t]*([\w+-]*)[^\n]*$", re.MULTILINE)
PYTHON = frozenset({"", "python", "py", "python3", "pycon"})


@dataclass(frozen=True, slots=True)
class Use:
    """A name that is called or imported. ``text`` is how it is written, [start, end) characters of its block.

    ``module`` is what an import names, ``attributes`` what is looked up in it.
    """

    kind: str  # call, import
    text: str
    module: Part
    attributes: Part
    keywords: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """Python in an output: its text, and whether all of it could be read."""

    text: str
    whole: bool
    uses: tuple[Use, ...]


def code_blocks(output: str) -> list[Block]:
    """The Python of an output: its fenced blocks, or all of it where it has none and imports something."""
    output = output[:LONGEST]
    blocks = [_block(text) for text in _texts(output)]
    return [one for one in blocks if one is not None]


def _texts(output: str) -> Iterator[str]:
    """Of fenced blocks those in Python; an open one goes to the end."""
    fences = list(FENCE.finditer(output))[: 2 * MOST_BLOCKS]
    if not fences:
        yield output
    for first, second in zip(fences[::2], [*fences[1::2], None], strict=False):
        if first[1].lower() in PYTHON:
            yield output[first.end() + 1 : second.start() if second else len(output)]


def _block(text: str) -> Block | None:
    if "import" not in text:
        return None
    tree, whole = _tree(text)
    if tree is None:
        return None
    uses = tuple(_uses(tree, text))
    return Block(text, whole, uses) if uses else None


def _tree(text: str) -> tuple[ast.Module | None, bool]:
    """The tree of the longest beginning that is Python: an output may end in the middle of a line."""
    lines = text.replace("\x00", " ").split("\n")
    for turn in range(MOST_CUTS):
        if not lines:
            break
        tree, broken = parsed_until("\n".join(lines))
        if tree is not None:
            return (tree, turn == 0) if tree.body else (None, False)
        place = len(lines) // 2 if broken is None else broken - 1
        lines = lines[: max(0, min(len(lines) - 1, place))]
    return None, False


def _uses(tree: ast.Module, text: str) -> Iterator[Use]:
    names = _imported(tree)
    starts = _line_starts(text)
    for node in sorted(_of_interest(tree), key=lambda node: (node.lineno, node.col_offset)):
        place = _place(node.func if isinstance(node, ast.Call) else node, text, starts)
        if isinstance(node, ast.Import):
            for one in node.names:
                yield Use("import", one.name, tuple(one.name.split(".")), (), (), *place)
        elif isinstance(node, ast.ImportFrom):
            module = tuple((node.module or "").split("."))
            for one in node.names:
                if one.name != "*":
                    yield Use("import", ".".join((*module, one.name)), module, (one.name,), (), *place)
        else:
            chain = _chain(node.func)
            if chain and chain[0] in names:
                module, inner = names[chain[0]]
                keywords = tuple(one.arg for one in node.keywords if one.arg is not None)
                yield Use("call", ".".join(chain), module, (*inner, *chain[1:]), keywords, *place)


def _of_interest(tree: ast.Module) -> Iterator[ast.Call | ast.Import | ast.ImportFrom]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Call, ast.Import)) or (isinstance(node, ast.ImportFrom) and not node.level):
            yield node


def _imported(tree: ast.Module) -> dict[str, tuple[Part, Part]]:
    """Names that stand for what was imported, and for nothing else in this code."""
    found: dict[str, set[tuple[Part, Part]]] = {}
    taken: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                parts = tuple(one.name.split("."))
                found.setdefault(one.asname or parts[0], set()).add((parts if one.asname else parts[:1], ()))
        elif isinstance(node, ast.ImportFrom):
            for one in node.names:
                whole = tuple((node.module or "").split("."))
                if node.level or one.name == "*":
                    taken.add(one.asname or one.name)
                else:
                    found.setdefault(one.asname or one.name, set()).add((whole, (one.name,)))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            taken.add(node.name)
        elif isinstance(node, ast.arg):
            taken.add(node.arg)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            taken.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            taken.add(node.name)
    return {name: next(iter(kinds)) for name, kinds in found.items() if len(kinds) == 1 and name not in taken}


def _chain(node: ast.expr) -> Part:
    """a.b.c as parts; empty for a call on anything but a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node.id, *reversed(parts)) if isinstance(node, ast.Name) else ()


def _line_starts(text: str) -> list[int]:
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _place(node: ast.AST, text: str, starts: list[int]) -> tuple[int, int]:
    """Characters of the text; ast counts bytes within a line."""
    line, end = getattr(node, "lineno", 1), getattr(node, "end_lineno", 1)
    edges = []
    for number, offset in ((line, node.col_offset), (end, node.end_col_offset)):  # type: ignore[attr-defined]
        low = starts[min(number, len(starts)) - 1]
        high = starts[number] if number < len(starts) else len(text)
        edges.append(low + len(text[low:high].encode()[:offset].decode("utf-8", "ignore")))
    return edges[0], edges[1]
