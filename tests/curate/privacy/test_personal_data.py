"""The filter ``personal-data``."""

from typing import Any

import pytest

from headwater.core import UnknownName, UsageError, record_batch, text_record
from headwater.curate import FILTERS

TEXT = "Ünser Kontakt: max@mail.org oder tel. 030 1234567, mehr bei jane@example.com."


def judge(text: str, **options: Any) -> Any:
    """The judgement of one document."""
    row = text_record(text, "a.txt:1", "a.txt")
    return FILTERS.get("personal-data")(**options).judge(record_batch([row])), row["id"]


def test_redaction_edits_the_text_and_says_how_much_it_found() -> None:
    judgement, name = judge(TEXT)
    assert judgement.edits == {name: "Ünser Kontakt: [EMAIL] oder tel. [PHONE], mehr bei [EMAIL]."}
    (decision,) = judgement.decisions
    assert (decision.action, decision.rule, decision.measured, decision.limit) == ("edited", "email, phone", 3.0, 0.0)


def test_evidence_counts_and_never_quotes() -> None:
    judgement, _ = judge(TEXT)
    assert judgement.decisions[0].evidence == "2 email, 1 phone"


def test_annotations_hold_the_spans_of_the_original_text() -> None:
    judgement, _ = judge(TEXT)
    assert [(note.label, TEXT[note.start : note.end], note.score) for note in judgement.annotations] == [
        ("email", "max@mail.org", 1.0),
        ("phone", "030 1234567", 1.0),
        ("email", "jane@example.com", 0.0),
    ]


@pytest.mark.parametrize(("action", "outcome"), [("remove", "removed"), ("quarantine", "quarantined")])
def test_other_actions_take_the_document_out_and_leave_its_text(action: str, outcome: str) -> None:
    judgement, name = judge(TEXT, action=action)
    assert [(decision.id, decision.action) for decision in judgement.decisions] == [(name, outcome)]
    assert judgement.edits == {}


def test_a_clean_document_gets_no_decision() -> None:
    judgement, _ = judge("Nothing to see, version 1.2.3.4.")
    assert (judgement.decisions, judgement.edits, judgement.annotations) == ((), {}, ())


def test_placeholders_can_stay_and_are_still_annotated() -> None:
    judgement, _ = judge("jane@example.com", placeholders=False)
    assert judgement.decisions == ()
    assert [(note.label, note.score) for note in judgement.annotations] == [("email", 0.0)]
    judgement, name = judge("jane@example.com max@mail.org", placeholders=False)
    assert judgement.edits == {name: "jane@example.com [EMAIL]"}
    assert len(judgement.annotations) == 2


def test_types_limit_what_is_redacted() -> None:
    judgement, name = judge(TEXT, types=["phone"])
    assert "max@mail.org" in judgement.edits[name]
    assert "1234567" not in judgement.edits[name]


def test_a_batch_is_judged_row_by_row() -> None:
    rows = [text_record(text, f"a:{number}", "a") for number, text in enumerate([TEXT, "clean", "x@y.org"])]
    step: Any = FILTERS.get("personal-data")()
    together = step.judge(record_batch(rows))
    alone = [step.judge(record_batch([row])) for row in rows]
    assert together.decisions == tuple(decision for one in alone for decision in one.decisions)
    assert together.annotations == tuple(note for one in alone for note in one.annotations)


@pytest.mark.parametrize("options", [{"action": "redcat"}, {"types": "email"}, {"types": []}])
def test_wrong_options_are_named(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="personal-data"):
        FILTERS.get("personal-data")(**options)


def test_an_unknown_type_is_named() -> None:
    with pytest.raises(UnknownName, match="iban"):
        FILTERS.get("personal-data")(types=["ibann"])
