"""What is installed is what stands in the repository, under versions that are written down."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import headwater

ROOT = Path(__file__).parent.parent
STAGES = ["core", "curate", "evaluate", "models", "pipeline", "reports"]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def pins() -> dict[str, str]:
    """Name to version of every line of constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    found = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in found}


def closure(name: str, extras: frozenset[str], seen: set[tuple[str, frozenset[str]]]) -> set[str]:
    """Every installed distribution that ``name`` with its extras needs, itself left out."""
    if (name, extras) in seen:
        return set()
    seen.add((name, extras))
    needed: set[str] = set()
    for line in metadata.requires(name) or []:
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras | {""}):
            below = canonicalize_name(requirement.name)
            needed |= {below} | closure(below, frozenset(requirement.extras), seen)
    return needed


def test_pyproject_lists_every_package() -> None:
    on_disk = {"headwater"} | {
        ".".join(("headwater", *init.parent.relative_to(ROOT).parts))
        for stage in STAGES
        for init in (ROOT / stage).rglob("__init__.py")
    }
    assert set(PYPROJECT["tool"]["setuptools"]["packages"]) == on_disk


def test_every_folder_with_code_is_a_package() -> None:
    folders = {path.parent for stage in STAGES for path in (ROOT / stage).rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").is_file()] == []


def test_type_checkers_see_every_stage() -> None:
    links = {link.name: link for link in (ROOT / ".typing" / "headwater").iterdir()}
    assert set(links) == {*STAGES, "__init__.py", "__main__.py", "py.typed"}
    assert all(link.resolve() == ROOT / name for name, link in links.items())


def test_nothing_at_the_root_disturbs_imports() -> None:
    # a folder headwater/ would be taken for a namespace package, a setup.py or conftest.py for a part of ours
    assert [name for name in ("headwater", "setup.py", "conftest.py") if (ROOT / name).exists()] == []


def test_the_installed_version_is_the_one_in_the_source() -> None:
    assert metadata.version("headwater") == headwater.__version__


def test_every_dependency_is_pinned() -> None:
    needed = closure("headwater", frozenset({"test", "peers"}), set())
    assert needed - set(pins()) == set()


def test_the_pins_satisfy_every_declared_range() -> None:
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"]
    declared = [Requirement(line) for line in [*project["dependencies"], *extras["test"], *extras["peers"]]]
    wrong = [
        str(requirement)
        for requirement in declared
        if not requirement.specifier.contains(pins()[canonicalize_name(requirement.name)])
    ]
    assert wrong == []


def test_pins_are_exact_and_name_no_index() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert [line for line in lines if line and not re.fullmatch(r"#.*|[a-z0-9-]+==[0-9][0-9a-z.]*", line)] == []


def test_runtime_and_test_pins_are_kept_apart() -> None:
    runtime, _, tests = (ROOT / "constraints.txt").read_text("utf-8").partition("# what the tests")
    needed = closure("headwater", frozenset(), set())
    assert {name for name in needed if f"\n{name}==" not in runtime} == set()
    assert {name for name in needed if f"\n{name}==" in tests} == set()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of this tree, built in a copy, so that nothing is left in the tree."""
    folder = tmp_path_factory.mktemp("build")
    skipped = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__", "runs", "tests", "benchmarks")
    shutil.copytree(ROOT, folder / "tree", ignore=skipped)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist")]
    environment = {**os.environ, "PYTHONSAFEPATH": "1"}
    done = subprocess.run(command, cwd=folder / "tree", env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return zipfile.ZipFile(next((folder / "dist").glob("*.whl")))


def test_the_wheel_holds_every_module(wheel: zipfile.ZipFile) -> None:
    modules = {f"headwater/{path.relative_to(ROOT)}" for stage in STAGES for path in (ROOT / stage).rglob("*.py")}
    assert modules - set(wheel.namelist()) == set()


def test_the_wheel_holds_the_data_that_the_code_opens(wheel: zipfile.ZipFile) -> None:
    kinds = {".json", ".jinja", ".css", ".js", ".txt", ".npz", ".safetensors"}
    data = [path for stage in STAGES for path in (ROOT / stage).rglob("*") if path.suffix in kinds]
    wanted = {f"headwater/{path.relative_to(ROOT).as_posix()}" for path in data}
    wanted |= {f"headwater/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "docs").rglob("*.md")}
    wanted |= {f"headwater/examples/{path.name}" for path in (ROOT / "examples").glob("*.yaml")}
    wanted |= {"headwater/py.typed", "headwater/constraints.txt"}
    assert wanted - set(wheel.namelist()) == set()


def test_the_wheel_holds_nothing_of_the_workshop(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[1] for name in wheel.namelist() if name.startswith("headwater/")}
    assert tops - {*STAGES, "docs", "examples", "__init__.py", "__main__.py", "py.typed", "constraints.txt"} == set()
    assert {name.split("/")[0] for name in wheel.namelist()} == {
        "headwater",
        f"headwater-{headwater.__version__}.dist-info",
    }


def test_the_wheel_carries_the_licence(wheel: zipfile.ZipFile) -> None:
    licence = wheel.read(f"headwater-{headwater.__version__}.dist-info/licenses/LICENSE").decode()
    assert licence == (ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License" in licence and "END OF TERMS AND CONDITIONS" in licence
