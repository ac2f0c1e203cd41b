import subprocess
from pathlib import Path
from typing import Any

import pytest

from headwater.core import HeadwaterError
from headwater.curate.sources import docstring_workers
from headwater.curate.sources.docstring_workers import read_python_files
from headwater.curate.sources.docstrings import Unreadable, read_python_file


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setattr(docstring_workers, "FILES_PER_JOB", 3)
    for number in range(10):
        body = "def broken(:" if number == 4 else f'"""Docstring {number} \\ud800 é."""'
        (tmp_path / f"{number}.py").write_text(body)
    return sorted(tmp_path.iterdir())


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_result_and_order_do_not_depend_on_the_number_of_workers(paths: list[Path], workers: int) -> None:
    expected = [read_python_file(path, 1, False) for path in paths]
    assert list(read_python_files(paths, 1, False, workers)) == expected


def test_no_file_gives_nothing() -> None:
    assert list(read_python_files([], 1, False, 2)) == []


def test_reader_may_stop_early(paths: list[Path]) -> None:
    contents = read_python_files(paths, 1, False, 1)
    next(contents)
    contents.close()  # type: ignore[attr-defined]


def test_file_that_crashes_the_parser_takes_only_itself_with_it(
    paths: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = subprocess.run

    def crash(command: list[str], **options: Any) -> Any:
        if str(paths[1]).encode() in options["input"]:
            return subprocess.CompletedProcess(command, -11, b"", b"")
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", crash)
    contents = list(read_python_files(paths[:3], 1, False, 1))
    assert contents[1] == Unreadable("invalid-python", "crashes Python's parser")
    assert [len(content) for content in (contents[0], contents[2])] == [1, 1]  # type: ignore[arg-type]


def test_file_that_has_gone_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(HeadwaterError, match="gone.py: reading it failed"):
        list(read_python_files([tmp_path / "gone.py"], 1, False, 1))
