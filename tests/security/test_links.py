"""Links where headwater writes: a file elsewhere is never written, cut or read in place of one's own."""

import os
from pathlib import Path

import pytest

from headwater.core import IntegrityError, atomic_path, open_own, write_bytes, write_json, write_text
from headwater.pipeline.stages import locked
from headwater.reports import append_entry, index_runs, open_history
from headwater.reports.history.regression import JOURNAL
from headwater.reports.history.regression import _alone as alone_with_history

TIME = "2026-11-30T00:00:00+00:00"
CONTENT = b"somebody else's file, without an end of line"


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "victim"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize("name", ["report.html", "report.json", "policy.json", "config.yaml", "manifest.json"])
def test_what_is_written_whole_replaces_a_link_and_not_what_it_leads_to(victim: Path, name: str) -> None:
    path = victim.parent / name
    for write in (lambda: write_text(path, "new"), lambda: write_json(path, 1), lambda: write_bytes(path, b"new")):
        path.unlink(missing_ok=True)
        path.symlink_to(victim)
        write()
        assert path.is_file() and not path.is_symlink() and victim.read_bytes() == CONTENT


def test_a_link_under_the_name_of_the_temporary_file_is_not_followed(victim: Path) -> None:
    path = victim.parent / "report.html"
    with atomic_path(path) as temporary:
        name = temporary.name
    (victim.parent / name).symlink_to(victim)
    write_text(path, "new")
    assert path.read_text() == "new" and victim.read_bytes() == CONTENT


def test_the_ledger_is_not_written_through_a_link(victim: Path) -> None:
    """Its writer cuts off half a line: a link to a file without a line's end would have emptied that file."""
    run = victim.parent / "run"
    run.mkdir()
    (run / "ledger.jsonl").symlink_to(victim)
    with pytest.raises(IntegrityError, match="a link"):
        append_entry(run, "run-started", TIME)
    assert victim.read_bytes() == CONTENT


def test_no_lock_empties_what_a_link_leads_to(victim: Path) -> None:
    """A lock is a file that is opened: opened for writing anew, it would be emptied."""
    run = victim.parent / "run"
    (run / JOURNAL).mkdir(parents=True)
    places = {
        ".lock": lambda: locked(run).__enter__(),
        ".ledger.jsonl.lock": lambda: append_entry(run, "run-started", TIME),
        f"{JOURNAL}/lock": lambda: alone_with_history(run).__enter__(),
    }
    for name, work in places.items():
        (run / name).symlink_to(victim)
        with pytest.raises(IntegrityError, match="a link"):
            work()
        assert victim.read_bytes() == CONTENT, name


def test_the_index_is_not_made_through_a_link(victim: Path) -> None:
    root = victim.parent / "runs"
    root.mkdir()
    index_runs(root)
    (name,) = [path.name for path in root.iterdir() if path.suffix in (".db", ".sqlite")]
    for path in root.glob(f"{name}*"):
        path.unlink()
    (victim.parent / "empty").write_bytes(b"")
    (root / name).symlink_to(victim.parent / "empty")
    with pytest.raises(IntegrityError, match="a link"), open_history(root):
        pass
    assert (victim.parent / "empty").read_bytes() == b""


def test_a_file_is_opened_to_be_appended_to_with_no_rights_for_others(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with open_own(tmp_path / "log") as file:
            file.write(b"a")
        with open_own(tmp_path / "log") as file:
            file.write(b"b")
    finally:
        os.umask(before)
    assert (tmp_path / "log").read_bytes() == b"ab"
    assert (tmp_path / "log").stat().st_mode & 0o022 == 0
