"""The text of a page and what it says of itself; hostile pages end as unusable ones with the reason."""

import codecs
import re
from typing import Any

import pytest
import trafilatura
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.sources.charset import decode_page
from headwater.curate.sources.page import Page, Unusable, read_page

ARTICLE = "".join(f"<p>Rivers rise in the hills, take what the rain brings, and end at sea {n}.</p>" for n in range(6))


def page(body: str = ARTICLE, head: str = "", html: str = "<html>") -> bytes:
    return f"<!doctype html>{html}<head><meta charset=utf-8>{head}</head><body>{body}</body></html>".encode()


def read(content: bytes, **options: Any) -> Page:
    found = read_page(content, **options)
    assert isinstance(found, Page), found
    return found


def test_article_is_told_from_menu_and_footer() -> None:
    text = read(page(f"<nav><a href=/>Home</a></nav><article>{ARTICLE}</article><footer>Imprint</footer>")).text
    assert text.count("Rivers rise") == 6
    assert "Home" not in text and "Imprint" not in text


def test_all_keeps_what_is_visible_a_line_a_block() -> None:
    body = (
        "<nav>Home</nav><p>One <b>bo</b>ld\nline<br>two</p>tail<script>x()</script>after<table><tr><td>a<td>b</table>"
    )
    assert read(page(body), extract="all").text == "Home\nOne bold line\ntwo\ntail\nafter\na b"


def test_page_states_title_language_licence_address_and_signals() -> None:
    head = (
        "<title>Of\n rivers &amp; seas</title><meta name=ROBOTS content='noai, noindex'>"
        "<meta name=tdm-reservation content=1><meta name=tdm-policy content='https://a.example/p.json'>"
        "<link rel=canonical href='https://a.example/rivers'>"
        "<link rel='license' href='https://creativecommons.org/licenses/by-sa/4.0/'>"
    )
    found = read(page(head=head, html="<html lang=en-GB>"))
    assert found.fields == {"language": "en", "licence": "CC-BY-SA-4.0", "url": "https://a.example/rivers"}
    assert found.attributes == {
        "title": "Of rivers & seas",
        "robots": "noai, noindex",
        "tdm-reservation": "1",
        "tdm-policy": "https://a.example/p.json",
        "licence_declared": "https://creativecommons.org/licenses/by-sa/4.0/",
    }


def test_two_licences_hold_together_and_an_unknown_one_spoils_them() -> None:
    link = "<a rel='license nofollow' href='https://creativecommons.org/licenses/{}/4.0/'>x</a>"
    assert read(page(ARTICLE + link.format("by") + link.format("by-sa"))).fields["licence"] == (
        "CC-BY-4.0 AND CC-BY-SA-4.0"
    )
    assert read(page(ARTICLE + link.format("by") + "<a rel=license href=/terms>")).fields["licence"] == "unknown"


@pytest.mark.parametrize("value", ["", "x", "english language", "e" * 400, "<b>", "12"])
def test_what_is_no_language_code_is_left_out(value: str) -> None:
    assert "language" not in read(page(html=f'<html lang="{value}">')).fields


def test_address_that_is_no_web_address_is_left_out() -> None:
    assert read(page(head="<link rel=canonical href='javascript:alert(1)'>")).fields == {}


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "no-text"),
        (b"<!-- nothing -->", "no-text"),
        (page("<script>x()</script>"), "no-text"),
        (page(ARTICLE).replace(b"hills", b"\xe9\xff"), "wrong-encoding"),
        (page("<div>" * 300 + "lost by the parser" + "</div>" * 300 + ARTICLE), "too-complex"),
        (page("<p " + " ".join(f"a{number}=1" for number in range(1_001)) + ">x"), "too-complex"),
    ],
)
def test_unusable_page_says_why(content: bytes, rule: str) -> None:
    found = read_page(content)
    assert isinstance(found, Unusable) and (found.rule, bool(found.evidence)) == (rule, True)


def test_page_without_an_article_is_told_from_an_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trafilatura, "extract", lambda tree, **options: None)
    found = read_page(page("<p>Menu only</p>"))
    assert isinstance(found, Unusable) and (found.rule, found.measured) == ("no-main-text", 9)
    assert read(page("<p>Menu only</p>"), extract="all").text == "Menu only"


def test_extraction_that_raises_makes_the_page_unusable(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(tree: Any, **options: Any) -> str:
        raise RecursionError

    monkeypatch.setattr(trafilatura, "extract", fail)
    found = read_page(page())
    assert isinstance(found, Unusable) and "RecursionError" in found.evidence


def test_depth_up_to_the_limit_is_read() -> None:
    assert read(page("<div>" * 250 + "deep" + "</div>" * 250), extract="all").text == "deep"


def test_the_parser_alone_would_lose_what_lies_too_deep() -> None:
    from lxml import html

    tree = html.document_fromstring("<body>" + "<div>" * 300 + "lost</div><p>and lost")
    assert "lost" not in tree.text_content()


@pytest.mark.parametrize("quote", ['"', "'", ""])
def test_attributes_of_many_tags_are_not_added_up(quote: str) -> None:
    many = "".join(f"<i a={quote}{number}{quote} b={quote}x>y{quote}>t</i>" for number in range(1_000))
    assert isinstance(read_page(page(f"<p>{many}</p>"), extract="all"), Page)


def test_crowded_tag_is_refused_before_the_parser_sees_it() -> None:
    hostile = page("<p " + " ".join(f"a{number}" for number in range(400_000)) + ">")
    assert isinstance(read_page(hostile), Unusable)  # the parser alone would take more than ten minutes


def test_nul_does_not_cut_the_page_off() -> None:
    assert read(page("<p>before\0after</p>"), extract="all").text == "before\ufffdafter"


def test_replaced_bytes_are_counted() -> None:
    found = read(page().replace(b"hills", b"\xe9\xff"), replace=True)
    assert found.attributes["unreadable_bytes"] == "12"
    assert "\ufffd\ufffd" in found.text


@pytest.mark.parametrize(
    ("content", "header", "encoding"),
    [
        ("é".encode(), "", "utf-8"),
        ("é".encode("cp1252"), "", "cp1252"),
        ("é".encode("latin-1"), "text/html; charset=ISO-8859-1", "cp1252"),
        ("é".encode("koi8-r", "ignore") + "ж".encode("koi8-r"), 'text/html; charset="koi8-r"', "koi8-r"),
        (b"<meta charset='windows-1251'>" + "ж".encode("cp1251"), "", "cp1251"),
        (b"<meta http-equiv=x content='text/html; charset=Shift_JIS'>" + "日".encode("shift_jis"), "", "shift_jis"),
        ("\ufeffé".encode("utf-16"), "text/html; charset=utf-8", "utf-16-le"),
        ("\ufeffé".encode(), "text/html; charset=latin-1", "utf-8"),
        ("é".encode(), "text/html; charset=punycode", "utf-8"),
        ("é".encode(), "text/html; charset=zlib", "utf-8"),
        ("é".encode(), "text/html; charset=no-such-thing", "utf-8"),
    ],
)
def test_encoding_is_found_in_the_order_of_the_standard(content: bytes, header: str, encoding: str) -> None:
    found = decode_page(content, header)
    assert (found.encoding, found.unreadable) == (encoding, 0)


def test_every_encoding_of_a_page_is_one_that_python_knows_under_that_name() -> None:
    from headwater.curate.sources.charset import _PAGES

    assert {name for name in _PAGES if codecs.lookup(name).name != name} == set()


@given(st.text(st.characters(codec="utf-8"), max_size=200), st.sampled_from(["main", "all"]))
def test_any_text_as_a_page_ends_as_a_page_or_as_an_unusable_one(text: str, extract: Any) -> None:
    assert isinstance(read_page(text.encode(), extract=extract), (Page, Unusable))


@given(st.lists(st.from_regex(re.compile(r"[a-z]{1,8}"), fullmatch=True), min_size=1, max_size=20))
def test_all_words_of_paragraphs_are_kept_in_order(words: list[str]) -> None:
    content = page("".join(f"<p>{word}</p>" for word in words))
    assert read(content, extract="all").text.split() == words
