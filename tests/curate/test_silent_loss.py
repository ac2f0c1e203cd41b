"""Nothing vanishes without a row that says why: each way to lose a document is tried, and must be seen."""

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from headwater.core import Corpus, IntegrityError, TemporaryError, read_json, read_parquet, write_parquet
from headwater.curate import Decision, Judgement, audit, build_steps, curate, judging, passes, publishing, shards
from headwater.pipeline import cli

Make = Callable[..., Any]
TEXTS = [f"text number {number}" for number in range(40)]


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder by its hash."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_ROWS", 5)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a corpus and a config that keeps all of it."""
    rows = "".join(json.dumps({"text": text}) + "\n" for text in TEXTS)
    (tmp_path / "corpus.jsonl").write_text(rows, "utf-8")
    (tmp_path / "c.yaml").write_text(
        "corpus: {source: jsonl, path: corpus.jsonl}\ncurate: [{length: {minimum_characters: 3}}, exact-duplicates]\n"
    )
    return tmp_path


def exit_code(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """What the command line ends with."""
    monkeypatch.setattr(sys, "argv", ["headwater", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


class Gone:
    """Takes out what its test says."""

    name = "gone"

    def __init__(self, is_gone: Callable[[str], bool]) -> None:
        self.is_gone = is_gone

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        rows = zip(batch.column("id").to_pylist(), batch.column("text").to_pylist(), strict=True)
        return Judgement(tuple(Decision(name, "removed", "gone") for name, text in rows if self.is_gone(text)))


def drop_a_kept_row(applied: judging.Applied) -> judging.Applied:
    return judging.Applied(
        applied.kept.slice(1), applied.removed, applied.decisions, applied.annotations, applied.edited, applied.tallies
    )


def test_a_step_that_loses_a_row_fails_the_run(tmp_path: Path, source: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    right = passes.judge_safely
    monkeypatch.setattr(passes, "judge_safely", lambda *arguments: drop_a_kept_row(right(*arguments)))
    with pytest.raises(IntegrityError, match=r"40 rows in, but 39 kept|40 documents in, but 39 accounted for"):
        curate(source(TEXTS), [Gone(lambda text: False)], tmp_path)
    assert not (tmp_path / "corpus").exists()


def test_a_step_that_loses_a_row_ends_the_command_with_4(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    right = passes.judge_safely
    monkeypatch.setattr(passes, "judge_safely", lambda *arguments: drop_a_kept_row(right(*arguments)))
    assert exit_code(monkeypatch, "curate", str(project / "c.yaml"), "--out", str(project / "run"), "--quiet") == 4
    sentence = capsys.readouterr().err
    assert "headwater: " in sentence and "39" in sentence and "Traceback" not in sentence


def test_the_count_of_a_step_is_taken_on_the_tables_themselves() -> None:
    batch = pa.RecordBatch.from_pydict({"id": ["a", "b"]})
    kept, none = pa.Table.from_batches([batch.slice(1)]), pa.Table.from_batches([batch.slice(0, 0)])
    decisions = judging.decision_table("s", ())
    applied = judging.Applied(kept, none, decisions, judging.annotation_table("s", ()))
    with pytest.raises(IntegrityError, match="2 documents in, but 1 stayed"):
        judging._reconcile("s", 2, applied)


def test_a_row_lost_while_the_results_are_written_fails_the_run(
    tmp_path: Path, source: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_less(shard: Path, writer: Any, counts: Any) -> None:
        rows = shards.read_table(shard, "kept")
        for batch in rows.slice(1).to_batches():
            writer.write(batch)
        counts.add_kept(rows, 0, 0)

    monkeypatch.setattr(publishing, "_write_kept", write_less)
    with pytest.raises(IntegrityError, match="40 rows in, but 39 in corpus/ and 0 in removed/"):
        curate(source(TEXTS), [Gone(lambda text: False)], tmp_path)


def test_a_filter_that_raises_loses_the_documents_it_fails_on_to_quarantine_and_no_others(
    tmp_path: Path, source: Make, small_shards: None
) -> None:
    def fail(text: str) -> bool:
        if text.endswith("7"):
            raise RuntimeError("a message with jane.doe@corp-mail.org")
        return False

    given = source(TEXTS)
    report = curate(given, [Gone(fail)], tmp_path)
    removed = [row for batch in Corpus(tmp_path / "removed").batches() for row in batch.to_pylist()]
    assert [row["text"] for row in removed] == [text for text in TEXTS if text.endswith("7")]
    assert {(row["action"], row["rule"], row["evidence"]) for row in removed} == {
        ("quarantined", "step-failed", "RuntimeError")
    }
    assert len(Corpus(tmp_path / "corpus")) == 36
    assert "HW-C004" in [finding.code for finding in report.findings]
    assert "jane" not in str(report.to_json())


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_within_a_filter_is_no_reason_to_take_a_document_out(
    tmp_path: Path, source: Make, number: int
) -> None:
    full = [True]

    def fill(text: str) -> bool:
        if full[0] and text == TEXTS[20]:
            raise OSError(number, os.strerror(number))
        return False

    step = Gone(fill)
    with pytest.raises(TemporaryError, match="step gone: .*free some space"):
        curate(source(TEXTS), [step], tmp_path)
    full[0] = False
    curate(source(TEXTS), [step], tmp_path)
    assert len(Corpus(tmp_path / "corpus")) == 40


@pytest.mark.parametrize("moment", [0, 3, 11, 25])
def test_after_a_full_disk_the_run_goes_on_to_the_same_bytes(
    tmp_path: Path, source: Make, small_shards: None, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    steps = [Gone(lambda text: text.endswith("3")), *build_steps([("exact-duplicates", {}), ("unicode", {})])]
    curate(source(TEXTS), steps, tmp_path / "whole")
    right, calls = shards.pq.write_table, [0]

    def full(*arguments: Any, **options: Any) -> None:
        calls[0] += 1
        if calls[0] > moment:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        right(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(shards.pq, "write_table", full)
        with pytest.raises(OSError, match="No space left"):
            curate(source(TEXTS), steps, tmp_path / "full")
    curate(source(TEXTS), steps, tmp_path / "full")
    assert contents(tmp_path / "full") == contents(tmp_path / "whole")


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
from headwater.pipeline.cli import main
sys.argv = ["headwater", *sys.argv[2:]]
main()
"""


def test_a_limit_on_the_size_of_files_ends_with_75_and_the_same_command_goes_on(project: Path) -> None:
    """The operating system itself refuses the bytes here, in the middle of a file."""
    rows = "".join(json.dumps({"text": hashlib.sha256(str(n).encode()).hexdigest() * 20}) + "\n" for n in range(400))
    (project / "corpus.jsonl").write_text(rows, "utf-8")
    command = ["curate", "c.yaml", "--out", "run", "--quiet"]
    for limit in (6_000, 20_000):
        done = subprocess.run(
            [sys.executable, "-c", LIMITED, str(limit), *command],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 75, done.stderr
        assert "Traceback" not in done.stderr and "free some space and give the same command again" in done.stderr
    again = subprocess.run([sys.executable, "-m", "headwater", *command], cwd=project, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert len(Corpus(project / "run" / "corpus")) == 400
    assert not (project / "run" / ".curation").exists()


@pytest.mark.parametrize("workers", [1, 2])
def test_shards_that_became_empty_go_through_every_later_step(
    tmp_path: Path, source: Make, small_shards: None, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    steps = build_steps(
        [("length", {"minimum_characters": 14}), ("exact-duplicates", {}), ("near-duplicates", {}), ("language", {})]
    )
    texts = ["short"] * 12 + [f"text {number:03d} of the rest" for number in range(13)] + ["short"] * 5
    report = curate(source(texts), steps, tmp_path / "small", workers=workers)
    monkeypatch.setattr(shards, "SHARD_ROWS", 1_000)
    curate(source(texts), steps, tmp_path / "one")
    assert contents(tmp_path / "small") == contents(tmp_path / "one")
    assert report.detail["counts"]["in"] == 30 and report.detail["steps"][1]["removed"] == 17


def test_a_shard_damaged_between_two_runs_is_done_again(tmp_path: Path, source: Make, small_shards: None) -> None:
    stop = [True]

    def halt(text: str) -> bool:
        if stop[0] and text == TEXTS[-1]:
            raise IntegrityError("stop here")
        return text.endswith("3")

    steps = [Gone(halt)]
    with pytest.raises(IntegrityError):
        curate(source(TEXTS), steps, tmp_path / "a")
    damaged = sorted((tmp_path / "a" / ".curation").glob("01-pass/*/decisions.parquet"))[1]
    damaged.write_bytes(damaged.read_bytes()[:-30])
    stop[0] = False
    curate(source(TEXTS), steps, tmp_path / "a")
    curate(source(TEXTS), steps, tmp_path / "b")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_a_truncated_file_of_decisions_ends_explain_with_4_and_is_made_again_by_the_run(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = project / "run"
    command = ("curate", str(project / "c.yaml"), "--out", str(run), "--quiet")
    monkeypatch.setattr(sys, "argv", ["headwater", *command])
    assert exit_code(monkeypatch, *command) == 0
    path = run / "decisions" / "01-length.parquet"
    before = path.read_bytes()
    path.write_bytes(before[: len(before) // 2])
    name = Corpus(run / "corpus").ids()[0]
    assert exit_code(monkeypatch, "explain", name, "--run", str(run)) == 4
    assert "01-length.parquet" in capsys.readouterr().err
    assert exit_code(monkeypatch, *command) == 0
    assert path.read_bytes() == before


def test_a_decision_that_vanished_is_seen_by_the_audit(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "c.yaml").write_text(
        "corpus: {source: jsonl, path: corpus.jsonl}\ncurate: [{length: {minimum_characters: 14}}]\n"
        "audit: [filtering-impact]\n"
    )
    run = project / "run"
    exit_code(monkeypatch, "curate", str(project / "c.yaml"), "--out", str(run), "--quiet")
    path = run / "decisions" / "01-length.parquet"
    shutil.copytree(run, project / "copy")
    write_parquet(project / "copy" / "decisions" / path.name, read_parquet(path).slice(1))
    with pytest.raises(IntegrityError, match="took out 9 documents by decisions/, but removed/ holds 10"):
        audit(Corpus(project / "copy" / "corpus"), ["filtering-impact"])
    assert read_json(run / "curation.json")["detail"]["counts"]["removed"] == 10
