import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate import IdentityTerms, TermCounter
from headwater.curate.audits.lexicon import Lexicon, load_lexicon, shipped_lexicons
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


NAMES, NATIONALITY, OCCUPATION = (TermCounter([name]) for name in ("names", "nationality", "occupation"))


@pytest.mark.parametrize(
    ("terms", "text", "groups"),
    [
        (NAMES, "Sarah met Kevin and Fatima in Rome.", ["female", "male", "female"]),
        (NAMES, "Lorenzo saw the head of San Lorenzo", ["male"]),
        (NATIONALITY, "Two Nigerians, a Dutchman and a Sri Lankan cook", ["nigerian", "dutch", "sri-lankan"]),
        (NATIONALITY, "an American Indian and an Indian", ["indian"]),
        (OCCUPATION, "The nurses, a plumber and her lawyer", ["care", "trades-manual", "law-management"]),
        (OCCUPATION, "The baker Anna Baker phoned", ["trades-manual"]),
    ],
)
def test_names_nations_and_occupations_are_found(terms: TermCounter, text: str, groups: list[str]) -> None:
    assert [mention.group for mention in terms.find(text)] == groups


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        (NAMES, "Jordan, the river, and Virginia, the state"),
        (NAMES, "San Lorenzo, St. Louis, Mount Martha, Fort William and Hurricane Irene"),
        (NAMES, "Mark the date, grace will hope for a rose, an alan variable"),
        (NAMES, "the Julia set, Peter Pan, the Union Jack"),
        (NATIONALITY, "In Jordan we ate roast turkey; Turkey and Chad are countries."),
        (NATIONALITY, "French toast on fine china with Swiss cheese, a Danish pastry and a Dutch oven"),
        (NATIONALITY, "polish the turkey; the Great Dane and the French horn"),
        (NATIONALITY, "British Columbia, the Indian Ocean, the American League, Huckleberry Finn"),
        (NATIONALITY, "the Georgian style of English prose"),
        (OCCUPATION, "a nurse shark, a carpenter ant, a soldier beetle, a red admiral"),
        (OCCUPATION, "Captain Cook, Judge Dredd, Doctor Who, Sailor Moon and the Barber of Seville"),
        (OCCUPATION, "the traveling salesman problem, teacher forcing, a reporter gene, a csv writer"),
        (OCCUPATION, "the context manager, the device driver, the text editor, the chief reason, on guard"),
        (OCCUPATION, "the attorney general, the surgeon general, the lieutenant governor"),
    ],
)
def test_names_nations_and_occupations_that_are_something_else_do_not_count(terms: TermCounter, text: str) -> None:
    assert [(mention.group, mention.term) for mention in terms.find(text)] == []


@pytest.mark.parametrize(
    ("name", "phrase"),
    [(name, phrase) for name in shipped_lexicons() for phrase in sorted(load_lexicon(name).exceptions)],
)
def test_every_exception_of_every_list_counts_nothing(name: str, phrase: str) -> None:
    matcher = TermMatcher(load_lexicon(name))
    assert len(matcher.hits(TextBlock.of([f"Lorem {phrase} ipsum", phrase.replace(" ", "-"), f"({phrase})"]))) == 0


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


@pytest.mark.parametrize("text", ["un élève.", "L'Élève, un", "élève", "(élève)", "1 élève\nÉTÉ"])
def test_a_term_may_begin_and_end_with_any_letter(tmp_path: Path, text: str) -> None:
    matcher = TermMatcher(own(tmp_path, ["élève", "müßé"], []))
    assert len(matcher.hits(TextBlock.of([text]))) == 1
    assert len(matcher.hits(TextBlock.of(["Müßé et müßé"]))) == 2


@pytest.mark.parametrize("text", ["élèves", "xélève", "élèveé", "éélève", "_élève"])
def test_a_part_of_a_longer_word_with_other_letters_does_not_count(tmp_path: Path, text: str) -> None:
    assert len(TermMatcher(own(tmp_path, ["élève", "élèv"], [])).hits(TextBlock.of([text]))) == 0


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
