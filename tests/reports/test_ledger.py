import json
import multiprocessing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from headwater.core import IntegrityError, canonical_json, sha256
from headwater.reports import LEDGER, append_entry, head, read_ledger
from headwater.reports.ledger import GENESIS

TIME = "2026-11-30T03:00:00+00:00"
ROUNDS = 100


def filled(folder: Path, entries: int = 4) -> Path:
    for number in range(entries):
        append_entry(folder, "event", TIME, "m", number=number)
    return folder


def test_each_entry_is_bound_to_the_line_before(tmp_path: Path) -> None:
    entries = list(read_ledger(filled(tmp_path)))
    lines = (tmp_path / LEDGER).read_bytes().splitlines()
    assert [one.previous for one in entries] == [GENESIS, *(sha256(line) for line in lines[:-1])]
    assert [one.number for one in entries] == [1, 2, 3, 4]
    assert head(tmp_path) == sha256(lines[-1])


def test_no_byte_of_a_ledger_can_change(tmp_path: Path) -> None:
    """A changed line end can only take away the last line, which its writer had not finished then."""
    content = (filled(tmp_path) / LEDGER).read_bytes()
    for place in range(len(content) - 1):
        for bit in range(8):
            changed = bytearray(content)
            changed[place] ^= 1 << bit
            (tmp_path / LEDGER).write_bytes(changed)
            with pytest.raises(IntegrityError):
                list(read_ledger(tmp_path))


@pytest.mark.parametrize("change", ["out", "twice", "swapped", "first"])
def test_a_line_taken_out_doubled_or_moved_is_noticed(tmp_path: Path, change: str) -> None:
    one, two, three, four = (filled(tmp_path) / LEDGER).read_bytes().splitlines(keepends=True)
    lines = {"out": [one, three, four], "twice": [one, two, two, three], "swapped": [one, three, two, four],
             "first": [two, three, four]}[change]  # fmt: skip
    (tmp_path / LEDGER).write_bytes(b"".join(lines))
    with pytest.raises(IntegrityError, match="chain is broken"):
        list(read_ledger(tmp_path))


@pytest.mark.parametrize("line", [b"", b"[]", b"null", b"[" * 100_000, b'{"self":NaN}', b"\xff", b'{"self":1,"x":2}'])
def test_what_is_no_entry_ends_in_a_sentence(tmp_path: Path, line: bytes) -> None:
    (filled(tmp_path) / LEDGER).open("ab").write(line + b"\n")
    with pytest.raises(IntegrityError, match="not an entry"):
        list(read_ledger(tmp_path))
    with pytest.raises(IntegrityError, match="last line"):
        append_entry(tmp_path, "event", TIME)


def test_an_entry_of_the_wrong_types_is_refused(tmp_path: Path) -> None:
    values = {"number": 1, "event": 5, "time": TIME, "manifest": "", "data": {}, "previous": GENESIS}
    line = canonical_json(values | {"self": sha256(canonical_json(values))})
    (tmp_path / LEDGER).write_bytes(line + b"\n")
    with pytest.raises(IntegrityError):
        list(read_ledger(tmp_path))


def append_together(folder: Path, together: Barrier) -> None:
    for _ in range(ROUNDS):
        together.wait(60)
        append_entry(folder, "event", TIME)


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    """At each entry they start at the same moment: without the lock of the ledger they do get into each other's way."""
    context = multiprocessing.get_context("fork")
    together = context.Barrier(3)
    workers = [context.Process(target=append_together, args=(tmp_path, together)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert [one.number for one in read_ledger(tmp_path)] == list(range(1, 3 * ROUNDS + 1))


@pytest.mark.parametrize("left", [b'{"data":{', b"x" * 200_000])
def test_what_a_killed_writer_left_is_cut_off(tmp_path: Path, left: bytes) -> None:
    (filled(tmp_path) / LEDGER).open("ab").write(left)
    assert len(list(read_ledger(tmp_path))) == 4
    append_entry(tmp_path, "event", TIME)
    assert [one.number for one in read_ledger(tmp_path)] == [1, 2, 3, 4, 5]


def test_a_first_line_that_was_never_finished_is_cut_off(tmp_path: Path) -> None:
    (tmp_path / LEDGER).write_bytes(b'{"data"')
    assert append_entry(tmp_path, "event", TIME).number == 1
    assert [one.number for one in read_ledger(tmp_path)] == [1]


def test_a_line_longer_than_what_is_read_at_once_is_found(tmp_path: Path) -> None:
    append_entry(tmp_path, "event", TIME, text="x" * 300_000)
    append_entry(tmp_path, "event", TIME, text="y" * 300_000)
    append_entry(tmp_path, "event", TIME)
    assert [one.number for one in read_ledger(tmp_path)] == [1, 2, 3]


def test_an_append_reads_the_end_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the ledger is, so that ten thousand appends cost ten thousand times one."""
    filled(tmp_path, 30)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda _: pytest.fail("the whole file was read"))
        added = append_entry(tmp_path, "event", TIME)
    assert added.number == 31 and list(read_ledger(tmp_path))[-1] == added


def test_a_lone_surrogate_is_kept(tmp_path: Path) -> None:
    append_entry(tmp_path, "event", TIME, text=json.loads('"\\ud800"'))
    append_entry(tmp_path, "event", TIME)
    assert len(list(read_ledger(tmp_path))) == 2
