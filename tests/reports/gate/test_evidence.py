"""The chain of evidence: each line is bound to the one before, the first to the run."""

from pathlib import Path

import pytest

from headwater.core import IntegrityError, Manifest
from headwater.reports import (
    Control,
    Policy,
    append_entry,
    append_evidence,
    current_evidence,
    judge,
    latest,
    read_evidence,
)
from headwater.reports.gate import EVIDENCE, Limit

from .conftest import Make, score


def made(make: Make, folder: Path, times: int = 2) -> str:
    controls = tuple(Control(id=f"X{n}", title="x", checks=(Limit(metric="m", at_most=0.5),)) for n in range(3))
    run = make(Policy(id="p", controls=controls), score(0.1, 0.0, 0.2))
    for _ in range(times):
        append_evidence(folder, judge(run), run.manifest.hash)
    return run.manifest.hash


def test_what_is_read_is_what_was_written_and_the_newest_judgement_is_found(make: Make, tmp_path: Path) -> None:
    manifest = made(make, tmp_path)
    found = list(read_evidence(tmp_path, manifest))
    assert [one.check for one in found] == [1, 1, 1, 2, 2, 2]
    assert [one.control for one in latest(tmp_path)] == ["X0", "X1", "X2"]
    assert found[0].previous == manifest


@pytest.mark.parametrize("line", range(6))
def test_a_changed_line_is_noticed_wherever_it_is(make: Make, tmp_path: Path, line: int) -> None:
    manifest = made(make, tmp_path)
    lines = (tmp_path / EVIDENCE).read_bytes().split(b"\n")
    lines[line] = lines[line].replace(b'"value":0.1', b'"value":0.2')
    (tmp_path / EVIDENCE).write_bytes(b"\n".join(lines))
    if line == 5:  # nothing stands behind the last line that is bound to it: only the ledger and a signature know it
        lines[line] = lines[line].replace(b'"control"', b' "control"')
        (tmp_path / EVIDENCE).write_bytes(b"\n".join(lines))
    with pytest.raises(IntegrityError):
        list(read_evidence(tmp_path, manifest))


@pytest.mark.parametrize("line", range(5))
def test_a_line_that_was_taken_out_is_noticed(make: Make, tmp_path: Path, line: int) -> None:
    manifest = made(make, tmp_path)
    lines = (tmp_path / EVIDENCE).read_bytes().split(b"\n")
    (tmp_path / EVIDENCE).write_bytes(b"\n".join(lines[:line] + lines[line + 1 :]))
    with pytest.raises(IntegrityError, match="not bound"):
        list(read_evidence(tmp_path, manifest))


def test_evidence_of_another_run_is_noticed(make: Make, tmp_path: Path) -> None:
    made(make, tmp_path)
    with pytest.raises(IntegrityError, match=":1:"):
        list(read_evidence(tmp_path, "0" * 64))


def test_evidence_of_a_run_that_was_gone_on_with_is_still_its_own(make: Make, tmp_path: Path) -> None:
    manifest = made(make, tmp_path)
    append_entry(tmp_path, "run-finished", "2026-11-20T09:00:00+00:00", manifest)
    assert len(list(read_evidence(tmp_path, "0" * 64))) == 6


def test_a_judgement_of_the_run_as_it_was_says_nothing_of_the_run_as_it_is(make: Make, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    controls = (Control(id="X1", title="x", checks=(Limit(metric="m", at_most=0.5),)),)
    run = make(Policy(id="p", controls=controls), score(0.1, 0.0, 0.2), ledger={})
    append_evidence(folder, judge(run), run.manifest.hash)
    assert [one.status for one in current_evidence(folder)] == ["pass"]
    Manifest("run", dict(run.manifest.files), seed=8).save(folder)
    assert current_evidence(folder) == () and [one.status for one in latest(folder)] == ["pass"]


def test_evidence_of_another_run_is_not_shown_as_the_newest(make: Make, tmp_path: Path) -> None:
    made(make, tmp_path)
    Manifest("run", {}, seed=8).save(tmp_path)
    for read in (latest, current_evidence):
        with pytest.raises(IntegrityError, match=":1:"):
            read(tmp_path)


def test_a_record_of_an_older_version_without_newer_fields_is_read(make: Make, tmp_path: Path) -> None:
    from headwater.core import canonical_json

    manifest = made(make, tmp_path, times=1)
    first = next(iter(read_evidence(tmp_path, manifest)))
    plain = {key: value for key, value in first.to_json().items() if key not in ("area", "handling")}
    (tmp_path / EVIDENCE).write_bytes(canonical_json(plain) + b"\n")
    assert next(iter(read_evidence(tmp_path, manifest))).control == "X0"
    run_again = made(make, tmp_path, times=1)
    assert [one.check for one in read_evidence(tmp_path, run_again)] == [1, 2, 2, 2]
