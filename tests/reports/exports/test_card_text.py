"""Texts in Markdown: a CommonMark reader shows exactly the text, and no markup comes of it."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from headwater.core import NotMeasured, Score
from headwater.reports.exports.card_text import paragraphs, plain, share, shown, table, value
from headwater.reports.hidden import visible

from ..fixtures import HOSTILE

READER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
MARKUP = st.text(st.sampled_from("\\`*_[]()<>&#|~$!-+=:.1 \n\tab\"'@{}/"), max_size=40)


class Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markdown: str) -> Page:
    return Page(READER.render(markdown))


def check(text: str) -> None:
    expected = " ".join(visible(text).split())
    alone = read(plain(text))
    assert alone.tags == (["p"] if expected else [])
    assert alone.text.strip() == expected
    item = read(f"- label: {plain(text)}")
    assert item.tags == ["ul", "li"]
    assert item.text.strip() == f"label: {expected}".strip()
    heading = read(f"# {plain(text)}")
    assert heading.tags == ["h1"]
    cells = read(table(("a", "b"), [(plain(text), "end")]))
    assert cells.tags == ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"]
    assert cells.text.split("b", 1)[1].replace("end", "").strip() == expected or "end" in expected


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_shown_and_are_no_markup(text: str) -> None:
    check(text)


@settings(max_examples=400, deadline=None)
@given(st.one_of(MARKUP, st.text(max_size=40)))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    check(text)


def test_paragraphs_stay_paragraphs() -> None:
    page = read(paragraphs("# One\n\n- two\n\n\n<b>three</b>"))
    assert page.tags == ["p", "p", "p"]


def test_texts_of_a_run_are_redacted_and_cut_and_facts_of_a_person_are_not() -> None:
    assert shown("write to jane.doe@river-post.org") == "write to \\[EMAIL\\]"
    assert len(shown("word " * 200)) == 300
    assert "jane.doe" in plain("write to jane.doe@river-post.org")


def test_a_score_stands_with_its_certainty_and_a_gap_with_its_reason() -> None:
    score = Score("m", 0.25, 40, "share", "m/1", 0.14, 0.4)
    assert value(score) == "0.25 share (95% interval 0.14 to 0.40, n = 40)"
    assert value(Score("m", 3.0, 40, "bits", "m/1", interval="all were counted")) == (
        "3 bits (no interval: all were counted; n = 40)"
    )
    assert value(NotMeasured("m", "no labels")) == "**not measured:** no labels"


def test_a_share_is_never_rounded_to_nothing_or_to_all() -> None:
    assert [share(*pair) for pair in ((1, 10**6), (999_999, 10**6), (0, 0))] == ["< 0.1%", "> 99.9%", "–"]
