"""The index: made from the folders, made anew from them, and never more than they say."""

import multiprocessing
import shutil
import sqlite3
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from headwater.core import Example, Finding, InputError, IntegrityError, Manifest, NotMeasured
from headwater.reports import (
    DATABASE,
    append_entry,
    check_index,
    index_runs,
    open_history,
    read_journal,
    reindex,
    timeline,
)
from headwater.reports.history.database import MIGRATIONS
from headwater.reports.history.folders import run_folders

from .made import at, score, write_run

HOSTILE = "'); DROP TABLE runs; --<script>window.__xss=1</script>\u202e"
CANARY = "my number is 078-05-1120, mail canary.person@mail.org"


def rows(root: Path, table: str) -> list[tuple[object, ...]]:
    with open_history(root) as connection:
        return [tuple(row) for row in connection.execute(f"SELECT * FROM {table}")]


def content(root: Path) -> dict[str, list[tuple[object, ...]]]:
    return {table: sorted(rows(root, table), key=repr) for table in ("runs", "scores", "controls")}


def test_a_second_look_reads_nothing_and_a_change_only_what_changed(tmp_path: Path) -> None:
    for night in range(3):
        write_run(tmp_path, night, [score(0.8)])
    assert index_runs(tmp_path).read == 3
    assert index_runs(tmp_path).read == 0
    append_entry(tmp_path / "night-001", "checked", at(9).isoformat())
    assert index_runs(tmp_path).read == 1


def test_the_verdict_of_a_run_that_changed_since_is_not_its_verdict(tmp_path: Path) -> None:
    place = write_run(tmp_path, 0, [score(0.8)], status="fail")
    index_runs(tmp_path)
    assert [row[0] for row in _codes(tmp_path)] == [1]
    again = Manifest("run", dict(Manifest.load(place).files), seed=99)
    again.save(place)
    append_entry(place, "run-finished", at(1).isoformat(), again.hash, ran=["evaluate"])
    index_runs(tmp_path)
    assert [tuple(row) for row in _codes(tmp_path)] == [(None, "")] and not rows(tmp_path, "controls")


def _codes(root: Path) -> list[sqlite3.Row]:
    with open_history(root) as connection:
        return connection.execute("SELECT code, damaged FROM runs").fetchall()


def test_a_vanished_folder_leaves_the_index_with_its_scores(tmp_path: Path) -> None:
    for night in range(2):
        write_run(tmp_path, night, [score(0.8)])
    index_runs(tmp_path)
    shutil.rmtree(tmp_path / "night-000")
    assert index_runs(tmp_path).removed == 1
    assert len(rows(tmp_path, "scores")) == 1


def test_a_rebuilt_index_equals_the_one_that_grew(tmp_path: Path) -> None:
    for night in range(4):
        write_run(tmp_path, night, [score(0.8 + night / 100), NotMeasured("kid", "no images")], status="pass")
        index_runs(tmp_path)
    grown = content(tmp_path)
    reindex(tmp_path)
    assert content(tmp_path) == grown
    (tmp_path / DATABASE).unlink()
    index_runs(tmp_path)
    assert content(tmp_path) == grown


def test_check_tells_an_index_that_was_changed_and_a_file_that_was(tmp_path: Path) -> None:
    write_run(tmp_path, 0, [score(0.8)])
    place = write_run(tmp_path, 1, [score(0.8)])
    index_runs(tmp_path)
    assert check_index(tmp_path) == ()
    with open_history(tmp_path) as connection:
        connection.execute("UPDATE scores SET value = 0.99 WHERE rowid = 1")
    assert [one.folder for one in check_index(tmp_path)] == ["night-000"]
    reindex(tmp_path)
    report = place / "evaluation.json"
    report.write_text(report.read_text().replace("0.8", "0.9", 1))
    assert "night-001" in {one.folder for one in check_index(tmp_path)}


@pytest.mark.parametrize("name", ["config.yaml", "ledger.jsonl"])
def test_a_run_without_a_config_whose_manifest_nobody_can_read_is_damaged(tmp_path: Path, name: str) -> None:
    bad = write_run(tmp_path, 1, [score(0.8)])
    (bad / "manifest.json").write_text("")
    for other in {"config.yaml", "ledger.jsonl"} - {name}:
        (bad / other).unlink(missing_ok=True)
    assert (bad / name).is_file() and index_runs(tmp_path).damaged == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [("manifest.json", "{"), ("manifest.json", "[" * 5000), ("ledger.jsonl", "{}\n"), ("evidence.jsonl", "x\n"),
     ("evaluation.json", "[]"), ("config.yaml", "a: &b [*b]\n")],
)  # fmt: skip
def test_a_damaged_folder_is_a_row_with_its_reason(tmp_path: Path, name: str, text: str) -> None:
    write_run(tmp_path, 0, [score(0.8)])
    bad = write_run(tmp_path, 1, [score(0.8)])
    (bad / name).write_text(text)
    assert index_runs(tmp_path).damaged == 1
    with open_history(tmp_path) as connection:
        nights = timeline(connection, tmp_path, read_journal(tmp_path))
    reasons = {night.folder: night.reason for night in nights if night.state == "damaged"}
    assert list(reasons) == ["night-001"] and reasons["night-001"] and str(tmp_path) not in reasons["night-001"]


def test_texts_of_examples_and_personal_data_never_enter_the_file(tmp_path: Path) -> None:
    finding = Finding("HW-M001", "high", CANARY, CANARY, CANARY, examples=(Example("e1", CANARY),))
    scores = [score(0.8, slice={"who": CANARY}, example_ids=("secret-id",)), NotMeasured("kid", CANARY)]
    write_run(tmp_path, 0, scores, title=CANARY, findings=[finding])
    index_runs(tmp_path)
    raw = b"".join(path.read_bytes() for path in tmp_path.glob(f"{DATABASE}*"))
    assert b"accuracy" in raw
    for secret in (b"078-05-1120", b"canary.person", b"secret-id"):
        assert secret not in raw


def test_hostile_names_are_values_and_nothing_else(tmp_path: Path) -> None:
    write_run(tmp_path, 0, [score(0.8, HOSTILE, slice={HOSTILE: HOSTILE})], title="x'); DROP TABLE scores; --")
    index_runs(tmp_path)
    assert len(rows(tmp_path, "runs")) == len(rows(tmp_path, "scores")) == 1
    assert check_index(tmp_path) == ()


def test_links_hidden_folders_and_what_lies_too_deep_are_left_out(tmp_path: Path) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    write_run(other, 0, [score(0.8)])
    write_run(root, 1, [score(0.8)], folder="a/b/c/run")
    write_run(root, 2, [score(0.8)], folder="a/b/c/d/run")
    write_run(root, 3, [score(0.8)], folder=".hidden")
    (root / "link").symlink_to(other / "night-000")
    assert [folder for folder, _ in run_folders(root, {})] == ["a/b/c/run"]


def test_a_run_without_ledger_stands_first_and_has_no_time(tmp_path: Path) -> None:
    write_run(tmp_path, 0, [score(0.8)])
    write_run(tmp_path, 1, [score(0.8)], ledger=False)
    index_runs(tmp_path)
    with open_history(tmp_path) as connection:
        nights = timeline(connection, tmp_path, read_journal(tmp_path))
    assert [(night.folder, bool(night.when)) for night in nights] == [("night-001", False), ("night-000", True)]


def test_slots_without_a_run_stand_in_their_place(tmp_path: Path) -> None:
    for night in (0, 2):
        write_run(tmp_path, night, [score(0.8)])
    index_runs(tmp_path)
    with open_history(tmp_path) as connection:
        for night, state, folder in ((0, "succeeded", "night-000"), (1, "missed", ""), (2, "succeeded", "night-002")):
            connection.execute(
                "INSERT INTO slots (job, scheduled_for, state, folder) VALUES ('j', ?, ?, ?)",
                (at(night).isoformat(), state, folder),
            )
        nights = timeline(connection, tmp_path, read_journal(tmp_path))
        assert len(timeline(connection, tmp_path, read_journal(tmp_path), last=2)) == 2
    assert [night.state for night in nights] == ["not judged", "missed", "not judged"]
    assert [night.job for night in nights] == ["j", "j", "j"]
    reindex(tmp_path)
    assert len(rows(tmp_path, "slots")) == 3


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_an_older_index_is_brought_up_to_date(tmp_path: Path, version: int) -> None:
    write_run(tmp_path, 0, [score(0.8)])
    old = sqlite3.connect(tmp_path / DATABASE)
    for migration in MIGRATIONS[:version]:
        old.executescript(migration)
    if version:
        old.execute(
            "INSERT INTO runs VALUES ('x', 'night-000', 't', 'm', '', '', '', '', 'looks')"
            if version == 1
            else "INSERT INTO runs (id, folder, title, manifest, started, finished, policy, verdict, indexed) "
            "VALUES ('x', 'night-000', 't', 'm', '', '', '', '', 'looks')"
        )
        old.execute("INSERT INTO slots (job, scheduled_for, state) VALUES ('j', '2026', 'missed')")
    old.execute(f"PRAGMA user_version = {version}")
    old.commit()
    old.close()
    with open_history(tmp_path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
    index_runs(tmp_path)
    assert len(rows(tmp_path, "slots")) == (1 if version else 0)
    with open_history(tmp_path) as connection:
        assert [row[0] for row in connection.execute("SELECT finished FROM runs")] == [at(0).isoformat()]
    assert check_index(tmp_path) == ()


def test_a_newer_or_foreign_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"not a database at all" * 100)
    with pytest.raises(IntegrityError, match="delete it"):
        index_runs(tmp_path)
    with pytest.raises(InputError):
        index_runs(tmp_path / "absent")


def index_again_and_again(root: Path, together: Barrier) -> None:
    for _ in range(5):
        together.wait(60)
        reindex(root)
        index_runs(root)


def test_two_processes_at_once_leave_one_row_a_run(tmp_path: Path) -> None:
    for night in range(20):
        write_run(tmp_path, night, [score(0.8)])
    context = multiprocessing.get_context("fork")
    together = context.Barrier(2)
    workers = [context.Process(target=index_again_and_again, args=(tmp_path, together)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert len(rows(tmp_path, "runs")) == len(rows(tmp_path, "scores")) == 20
    assert check_index(tmp_path) == ()
