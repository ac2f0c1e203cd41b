"""The Markdown export: what a reviewer must know comes first, and no text of others is markup."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from headwater.core import StageReport
from headwater.reports import EXPORTERS, ExportedRun, open_exported
from headwater.reports.exports.markdown_text import code, markdown

from ..fixtures import HOSTILE
from .made import CANARY, CONFIG, bare_run, finish, hostile_exported, judged_run, unjudged_run

MAKERS = [judged_run, unjudged_run, bare_run, hostile_exported]
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
FORGE = [
    "@octocat", "see #12 and GH-7", "https://evil.example/x", "www.evil.example", "me@mail.example.net", ":smile:",
    "$x$", "\\", "&lt;", "![a](b)", "[a](javascript:b)", "<img src=x>", "a|b|c", "`a`", "``` a", "# a", "a  \nb",
    "*a* __b__ ~~c~~", "[x]: http://y", "org/name#3", "| --- | --- |", "- [ ] a", "^1^", "[^1]",
]  # fmt: skip


def exported(run: ExportedRun) -> str:
    return EXPORTERS.get("markdown")(run)


def tokens(text: str) -> list[Token]:
    found: list[Token] = []
    for token in READER.parse(text):
        found += [token, *(token.children or [])]
    return found


def harmless(text: str) -> None:
    found = tokens(text)
    assert {token.type for token in found} & {
        "html_block",
        "html_inline",
        "link_open",
        "image",
        "fence",
        "s_open",
    } == set()
    for shown in (token.content for token in found if token.type == "text"):
        assert not re.search(r"@\w|#\d|://|www\.|GH-\d|:\w+:|\$", shown), shown


@pytest.mark.parametrize("make", MAKERS)
def test_there_is_no_link_image_or_html(make: Any, tmp_path: Path) -> None:
    harmless(exported(make(tmp_path)))


@pytest.mark.parametrize("text", [*HOSTILE, *FORGE])
def test_a_text_is_shown_as_it_is_and_stays_in_its_cell(text: str) -> None:
    for shown in (markdown(text), code(text)):
        page = f"| a | b |\n| --- | --- |\n| {shown} | c |\n"
        harmless(page)
        found = [token.type for token in READER.parse(page)]
        assert (found.count("td_open"), found.count("tr_open")) == (2, 2)
        assert {token.type for token in tokens(page)} & {"em_open", "strong_open"} == set()


@given(st.lists(st.sampled_from([*"\\`*_[]()<>|~&{}^!@#$:/ ab1", "www.", "GH-", "\n", "\u202e"]), max_size=30))
def test_no_mixture_of_signs_becomes_markup(signs: list[str]) -> None:
    text = "".join(signs)
    for shown in (markdown(text), code(text)):
        harmless(f"- x {shown}\n")
        harmless(f"| a |\n| --- |\n| {shown} |\n")


def test_the_verdict_comes_first_then_what_keeps_the_gate_shut(tmp_path: Path) -> None:
    text = exported(judged_run(tmp_path))
    assert text.startswith("## headwater: failed\n\n**The gate is shut: a control failed.**")
    places = [
        text.index(part)
        for part in ("Controls that keep", "Controls to know of", "Passed:", "Findings:", "Not measured:")
    ]
    assert places == sorted(places)
    (row,) = re.findall(r"^\|.*`M08`.*$", text, re.MULTILINE)
    assert "| 0.043 share | 0.026 to 0.060 | 512 | at most 0.01 |" in row


def test_each_control_is_there_with_its_status(tmp_path: Path) -> None:
    run = judged_run(tmp_path)
    text = exported(run)
    for one in run.run.evidence:
        where = r"^Passed: .*" if one.status == "pass" else rf"^\| \*\*{one.status.replace('_', ' ')}\*\* \| \*\*"
        assert re.search(rf"{where}`{one.control}`", text, re.MULTILINE), one.control
    assert "waived until" in text or "a reason" in text


def test_without_a_policy_it_says_not_judged(tmp_path: Path) -> None:
    text = exported(unjudged_run(tmp_path))
    assert text.startswith("## headwater: not judged")
    assert "Controls" not in text and "HW-M001" in text


def test_a_long_run_is_cut_below_what_a_comment_holds_and_says_so(tmp_path: Path) -> None:
    run = judged_run(tmp_path / "one")
    many = StageReport.load(tmp_path / "one" / "evaluation.json")
    (tmp_path / "two").mkdir()
    wide = [type(one)(**{**vars_of(one), "title": "x " * 400, "advice": "y| " * 400}) for one in many.findings]
    StageReport("evaluation", "t", {}, many.scores, tuple(wide * 500)).save(tmp_path / "two" / "evaluation.json")
    finish(tmp_path / "two", CONFIG)
    text = exported(open_exported(tmp_path / "two"))
    assert len(text) <= 60_000 and "more findings are left out here" in text
    assert len(exported(run)) < len(text)


def vars_of(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def test_hidden_characters_are_marks_and_no_canary_comes_through(tmp_path: Path) -> None:
    text = exported(hostile_exported(tmp_path))
    assert not set("\x00\x07\x1b\u202e\u2066\u200b\ufeff\ud800") & set(text)
    assert not any(word in text for word in CANARY.split())
