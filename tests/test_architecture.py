"""The rules of docs/architecture.md and CONTRIBUTING.md that a program can check."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STAGES = ["core", "curate", "models", "evaluate", "reports", "pipeline"]  # each may import those before it
FILES = sorted(path for stage in STAGES for path in (ROOT / stage).rglob("*.py"))
FACES = STAGES[:-1]  # nobody imports pipeline, and an empty face keeps `headwater --help` quick
LONGEST_FUNCTION, LONGEST_FILE = 80, 600
HEAVY = {"torch", "pyarrow", "pandas", "sklearn", "pydantic", "datasets", "numpy", "scipy", "fairlearn", "jinja2"}


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(tree: ast.AST) -> Iterator[ast.ImportFrom | ast.Import]:
    return (node for node in ast.walk(tree) if isinstance(node, (ast.ImportFrom, ast.Import)))


def targets(path: str, tree: ast.AST) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line and dotted path below the package of everything that a file imports relatively.

    ``from ..core import Score`` in ``curate/base.py`` gives ``("core", "Score")``.
    """
    package = Path(path).parent.parts
    for node in imports(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            module = tuple(node.module.split(".")) if node.module else ()
            yield from ((node.lineno, (*base, *module, alias.name)) for alias in node.names)


def import_faults(path: str, source: str) -> list[str]:
    """Every import in a file that breaks a rule, as ``line: reason``."""
    tree, own, faults = ast.parse(source), path.split("/")[0], []
    for node in imports(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        level = 0 if isinstance(node, ast.Import) else node.level
        if not level and any(name.split(".")[0] == "headwater" for name in names):
            faults.append(f"{path}:{node.lineno}: absolute import of headwater")
    for line, target in targets(path, tree):
        stage = target[0]
        if stage not in STAGES or stage == own:
            continue
        if STAGES.index(stage) > STAGES.index(own):
            faults.append(f"{path}:{line}: {own} must not import {stage}")
            continue
        hidden = len(target) == 2 and (ROOT / stage / f"{target[1]}.py").exists() and target[1] not in face(stage)
        if len(target) > 2 or hidden:
            faults.append(f"{path}:{line}: {'.'.join(target)} is inside another stage; import from its face")
    return faults


def face(stage: str) -> list[str]:
    exported: list[str] = import_module(f"headwater.{stage}").__all__
    return exported


@pytest.mark.parametrize("path", FILES, ids=place)
def test_imports_are_relative_and_go_left_to_a_face(path: Path) -> None:
    assert import_faults(place(path), path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("curate/x.py", "from headwater.core import Score"),
        ("curate/x.py", "import headwater.core"),
        ("curate/x.py", "from ..core.scores import Score"),
        ("curate/x.py", "from ..core import scores"),
        ("curate/filters/x.py", "from ...core.scores import Score"),
        ("curate/x.py", "from ..models import Recipe"),
        ("core/x.py", "from ..pipeline import run"),
        ("models/x.py", "def f():\n    from ..evaluate.base import Subject"),
    ],
)
def test_a_wrong_import_is_noticed(path: str, line: str) -> None:
    assert import_faults(path, line) != []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("curate/x.py", "from ..core import Score"),
        ("curate/x.py", "from .base import Decision"),
        ("curate/filters/x.py", "from ..base import Decision"),
        ("curate/filters/x.py", "from ...core import Score"),
        ("pipeline/x.py", "from .. import __version__"),
        ("evaluate/bias/x.py", "from ..quality.perplexity import perplexity"),
    ],
)
def test_a_right_import_passes(path: str, line: str) -> None:
    assert import_faults(path, line) == []


@pytest.mark.parametrize("stage", FACES)
def test_a_face_is_imports_and_a_list_of_names(stage: str) -> None:
    docstring, *statements = ast.parse((ROOT / stage / "__init__.py").read_text("utf-8")).body
    assert isinstance(docstring, ast.Expr)
    *before, last = statements
    assert all(isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in before)
    assert isinstance(last, ast.Assign) and ast.unparse(last.targets[0]) == "__all__"


@pytest.mark.parametrize("stage", FACES)
def test_a_face_names_each_thing_once_and_all_of_it_exists(stage: str) -> None:
    module = import_module(f"headwater.{stage}")
    assert len(set(module.__all__)) == len(module.__all__)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


@pytest.mark.parametrize("path", FILES, ids=place)
def test_files_and_functions_are_short_enough_to_read(path: Path) -> None:
    source = path.read_text("utf-8")
    assert source.count("\n") <= LONGEST_FILE
    functions = (
        node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )
    long = [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION]
    assert long == []


def public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{prefix}{node.name}.")


def is_override(node: ast.AST) -> bool:
    """Pydantic hooks and property setters are documented where they are declared."""
    return any("setter" in ast.unparse(item) for item in getattr(node, "decorator_list", []))


@pytest.mark.parametrize("path", FILES, ids=place)
def test_every_public_name_has_a_docstring(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    silent = [] if ast.get_docstring(tree) else ["the module"]
    silent += [name for name, node in public(tree.body) if not is_override(node) and not ast.get_docstring(node)]  # type: ignore[arg-type]
    assert silent == []


def modules_after(code: str) -> set[str]:
    """Top-level names of the modules that a fresh interpreter has loaded after running ``code``."""
    program = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stderr.split()}


def test_help_imports_nothing_heavy() -> None:
    code = "sys.argv = ['headwater', '--help']; from headwater.pipeline.cli import main; main()"
    assert modules_after(code) & HEAVY == set()


def test_core_imports_no_heavy_library() -> None:
    assert modules_after("import headwater.core") & (HEAVY - {"numpy", "pyarrow"}) == set()


def test_what_curates_and_audits_does_without_torch() -> None:
    # One interpreter for all: what one of them loads alone it loads beside the others too.
    modules = ("pipeline.commands", "pipeline.run", "pipeline.calibrate", "curate", "reports")
    assert "torch" not in modules_after("; ".join(f"import headwater.{module}" for module in modules))


def test_a_whole_audit_with_its_report_does_without_torch(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b\n1,2\n2,3\n")
    words = f"['headwater', 'audit', r'{tmp_path / 'rows.csv'}', '--out', r'{tmp_path / 'out'}', '-q']"
    code = f"sys.argv = {words}; from headwater.pipeline.cli import main; main()"
    assert "torch" not in modules_after(code)
    assert (tmp_path / "out" / "report.html").is_file()
