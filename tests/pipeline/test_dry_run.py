import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from headwater.core import InputError, StageReport, Table, wilson
from headwater.pipeline.config import RunConfig, load_config
from headwater.pipeline.dry_run import dry_run
from headwater.pipeline.run import run

LONG, SHORT = "A note on rivers and on the mills that stand beside them, number", "short"


@pytest.fixture
def config(tmp_path: Path) -> RunConfig:
    """A source of 400 documents, every fourth of them too short."""
    rows = [{"text": f"{SHORT} {number}" if number % 4 == 0 else f"{LONG} {number:06d}"} for number in range(400)]
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    (tmp_path / "c.yaml").write_text("corpus: {source: jsonl, path: c.jsonl}\ncurate: [length, exact-duplicates]\n")
    return load_config(tmp_path / "c.yaml")


def rows_of(report: StageReport, name: str) -> dict[Any, dict[str, Any]]:
    (table,) = [item for item in report.exhibits if isinstance(item, Table) and item.name == name]
    return {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}


def test_the_steps_are_tried_on_the_first_rows_with_an_interval(config: RunConfig, tmp_path: Path) -> None:
    row = rows_of(dry_run(config, tmp_path / "run", "curate", rows=40), "dry-run-steps")["length"]
    assert (row["in"], row["removed"]) == (40, 10)
    assert (row["low"], row["high"]) == wilson(10, 40)


def test_the_length_of_the_source_is_estimated_from_the_part_that_was_read(config: RunConfig, tmp_path: Path) -> None:
    some = dry_run(config, tmp_path / "run", "curate", rows=40).facts
    assert str(some["documents in the source"]).startswith("about ")
    assert 350 < int(str(some["documents in the source"]).removeprefix("about ").replace(",", "")) < 450
    assert dry_run(config, tmp_path / "run", "curate", rows=1000).facts["documents in the source"] == 400


def test_nothing_is_written(config: RunConfig, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    dry_run(config, tmp_path / "run", "report", rows=40)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_finished_stage_is_announced_as_cached_until_something_changes(config: RunConfig, tmp_path: Path) -> None:
    run(config, tmp_path / "run", until="curate")
    files = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    stages = rows_of(dry_run(config, tmp_path / "run", "report", rows=40), "dry-run-stages")
    assert {name: row["state"] for name, row in stages.items()} == {"curate": "from the cache", "audit": "to run"}
    other = config.model_copy(update={"seed": 3})
    assert rows_of(dry_run(other, tmp_path / "run", "curate", rows=40), "dry-run-stages")["curate"]["state"] == "to run"
    assert {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()} == files


def test_a_sample_of_which_nothing_is_left_is_still_told(config: RunConfig, tmp_path: Path) -> None:
    strict = config.model_copy(update={"curate": (("length", {"minimum_characters": 10_000}),)})
    row = rows_of(dry_run(strict, tmp_path / "run", "curate", rows=40), "dry-run-steps")["length"]
    assert row["removed"] == 40


def test_a_missing_source_is_refused_as_a_run_would(config: RunConfig, tmp_path: Path) -> None:
    (tmp_path / "c.jsonl").unlink()
    with pytest.raises(InputError, match="c.jsonl"):
        dry_run(config, tmp_path / "run", "curate")


@pytest.mark.parametrize("command", ["curate", "run"])
def test_the_command_prints_the_plan(config: RunConfig, tmp_path: Path, command: str) -> None:
    words = [sys.executable, "-m", "headwater", command, "c.yaml", "--dry-run", "--rows", "40"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "source fingerprint" in done.stdout and "to run" in done.stdout
    assert not (tmp_path / "runs").exists()
