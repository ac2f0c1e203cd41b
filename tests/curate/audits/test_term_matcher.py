import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate import IdentityTerms
from headwater.curate.audits.lexicon import Lexicon, load_lexicon
from headwater.curate.audits.term_matcher import TermMatcher
from headwater.curate.audits.text_block import TextBlock

TERMS = IdentityTerms()


def found(text: str) -> list[tuple[str, str]]:
    return [(mention.group, mention.term) for mention in TERMS.find(text)]


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("She lost her keys.", ["female", "female"]),
        ("HE AND SHE", ["male", "female"]),
        ("the woman's hat", ["female"]),
        ("a well-known African-American poet", ["black", "north-american"]),
        ("an African\n    American family", ["black", "north-american"]),
        ("a Black woman", ["black", "female"]),
        ("Muslims, Jews and Sikhs", ["muslim", "jewish", "sikh"]),
    ],
)
def test_terms_are_found_in_every_form(text: str, groups: list[str]) -> None:
    assert [group for group, _ in found(text)] == groups


@pytest.mark.parametrize(
    "text",
    [
        "See the man page.",
        "a black box and white space",
        "Gay-Lussac's law",
        "the master branch",
        "a man-in-the-middle attack",
        "polish the surface",
        "the blind spot, disabled by default",
        "John Wiley & Sons",
        "He et al. (2015) and the He initialization",
        "the Chinese Remainder Theorem",
        "the theme of the others",
    ],
)
def test_phrases_that_mean_something_else_do_not_count(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    ["his_value", "self.her", "https://he.wikipedia.org", "man@example.com", "she()", "hé", "ühe", "{man}", "shé"],
)
def test_parts_of_identifiers_addresses_and_longer_words_do_not_count(text: str) -> None:
    assert found(text) == []


def test_a_typographic_apostrophe_ends_a_word() -> None:
    assert found("she\u2019s \u201cher\u201d") == [("female", "she"), ("female", "her")]


def test_a_capitalised_term_matches_only_as_written() -> None:
    assert found("Polish and polish, POLISH") == [("eastern-european", "Polish")]


def test_offsets_are_characters_not_bytes() -> None:
    text = "ÄÖÜ 😀 she and naïve he"
    assert [text[one.start : one.end] for one in TERMS.find(text)] == ["she", "he"]


def own(folder: Path, terms: list[str], exceptions: list[str]) -> Lexicon:
    path = folder / "own.json"
    data = {"id": "own", "version": "1", "kind": "identity", "source": "me", "licence": "CC0-1.0"}
    path.write_text(json.dumps({**data, "groups": {"g": {"terms": terms}}, "exceptions": exceptions}))
    return load_lexicon(path)


def test_the_longest_of_several_terms_wins(tmp_path: Path) -> None:
    matcher = TermMatcher(own(tmp_path, ["old", "old man", "old man river"], []))
    hits = matcher.hits(TextBlock.of(["the old man river and the old man"]))
    assert list(zip(hits.start.tolist(), hits.end.tolist(), strict=True)) == [(4, 17), (26, 33)]


def test_terms_are_text_and_never_patterns(tmp_path: Path) -> None:
    matcher = TermMatcher(own(tmp_path, ["a.c", "x+y"], []))
    hits = matcher.hits(TextBlock.of(["abc a.c xxy x+y"]))
    assert len(hits) == 2


@given(
    st.lists(
        st.sampled_from(["she", "he", "man", "page", "box", "black", "Her", "HIS", "-", " ", ".", "women"]), max_size=12
    )
)
def test_single_words_equal_a_plain_word_search(words: list[str]) -> None:
    """Independent recomputation for words that no exception, URL or phrase touches."""
    text = " ".join(word for word in words if word not in ("page", "box", "black", "-", "."))
    plain = re.findall(r"(?i)\b(?:she|he|man|her|his|women)\b", text)
    assert [term for _, term in found(text)] == plain
