"""The filter ``personal-data``."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from headwater.core import UnknownName, UsageError, record_batch, text_record
from headwater.curate import FILTERS, find_personal_data
from headwater.curate.steps import describe_steps

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


def key_file(tmp_path: Path, fill: bytes = b"k", size: int = 32) -> str:
    """A file with a key."""
    path = tmp_path / "release.key"
    path.write_bytes(fill * size)
    return str(path)


def test_a_type_can_have_an_action_of_its_own_and_the_strictest_wins() -> None:
    options = {"actions": {"email": "remove", "phone": "quarantine"}}
    outcomes = [
        judge(text, **options)[0].decisions[0].action
        for text in ("max@mail.org", "tel. 030 1234567", TEXT, "8.8.8.8 SSN 123-45-6789")
    ]
    assert outcomes == ["removed", "quarantined", "removed", "edited"]


def test_a_document_that_is_taken_out_is_not_edited() -> None:
    judgement, name = judge(TEXT, actions={"phone": "remove"})
    assert judgement.edits == {}
    assert judgement.decisions[0].evidence == "2 email, 1 phone"


def test_pseudonyms_are_the_same_for_the_same_value_and_only_for_it(tmp_path: Path) -> None:
    judgement, name = judge(
        "a max@mail.org b MAX@mail.org c ann@mail.org", action="pseudonymise", key_file=key_file(tmp_path)
    )
    first, second, third = re.findall(r"\[EMAIL-[a-z]{16}\]", judgement.edits[name])
    assert first == second != third


def test_another_key_gives_other_pseudonyms_and_another_step(tmp_path: Path) -> None:
    steps = []
    for fill in (b"k", b"l"):
        step = FILTERS.get("personal-data")(action="pseudonymise", key_file=key_file(tmp_path, fill))
        steps.append(describe_steps([step])[0]["parameters"])
    assert steps[0]["key_id"] != steps[1]["key_id"]
    assert [one for one in steps if "k" * 32 in str(one) or "l" * 32 in str(one)] == []


def test_pseudonymised_text_holds_nothing_to_find_and_the_key_is_shown_nowhere(tmp_path: Path) -> None:
    text = f"{TEXT} SSN 123-45-6789, born 12 March 1985, ftp://app:hunter2x@host.net, password: k3Jx9QmZ7vTq2LwP5s"
    step: Any = FILTERS.get("personal-data")(action="pseudonymise", key_file=key_file(tmp_path))
    row = text_record(text, "a", "a")
    edited = step.judge(record_batch([row])).edits[row["id"]]
    assert find_personal_data([edited]) == [()]
    assert "kkkk" not in repr(step)


def test_only_the_types_that_are_to_be_pseudonymised_get_a_token(tmp_path: Path) -> None:
    judgement, name = judge(TEXT, actions={"email": "pseudonymise"}, key_file=key_file(tmp_path))
    assert "[PHONE]" in judgement.edits[name] and "[EMAIL-" in judgement.edits[name]


@pytest.mark.parametrize("size", [0, 31, 4097])
def test_a_key_of_the_wrong_size_is_refused_without_showing_it(tmp_path: Path, size: int) -> None:
    with pytest.raises(UsageError, match="32 to 4096") as caught:
        FILTERS.get("personal-data")(action="pseudonymise", key_file=key_file(tmp_path, size=size))
    assert "kkkk" not in str(caught.value)


def test_pseudonyms_without_a_key_or_with_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="needs key_file"):
        FILTERS.get("personal-data")(action="pseudonymise")
    with pytest.raises(UsageError, match="cannot be read"):
        FILTERS.get("personal-data")(action="pseudonymise", key_file=str(tmp_path / "none"))


def test_spans_below_the_least_confidence_stay_and_are_annotated() -> None:
    judgement, name = judge("a 123-45-6789 b max@mail.org", minimum_confidence=0.7)
    assert judgement.edits == {name: "a 123-45-6789 b [EMAIL]"}
    assert [(note.label, note.score) for note in judgement.annotations] == [("national-id", 0.6), ("email", 1.0)]


def test_tallies_count_spans_placeholders_and_documents_by_type_and_the_table_shows_them() -> None:
    judgement, _ = judge(TEXT)
    tallies = judgement.tallies
    assert (tallies["found email"], tallies["placeholder email"], tallies["documents email"]) == (2, 1, 1)
    assert tallies["found iban"] == 0
    step: Any = FILTERS.get("personal-data")(actions={"email": "remove"})
    (table,) = step.exhibits(tallies, 1)
    assert ("email", "remove", 2, 1, 1) in table.rows


def test_a_step_travels_to_another_process_and_judges_the_same(tmp_path: Path) -> None:
    step: Any = FILTERS.get("personal-data")(action="pseudonymise", key_file=key_file(tmp_path))
    batch = record_batch([text_record(TEXT, "a", "a")])
    assert copy.copy(step).judge(batch) == step.judge(batch)


@pytest.mark.parametrize(
    "options",
    [
        {"action": "redcat"},
        {"types": "email"},
        {"types": []},
        {"actions": {"email": "delete"}},
        {"actions": {"e-mail": "remove"}},
        {"minimum_confidence": 1.5},
    ],
)
def test_wrong_options_are_named(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="personal-data"):
        FILTERS.get("personal-data")(**options)


def test_an_unknown_type_is_named() -> None:
    with pytest.raises(UnknownName, match="iban"):
        FILTERS.get("personal-data")(types=["ibann"])
