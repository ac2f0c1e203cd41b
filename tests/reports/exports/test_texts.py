"""Texts of exports: redacted, visible, bounded."""

from pathlib import Path

import pytest

from headwater.core import Finding, NotMeasured, Score, StageReport
from headwater.reports import EXPORTERS, open_exported
from headwater.reports.exports.texts import clean, declared, json_text, line, tidy

from .made import CONFIG, finish

ADDRESS = "jane.doe@mail-of-the-firm.org"


def test_personal_data_is_replaced_in_texts_of_the_run_and_kept_where_a_person_declared_it() -> None:
    assert clean(f"ask {ADDRESS}") == "ask [EMAIL]"
    assert declared(f"ask {ADDRESS}") == f"ask {ADDRESS}"


def test_a_long_text_is_cut_and_says_by_how_much() -> None:
    assert clean("x" * 10_000, 100) == "x" * 100 + "… (9,900 characters cut)"
    assert line("a\r\n b\t c") == "a b c"


def test_what_is_no_number_becomes_none_and_every_key_a_text() -> None:
    assert tidy({1: [float("nan"), float("inf"), 0.5], "\u202e": ("a",)}) == {"1": [None, None, 0.5], "⟨U+202E⟩": ["a"]}
    assert json_text({"a": "</script>"}) == '{\n "a": "\\u003c/script\\u003e"\n}\n'


@pytest.mark.parametrize("name", ["cyclonedx", "json", "junit", "markdown", "sarif"])
def test_an_address_in_any_text_of_a_report_stands_in_no_export(name: str, tmp_path: Path) -> None:
    score = Score("m", 0.5, 9, "share", "m/1", 0.4, 0.6, slice={"group": ADDRESS})
    finding = Finding("HW-B001", "high", ADDRESS, ADDRESS, ADDRESS, (score, NotMeasured("n", ADDRESS)))
    report = StageReport("evaluation", ADDRESS, {ADDRESS: ADDRESS}, (score, NotMeasured("n", ADDRESS)), (finding,))
    report.save(tmp_path / "evaluation.json")
    finish(tmp_path, CONFIG | {"title": f"run of {ADDRESS}"})
    assert "jane.doe" not in EXPORTERS.get(name)(open_exported(tmp_path))
