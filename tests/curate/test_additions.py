"""Documents that a step adds: ids, books, copies in memory, erasure, and the story of an added document."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from headwater.core import Corpus, IntegrityError, held_out, read_parquet
from headwater.curate import Judgement, Pipeline, build_steps, curate, replay, shards
from headwater.curate.base import Addition
from headwater.pipeline.cli import app

Make = Callable[..., Any]
TEXTS = [f"She told him that number {n} is right." if n % 3 else f"Number {n} rises and falls." for n in range(30)]
AUGMENT = [("counterfactual", {"mode": "augment"})]


def test_the_books_balance_with_what_was_added(tmp_path: Path, source: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_ROWS", 7)
    steps = build_steps([*AUGMENT, ("length", {"minimum_characters": 27}), ("exact-duplicates", {})])
    report = curate(source([*TEXTS, "short"]), steps, tmp_path)
    kept, removed = Corpus(tmp_path / "corpus"), Corpus(tmp_path / "removed")
    added = read_parquet(tmp_path / "decisions" / "01-counterfactual.parquet")
    assert added.column("action").to_pylist() == ["added"] * 20
    assert len(kept) + len(removed) == 31 + 20
    assert report.detail["counts"]["added"] == 20
    table = next(one for one in report.exhibits if one.name == "steps")
    for row in table.rows:
        cells = dict(zip(table.columns, row, strict=True))
        assert cells["in"] == sum(cells[name] for name in ("kept", "edited", "removed", "quarantined"))
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    for one, two in zip(rows, rows[1:], strict=False):
        assert two["in"] == one["kept"] + one["edited"] + one["added"]


def test_a_copy_follows_its_parent_and_names_it(tmp_path: Path, source: Make) -> None:
    curate(source(TEXTS), build_steps(AUGMENT), tmp_path)
    rows = [row for batch in Corpus(tmp_path / "corpus").batches() for row in batch.to_pylist()]
    assert len({row["id"] for row in rows}) == 50
    for one, two in zip(rows, rows[1:], strict=False):
        parent = dict(two["attributes"]).get("counterfactual-of")
        if parent:
            assert parent == one["id"]
            assert two["text"] == one["text"].replace("She", "He").replace("him", "her")
            assert (two["source"], two["licence"]) == (one["source"], one["licence"])
    ids = [row["id"] for row in rows]
    held = dict(zip(ids, held_out(ids, 0.5, 1), strict=True))
    links = [(row["id"], dict(row["attributes"]).get("counterfactual-of")) for row in rows]
    assert all(held[name] == held[parent] for name, parent in links if parent)  # else the test set leaks


class Adds:
    """Adds to a document that it removes."""

    name = "adds"

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        name = batch.column("id")[0].as_py()
        return Judgement(additions=(Addition(name, "a", "x", "of", "r"), Addition(name, "b", "y", "of", "r")))


def test_two_additions_to_one_document_break_the_contract(tmp_path: Path, source: Make) -> None:
    with pytest.raises(IntegrityError, match="step adds: adds to .* has an addition"):
        curate(source(TEXTS), [Adds()], tmp_path)


@pytest.mark.parametrize("kind", ["list", "frame", "table", "batches"])
def test_copies_come_back_in_the_kind_that_was_given(kind: str) -> None:
    texts = ["He sings.", "Rain falls.", "She runs."]
    frame = pd.DataFrame({"n": [1, 2, 3], "text": texts})
    table = pa.Table.from_pandas(frame)
    given: Any = {"list": texts, "frame": frame, "table": table, "batches": table.to_batches(max_chunksize=2)}[kind]
    result = Pipeline(AUGMENT).run(given)
    if kind == "batches":
        result = pa.Table.from_batches(result)
    found = result if kind == "list" else list(result["text"]) if kind == "frame" else result["text"].to_pylist()
    assert found == ["He sings.", "She sings.", "Rain falls.", "She runs.", "He runs."]
    if kind != "list":
        assert [int(str(n)) for n in result["n"]] == [1, 1, 2, 3, 3]


def test_the_edit_of_a_copy_is_shown_again_from_its_parent(tmp_path: Path, source: Make) -> None:
    given = source(TEXTS)
    steps = build_steps(AUGMENT)
    curate(given, steps, tmp_path)
    rows = [row for batch in Corpus(tmp_path / "corpus").batches() for row in batch.to_pylist()]
    copy = next(row for row in rows if "counterfactual-of" in dict(row["attributes"]))
    parent = dict(copy["attributes"])["counterfactual-of"]
    shown = replay(given, steps, copy["id"], parent=parent)
    assert (shown.text, [edit.step for edit in shown.edits]) == (copy["text"], ["counterfactual"])
    original = replay(given, steps, parent)
    assert (original.text, original.edits) == (copy["text"].replace("He", "She").replace("her", "him"), ())


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder whose corpus holds copies."""
    lines = "".join(json.dumps({"text": text}) + "\n" for text in TEXTS)
    (tmp_path / "t.jsonl").write_text(lines)
    (tmp_path / "c.yaml").write_text(
        "corpus: {source: jsonl, path: t.jsonl}\ncurate: [{counterfactual: {mode: augment}}]\naudit: [identity-terms]\n"
    )
    done = CliRunner().invoke(app, ["curate", str(tmp_path / "c.yaml"), "--out", str(tmp_path / "run"), "--quiet"])
    assert done.exit_code == 0, done.output
    return tmp_path / "run"


def test_erasing_a_document_erases_its_copy(run: Path) -> None:
    rows = [row for batch in Corpus(run / "corpus").batches() for row in batch.to_pylist()]
    copy = next(row for row in rows if "counterfactual-of" in dict(row["attributes"]))
    parent = dict(copy["attributes"])["counterfactual-of"]
    done = CliRunner().invoke(app, ["erase", str(run), "--id", parent, "--keep-near-copies", "--json"])
    assert done.exit_code == 0, done.output
    assert set(json.loads(done.stdout)["ids"]) == {parent, copy["id"]}
    left = Corpus(run.with_name("run-erased") / "corpus").ids()
    assert len(left) == len(rows) - 2
    assert not {parent, copy["id"]} & set(left)


def test_a_run_with_copies_replays_to_the_same_bytes(run: Path) -> None:
    done = CliRunner().invoke(app, ["replay", str(run)])
    assert done.exit_code == 0, done.output


def test_the_story_of_a_copy_begins_where_it_was_made(run: Path) -> None:
    rows = [row for batch in Corpus(run / "corpus").batches() for row in batch.to_pylist()]
    copy = next(row for row in rows if "counterfactual-of" in dict(row["attributes"]))
    done = CliRunner().invoke(app, ["explain", copy["id"], "--run", str(run), "--json"])
    assert done.exit_code == 0, done.output
    path = json.loads(done.stdout)["path"]
    assert [(step["step"], step["outcome"]) for step in path] == [("read", "not reached"), ("counterfactual", "added")]
    assert path[1]["edit"] is not None
