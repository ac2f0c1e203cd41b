import hashlib
import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import (
    InputError,
    IntegrityError,
    atomic_folder,
    atomic_path,
    canonical_json,
    finite,
    parse_json,
    read_json,
    sha256,
    sha256_file,
    write_bytes,
    write_json,
    write_text,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from headwater.core import {manager} as manager
with manager(Path(sys.argv[1])) as temporary:
    target = temporary / "a" if temporary.is_dir() else temporary
    target.write_bytes(b"half of the new")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def kill_while_writing(manager: str, path: Path) -> None:
    process = subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING.format(manager=manager), str(path)])
    assert process.returncode == -signal.SIGKILL


@given(JSON)
def test_canonical_json_holds_the_value(value: object) -> None:
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_canonical_json_does_not_depend_on_the_order_of_keys(value: dict[str, int]) -> None:
    assert canonical_json(value) == canonical_json(dict(reversed(value.items())))


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_json_without_a_meaning_is_refused(number: float, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"x": number})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "x.json", {"x": number})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "expected"), [(None, None), (math.nan, None), (math.inf, None), (-0.5, -0.5), (3, 3.0)]
)
def test_finite_gives_a_float_or_nothing(number: float | None, expected: float | None) -> None:
    assert finite(number) == expected


@given(st.binary(max_size=3000))
def test_the_hash_is_sha256_in_hex(content: bytes) -> None:
    assert sha256(content) == hashlib.sha256(content).hexdigest()


def test_a_file_larger_than_a_block_is_hashed_whole(tmp_path: Path) -> None:
    content = os.urandom(3_000_001)
    (tmp_path / "big").write_bytes(content)
    assert sha256_file(tmp_path / "big") == hashlib.sha256(content).hexdigest()


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write_text(tmp_path / "report.json", "old")
    with pytest.raises(RuntimeError), atomic_path(tmp_path / "report.json") as temporary:
        temporary.write_text("new")
        raise RuntimeError
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("report.json", "old")]


def test_a_process_killed_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_text(path, "old")
    kill_while_writing("atomic_path", path)
    assert path.read_text() == "old"


def test_the_next_write_takes_over_what_a_killed_process_left(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    kill_while_writing("atomic_path", path)
    assert not path.exists()
    assert len(list(tmp_path.iterdir())) == 1
    write_text(path, "new")
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]


def test_a_process_killed_while_filling_a_folder_leaves_the_old_folder(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    with atomic_folder(folder) as temporary:
        (temporary / "a").write_text("old")
    kill_while_writing("atomic_folder", folder)
    assert [(file.name, file.read_text()) for file in folder.iterdir()] == [("a", "old")]


def test_a_new_folder_replaces_the_old_one_as_a_whole(tmp_path: Path) -> None:
    for name in ("first", "second"):
        with atomic_folder(tmp_path / "index") as temporary:
            (temporary / name).write_text(name)
    assert [file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*") if file.is_file()] == ["index/second"]


def test_a_folder_is_never_half_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "index"
    with atomic_folder(folder) as temporary:
        (temporary / "a").write_text("old")
    seen: list[bool] = []
    rename = os.replace

    def watch(source: Path, target: Path) -> None:
        seen.append(not folder.exists() or (folder / "a").is_file())
        rename(source, target)
        seen.append(not folder.exists() or (folder / "a").is_file())

    monkeypatch.setattr(os, "replace", watch)
    with atomic_folder(folder) as temporary:
        (temporary / "a").write_text("new")
    assert seen == [True] * 4
    assert (folder / "a").read_text() == "new"


def test_a_written_file_has_the_permissions_that_the_user_asked_for(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_bytes(tmp_path / "x", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o640


def test_a_prepared_link_at_the_temporary_name_is_not_followed(tmp_path: Path) -> None:
    kill_while_writing("atomic_path", tmp_path / "x")
    (temporary,) = tmp_path.iterdir()
    temporary.unlink()
    (tmp_path / "victim").write_text("untouched")
    temporary.symlink_to(tmp_path / "victim")
    write_text(tmp_path / "x", "content")
    assert (tmp_path / "victim").read_text() == "untouched"
    assert not (tmp_path / "x").is_symlink()


def test_a_lone_surrogate_is_written_visibly(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", ["\udc80"])
    assert (tmp_path / "x.json").read_bytes() == b'[\n "\\udc80"\n]\n'
    assert read_json(tmp_path / "x.json") == ["\udc80"]


def test_a_missing_json_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"run\.json: no such file"):
        read_json(tmp_path / "run.json")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_json_that_cannot_be_read_is_an_integrity_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(IntegrityError, match=r"run\.json: not valid JSON"):
        read_json(tmp_path / "run.json")


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "1e999", "[1, -1e400]"])
def test_a_number_that_json_does_not_have_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a number that JSON has"):
        parse_json(text)
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(IntegrityError, match="not valid JSON"):
        read_json(tmp_path / "a.json")
