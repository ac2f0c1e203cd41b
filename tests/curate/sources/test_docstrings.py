import ast
import inspect
from pathlib import Path

import pytest

from headwater.curate.sources import docstrings as module
from headwater.curate.sources.docstrings import Found, Unreadable, docstrings, read_python_file

SOURCE = '''"""Module."""
if True:
    def outer():
        """Outer.

        Body.
            Indented.
        """
        class Inner:
            "Inner."
            async def method(self):
                r"""Raw \\d."""
try:
    pass
except ValueError:
    def handler(): "Handler."
match 1:
    case 1:
        def case(): "Case."
lambda: "no docstring"
def bare(): pass
def number(): 5
def formatted(): f"none"
'''


def of(source: str) -> list[tuple[str, str, int]]:
    found = sorted(docstrings(ast.parse(source)), key=lambda item: item.line)
    return [(item.object, item.text, item.line) for item in found]


def test_every_docstring_is_found_with_its_name_and_line() -> None:
    assert of(SOURCE) == [
        ("", "Module.", 1),
        ("outer", "Outer.\n\nBody.\n    Indented.", 4),
        ("outer.Inner", "Inner.", 10),
        ("outer.Inner.method", "Raw \\d.", 12),
        ("handler", "Handler.", 16),
        ("case", "Case.", 19),
    ]


@pytest.mark.parametrize("library", [ast, inspect, module])
def test_docstrings_agree_with_those_of_the_standard_library(library: object) -> None:
    tree = ast.parse(inspect.getsource(library))  # type: ignore[arg-type]
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    expected = [ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, kinds)]
    assert sorted(found.text for found in docstrings(tree)) == sorted(filter(None, expected))


def test_short_docstrings_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('"""Twelve chars"""\ndef f():\n    "Short."\n')
    assert read_python_file(tmp_path / "a.py", 12, False) == [Found("docstring", "Twelve chars", 1, "")]


def test_code_is_added_where_it_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes("# -*- coding: latin-1 -*-\nname = 'café'\n".encode("latin-1"))
    assert read_python_file(tmp_path / "a.py", 1, True) == [
        Found("code", "# -*- coding: latin-1 -*-\nname = 'café'\n", 1, "")
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"def f(:\n",
        b"x = '\0'",
        b"# -*- coding: nonsense -*-\n",
        b"x = '\xff'",
        b"(" * 5000 + b")" * 5000,
        b"-" * 100_000,
    ],
)
def test_file_that_does_not_parse_says_so_without_quoting_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.py").write_bytes(content)
    found = read_python_file(tmp_path / "a.py", 1, False)
    assert isinstance(found, Unreadable)
    assert found.evidence.startswith("does not parse as Python (")


def test_file_is_read_and_never_run(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(f'"""Danger."""\nopen({str(tmp_path / "ran")!r}, "w")\n')
    assert read_python_file(tmp_path / "a.py", 1, False) == [Found("docstring", "Danger.", 1, "")]
    assert not (tmp_path / "ran").exists()


def test_file_over_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_FILE", 10)
    (tmp_path / "a.py").write_text('"""Docstring."""\n')
    assert read_python_file(tmp_path / "a.py", 1, False) == Unreadable(
        "file-too-large", "larger than a Python file may be", 17, 10
    )
