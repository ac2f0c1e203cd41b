"""The datasheet: every question has an answer of the run or the provider, or says that there is none."""

import re
from pathlib import Path
from typing import Any

import pytest

from headwater.reports import DATASHEET_FIELDS, EXPORTERS, ExportedRun
from headwater.reports.exports.datasheet import SECTIONS
from headwater.reports.governance import asked_by

from .held import SAFE, data_run, filled, hostile_data_run, images_run, own, table_run, texts_run
from .made import bare_run, hostile_exported, judged_run


def sheet(run: ExportedRun) -> str:
    return EXPORTERS.get("datasheet")(run)


def answers(text: str) -> dict[str, str]:
    """Question to what stands below it."""
    parts = re.split(r"^### (.+)$", text, flags=re.MULTILINE)[1:]
    return {
        question: answer.split("\n## ")[0].strip() for question, answer in zip(parts[::2], parts[1::2], strict=True)
    }


def test_its_questions_ask_for_exactly_the_facts_that_the_gate_asks_for() -> None:
    asked = [key for _, questions in SECTIONS for question in questions for key in question.keys]
    assert sorted(asked) == sorted(DATASHEET_FIELDS) == sorted(asked_by("datasheet"))


def test_it_has_the_seven_parts_of_gebru_et_al() -> None:
    assert len(SECTIONS) == 7
    assert sum(len(questions) for _, questions in SECTIONS) >= 35


@pytest.mark.parametrize("make", [texts_run, data_run, images_run, table_run, judged_run, bare_run, hostile_exported])
def test_every_question_has_an_answer(make: Any, tmp_path: Path) -> None:
    found = answers(sheet(make(tmp_path)))
    assert list(found) == [question.text for _, questions in SECTIONS for question in questions]
    assert [question for question, answer in found.items() if not answer or answer.endswith("**Run:**")] == []


def test_stated_facts_stand_below_their_question(tmp_path: Path) -> None:
    found = answers(sheet(texts_run(tmp_path, filled())))
    for _, questions in SECTIONS:
        for question in questions:
            assert all(own(key) in found[question.text] for key in question.keys)


def test_what_was_counted_is_there(tmp_path: Path) -> None:
    found = answers(sheet(texts_run(tmp_path)))
    assert "1 of 4 documents without a known licence" in found["What is missing from the records, and why?"]
    assert "MIT (2), unknown (1), CC-BY-4.0 (1)" in found["Under which licence or terms?"]
    assert "2024-05-02 to 2025-01-31, 2 undated" in found["In which time was it collected?"]


def test_a_finding_stands_once_below_the_question_that_it_answers(tmp_path: Path) -> None:
    found = answers(sheet(texts_run(tmp_path)))
    groups = found["Which groups of people can be told, and how are they represented?"]
    errors = found["Are there errors, noise or duplicates?"]
    assert ("HW-A004" in groups, "HW-A004" in errors) == (True, False)
    assert ("HW-C002" in groups, "HW-C002" in errors) == (False, True)


def test_hostile_texts_do_no_harm(tmp_path: Path) -> None:
    for at, text in enumerate(SAFE):
        (tmp_path / str(at)).mkdir()
        found = sheet(hostile_data_run(tmp_path / str(at), text))
        assert "<" not in found.replace("< 0.1%", "")
        assert list(answers(found)) == [question.text for _, questions in SECTIONS for question in questions]
        assert not any(character in found for character in "\u202e\u200b\x00\x1b\u2028")


def test_what_the_run_keeps_of_people_is_not_shown(tmp_path: Path) -> None:
    assert "hunter2" not in sheet(hostile_exported(tmp_path))
