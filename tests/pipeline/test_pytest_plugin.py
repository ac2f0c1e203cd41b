"""The pytest plugin, in test sessions of its own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .test_check_command import POLICY, made

__all__ = ["made"]
pytest_plugins = ["pytester"]
TEST = """
import headwater

def test_release(headwater_run):
    headwater.check({policy!r})
    assert headwater_run.name == "run"
"""
PLUGIN = ("-p", "no:headwater", "-p", "headwater.pipeline.pytest_plugin", "-p", "no:cacheprovider")


@pytest.fixture
def session(pytester: pytest.Pytester, made: Path) -> Path:
    """A folder with a run, a policy that it meets, and a test that asks for both."""
    shutil.copytree(made, pytester.path / "run")
    shutil.copy(made.parent / "p.yaml", pytester.path / "p.yaml")
    pytester.makepyfile(TEST.format(policy=str(pytester.path / "p.yaml")))
    return pytester.path


def test_the_run_comes_from_the_option(session: Path, pytester: pytest.Pytester) -> None:
    pytester.runpytest(*PLUGIN, "--headwater-run", "run").assert_outcomes(passed=1)


def test_the_run_comes_from_the_ini_file(session: Path, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nheadwater_run = run\n")
    pytester.runpytest(*PLUGIN).assert_outcomes(passed=1)


def test_without_a_run_the_test_is_skipped_with_the_way_out(session: Path, pytester: pytest.Pytester) -> None:
    found = pytester.runpytest(*PLUGIN, "-rs")
    found.assert_outcomes(skipped=1)
    found.stdout.fnmatch_lines(["*--headwater-run RUN*"])


def test_a_gate_that_fails_fails_the_test_with_the_checklist(session: Path, pytester: pytest.Pytester) -> None:
    (session / "p.yaml").write_text(POLICY.replace("LIMIT", "0.05"), "utf-8")
    found = pytester.runpytest(*PLUGIN, "--headwater-run", "run")
    found.assert_outcomes(failed=1)
    found.stdout.fnmatch_lines(["*FAIL: a control is beyond its limit*", "*failed * X1 *Measured*"])


def test_a_gate_that_fails_fails_the_test_that_names_its_run_too(session: Path, pytester: pytest.Pytester) -> None:
    (session / "p.yaml").write_text(POLICY.replace("LIMIT", "0.05"), "utf-8")
    pytester.makepyfile(
        "import headwater\n"
        "def test_named():\n    headwater.check('p.yaml', run='run')\n"
        "def test_looked_at():\n    assert headwater.check('p.yaml', run='run', strict=False).exit_code == 1\n"
    )
    pytester.runpytest(*PLUGIN).assert_outcomes(failed=1, passed=1)


def test_the_plugin_imports_nothing_until_it_is_used() -> None:
    program = (
        "import sys; import headwater.pipeline.pytest_plugin as p; "
        "print(*[n for n in sys.modules if n.split('.')[0] in ('torch', 'numpy', 'pyarrow', 'pydantic', 'typer')])"
    )
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
