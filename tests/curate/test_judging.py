from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from headwater.core import IntegrityError, UsageError, sha256
from headwater.curate import Annotation, Decision, Judgement
from headwater.curate.judging import apply, judge_safely

Batch = Callable[..., pa.RecordBatch]


def ids(batch: pa.RecordBatch) -> list[str]:
    found: list[str] = batch.column("id").to_pylist()
    return found


def test_a_judgement_moves_edits_and_keeps(batch_of: Batch) -> None:
    batch = batch_of(["keep", "edit", "remove", "set aside"])
    _, second, third, fourth = ids(batch)
    decisions = (
        Decision(fourth, "quarantined", "odd"),
        Decision(second, "edited", "mended"),
        Decision(third, "removed", "short", 1.0, 2.0, "why", "twin"),
    )
    applied = apply("step", Judgement(decisions, {second: "edited"}), batch, is_private=False)
    assert applied.kept.column("text").to_pylist() == ["keep", "edited"]
    assert applied.removed.select(["text", "step", "action", "rule", "measured", "limit", "evidence"]).to_pylist() == [
        {
            "text": "remove",
            "step": "step",
            "action": "removed",
            "rule": "short",
            "measured": 1,
            "limit": 2,
            "evidence": "why",
        },
        {
            "text": "set aside",
            "step": "step",
            "action": "quarantined",
            "rule": "odd",
            "measured": None,
            "limit": None,
            "evidence": "",
        },
    ]
    assert applied.removed.column("duplicate_of").to_pylist() == ["twin", None]
    assert applied.decisions.column("id").to_pylist() == [second, third, fourth]
    assert applied.edited == {second}


def test_a_column_is_replaced(batch_of: Batch) -> None:
    applied = apply("step", Judgement(columns={"language": pa.array(["en", "de"])}), batch_of(["a", "b"]), False)
    assert applied.kept.column("language").to_pylist() == ["en", "de"]


def test_content_taken_out_for_personal_data_is_kept_as_a_hash(batch_of: Batch) -> None:
    batch = batch_of(["mail jane@corp.org", "fine"], attributes={"author": "jane@corp.org"}, groups={"team": "jane"})
    decision = Decision(ids(batch)[0], "removed", "email", 1.0, 0.0, "1 email")
    (row,) = apply("personal-data", Judgement((decision,)), batch, is_private=True).removed.to_pylist()
    assert row["text"] == ""
    assert dict(row["attributes"]) == {"locator": "fake.txt:1", "sha256": sha256(b"mail jane@corp.org")}
    assert "jane" not in str(row)


@pytest.mark.parametrize(
    ("judgement", "message"),
    [
        (lambda first: Judgement((Decision("nobody", "removed", "x"),)), "was not given"),
        (lambda first: Judgement((Decision(first, "removed", "x"), Decision(first, "edited", "y"))), "more than one"),
        (lambda first: Judgement((Decision(first, "deleted", "x"),)), "no action 'deleted'"),
        (lambda first: Judgement((Decision(first, "edited", "x"),)), "edits and the decisions"),
        (lambda first: Judgement(edits={first: "new"}), "edits and the decisions"),
        (lambda first: Judgement(columns={"text": pa.array(["a", "b"])}), "no provenance column"),
        (lambda first: Judgement(columns={"language": pa.array(["a"])}), "no provenance column"),
        (lambda first: Judgement(annotations=(Annotation("nobody", "x"),)), "was not given"),
    ],
)
def test_a_judgement_that_breaks_the_contract_is_refused(
    batch_of: Batch, judgement: Callable[[str], Judgement], message: str
) -> None:
    batch = batch_of(["a", "b"])
    with pytest.raises(IntegrityError, match=message):
        apply("step", judgement(ids(batch)[0]), batch, False)


def failing(bad: str, error: Exception) -> Callable[[pa.RecordBatch], Judgement]:
    def judge(batch: pa.RecordBatch) -> Judgement:
        if bad in batch.column("text").to_pylist():
            raise error
        return Judgement(
            tuple(Decision(name, "removed", "seen") for name in ids(batch)[:0]), tallies={"judged": batch.num_rows}
        )

    return judge


def test_only_the_failing_document_is_quarantined_and_no_text_is_quoted(batch_of: Batch) -> None:
    batch = batch_of([f"text {number}" for number in range(20)])
    applied = judge_safely("step", failing("text 13", ValueError("text 13 jane@corp.org")), batch, False)
    (row,) = applied.removed.to_pylist()
    assert (row["text"], row["action"], row["rule"], row["evidence"]) == (
        "text 13",
        "quarantined",
        "step-failed",
        "ValueError",
    )
    assert applied.kept.num_rows == 19
    assert applied.tallies == {"judged": 19}


@pytest.mark.parametrize(
    "error", [RecursionError(), MemoryError(), pa.ArrowInvalid("x"), KeyError("text"), StopIteration()]
)
def test_whatever_a_step_raises_loses_nothing(batch_of: Batch, error: Exception) -> None:
    applied = judge_safely("step", failing("a", error), batch_of(["a", "b"]), False)
    assert (applied.kept.num_rows, applied.removed.num_rows) == (1, 1)


def test_an_error_made_on_purpose_is_not_swallowed(batch_of: Batch) -> None:
    with pytest.raises(UsageError, match="on purpose"):
        judge_safely("step", failing("a", UsageError("on purpose")), batch_of(["a"]), False)


def test_an_edit_that_cannot_be_stored_quarantines_its_document(batch_of: Batch) -> None:
    def judge(batch: pa.RecordBatch) -> Judgement:
        edits: dict[str, Any] = {name: "half \ud800 pair" for name in ids(batch)}
        return Judgement(tuple(Decision(name, "edited", "x") for name in edits), edits)

    applied = judge_safely("step", judge, batch_of(["a"]), False)
    assert applied.removed.column("evidence").to_pylist() == ["UnicodeEncodeError"]
