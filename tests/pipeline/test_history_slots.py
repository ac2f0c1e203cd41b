"""Slots of jobs come back into the history when the index is deleted or rebuilt."""

from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner

from headwater.core import IntegrityError
from headwater.pipeline.cli import app
from headwater.pipeline.jobs.slots import Slot, pass_slots, transaction, utc_text
from headwater.reports import open_history

MISSED = "2026-11-02T02:30:00+00:00"


def _root(place: Path) -> Path:
    root = place / "runs"
    root.mkdir()
    with open_history(root) as connection, transaction(connection):
        now = utc_text(datetime(2026, 11, 3, tzinfo=UTC))
        pass_slots(connection, root, [Slot("nightly", MISSED, "missed", finished=now, reason="nobody ran")])
    return root


def _shown(root: Path, *options: str) -> str:
    return CliRunner().invoke(app, ["history", str(root), *options]).output


def test_a_missed_night_is_still_shown_after_the_index_was_deleted(tmp_path: Path) -> None:
    root = _root(tmp_path)
    assert "missed" in _shown(root)
    for file in root.glob("history.db*"):
        file.unlink()
    assert "missed" in _shown(root)


def test_rebuilding_takes_the_slots_from_the_ledger_and_not_from_the_old_index(tmp_path: Path) -> None:
    root = _root(tmp_path)
    with open_history(root) as connection:
        connection.execute("UPDATE slots SET state = 'succeeded'")
        connection.commit()
    assert "missed" not in _shown(root)
    assert "missed" in _shown(root, "--rebuild")


def test_a_changed_ledger_of_jobs_ends_with_exit_code_4(tmp_path: Path) -> None:
    root = _root(tmp_path)
    ledger = root / "jobs" / "ledger.jsonl"
    ledger.write_text(ledger.read_text("utf-8").replace("nobody", "nobodi"), "utf-8")
    ended = CliRunner().invoke(app, ["history", str(root), "--rebuild"])
    assert isinstance(ended.exception, IntegrityError) and ended.exception.exit_code == 4
    assert "ledger.jsonl" in str(ended.exception)


def test_a_trend_of_a_metric_that_no_run_has_is_an_error_and_no_empty_page(tmp_path: Path) -> None:
    root, page = _root(tmp_path), tmp_path / "trend.html"
    ended = CliRunner().invoke(app, ["trend", str(root), "--metric", "no-such", "--out", str(page)])
    assert "no-such" in str(ended.exception) and not page.exists()
