"""One hostile run, made once, that the tests of this folder look at."""

import shutil
from pathlib import Path

import pytest

from .project import call, write_project


@pytest.fixture(scope="session")
def hostile_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a finished, judged run in ``runs/first``; tests must not change it."""
    folder = write_project(tmp_path_factory.mktemp("hostile") / "project")
    done = call(folder, "run", "run.yaml", "--out", "runs/first", more=logged(folder))
    (folder / "said.txt").write_text(done.stdout + done.stderr, "utf-8", "surrogateescape")
    assert done.returncode in (0, 1, 3), done.stderr
    return folder


@pytest.fixture
def project(hostile_project: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(hostile_project, tmp_path / "project"))


def logged(folder: Path) -> dict[str, str]:
    """Where attempts to connect are written down."""
    return {"HEADWATER_TEST_CONNECTIONS": str(folder / "connections.txt")}
