"""The filter ``counterfactual``: measured on WinoGender and WinoBias, and on what it must leave alone."""

import glob
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import ConfigError, Corpus, InputError
from headwater.curate import build_steps, counterfactual, curate
from headwater.curate.mitigation.gender_pairs import load_pairs
from headwater.curate.mitigation.pronouns import Around, takes_noun
from headwater.curate.mitigation.swap_text import swap

Make = Callable[..., Any]
DATA = Path(os.environ.get("HEADWATER_DATA", Path(__file__).parents[3].parent / "shared" / "data"))
PAIRS = load_pairs("gender-pairs")
TWO_WAY = sorted(form for form in PAIRS.forms if form not in PAIRS.one_way)


def swapped(text: str, names: bool = False, people: bool = False, scope: str = "paragraph") -> str:
    return swap(text, PAIRS, names, people, scope).text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("She told her brother that her idea was his.", "He told his sister that his idea was hers."),
        ("HER MOTHER and Mr Smith's wife", "HIS FATHER and Ms Smith's husband"),
        ("She's here, and he'll come.", "He's here, and she'll come."),
        ("An uncle, a nephew and an heiress.", "An aunt, a niece and an heir."),
        ("Mrs Jones gave him hers.", "Mr Jones gave her his."),
        ("We gave her advice, and she lost her money.", "We gave him advice, and he lost his money."),
        ("They called her back; it hurt her back.", "They called him back; it hurt his back."),
        ("We saw her leave.", "We saw him leave."),
        ("The woman\u2019s son", "The man\u2019s daughter"),
    ],
)
def test_case_inflection_capitals_and_articles(text: str, wanted: str) -> None:
    assert swapped(text) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("She was pregnant.", "biology"),
        ("Queen Elizabeth met her husband.", "named person"),
        ("Mary Smith said she would.", "named person"),
        ("Mary said she would.", "given name"),
        ("Then Angelica Xyz said she would.", "may name a person"),
    ],
)
def test_what_a_swap_would_make_wrong_is_left_and_counted(text: str, reason: str) -> None:
    found = swap(text, PAIRS, False, False, "paragraph")
    assert (found.text, dict(found.left)) == (text, {reason: 1})


def test_a_paragraph_is_left_as_a_whole_and_a_sentence_alone_if_asked() -> None:
    text = "Mary sings. She smiles.\nHe runs."
    assert swapped(text) == "Mary sings. She smiles.\nShe runs."
    assert swapped(text, scope="sentence") == "Mary sings. He smiles.\nShe runs."
    assert swapped(text, scope="document") == text
    assert swapped(text, names=True) == "James sings. He smiles.\nShe runs."


@pytest.mark.parametrize(
    "text", ["See the man page.", "self.her_name = her.name", "he/she", "A Burger King", 'the "Pretty Woman Show"']
)
def test_code_phrases_and_titles_stay(text: str) -> None:
    assert swapped(text) == text


@given(st.lists(st.sampled_from([*TWO_WAY, "and", "runs", "the", "a", "an", "blue", "apple", "stone"]), max_size=12))
def test_swapping_twice_gives_the_text_back(words: list[str]) -> None:
    text = " ".join(words)
    for wrong, right in (
        ("a apple", "an apple"),
        ("an stone", "a stone"),
        ("an blue", "a blue"),
        ("an runs", "a runs"),
    ):
        text = text.replace(wrong, right)
    assert swapped(swapped(text)) == text


def test_a_pronoun_at_an_end_takes_no_noun() -> None:
    assert not takes_noun(Around("saw", ".", ""))
    assert takes_noun(Around("", " ", "idea"))


@pytest.mark.skipif(not (DATA / "winogender").is_dir(), reason="HEADWATER_DATA has no winogender")
def test_winogender_pairs_are_each_others_swap() -> None:
    rows = (DATA / "winogender" / "all_sentences.tsv").read_text("utf-8").splitlines()[1:]
    by_name = dict(row.split("\t") for row in rows)
    wrong = []
    for name, text in by_name.items():
        for own, other in (("male", "female"), ("female", "male")):
            if f".{own}.txt" in name:
                partner = by_name[name.replace(f".{own}.txt", f".{other}.txt")]
                wrong += [text] if swapped(text) != partner or swapped(swapped(text)) != text else []
    assert wrong == []


@pytest.mark.skipif(not (DATA / "winobias").is_dir(), reason="HEADWATER_DATA has no winobias")
def test_the_case_of_pronouns_on_winobias() -> None:
    right = total = 0
    for path in sorted(glob.glob(str(DATA / "winobias" / "pro_stereotyped_*.test"))):
        sides = [
            [
                re.sub(r"^\d+ ", "", line).replace("[", "").replace("]", "")
                for line in Path(name).read_text().splitlines()
            ]
            for name in (path, path.replace("pro_", "anti_"))
        ]
        right += sum(swapped(one) == two for one, two in zip(*sides, strict=True))
        total += len(sides[0])
    assert total == 792
    assert right / total > 0.96  # the rest: "gave him orders", "helped him identify", and slips of the data


@pytest.mark.skipif(not (DATA / "wikitext2_valid_test").is_dir(), reason="HEADWATER_DATA has no wikitext2")
def test_the_case_of_pronouns_in_running_text() -> None:
    """In natural text "his" and "him" are known: would "her" in their place be read back as what stood there?"""
    token = re.compile(r"[^\W\d_]+(?:['\u2019\-][^\W\d_]+)*")
    right = total = 0
    for line in (DATA / "wikitext2_valid_test" / "test.txt").read_text("utf-8").splitlines():
        found = list(token.finditer(line))
        for place, match in enumerate(found):
            if match[0].lower() in ("him", "his"):
                after = found[place + 1 : place + 3]
                gap = line[match.end() : after[0].start()] if after else line[match.end() :]
                words = [*(one[0] for one in after), "", ""][:2]
                around = Around(found[place - 1][0] if place else "", gap, *words)
                right += takes_noun(around) == (match[0].lower() == "his")
                total += 1
    assert total > 1_000
    assert right / total > 0.97


def test_substitution_edits_the_drawn_share_and_nothing_else(tmp_path: Path, source: Make) -> None:
    texts = [f"He has {n} stones." for n in range(400)]
    report = curate(source(texts), build_steps([("counterfactual", {"share": 0.25})]), tmp_path, seed=2)
    found = [row for batch in Corpus(tmp_path / "corpus").batches() for row in batch.column("text").to_pylist()]
    changed = sum(text.startswith("She") for text in found)
    assert all(text in (texts[n], texts[n].replace("He", "She")) for n, text in enumerate(found))
    assert 70 < changed < 130
    table = next(one for one in report.exhibits if one.name == "counterfactual")
    assert table.rows == (("he", "she", changed),)


def test_other_languages_and_copies_are_passed_over_and_counted(batch_of: Make) -> None:
    step = counterfactual(share=1.0)
    assert step.judge(batch_of(["Er sagt, he!"], language="de")).tallies["language"] == 1
    copy = batch_of(["He sings."], attributes={"counterfactual-of": "x"})
    assert step.judge(copy).tallies["copy"] == 1
    (finding,) = step.findings({"language": 1}, 1)
    assert finding.code == "HW-C080"
    assert step.findings({}, 0) == ()


def test_mostly_left_is_said(batch_of: Make) -> None:
    step = counterfactual(share=1.0)
    judgement = step.judge(batch_of(["Mary says she can.", "Mary says she may.", "He runs."]))
    (finding,) = step.findings(judgement.tallies, 3)
    assert (finding.code, "given name" in finding.meaning) == ("HW-C081", True)


def test_nothing_in_an_empty_batch(batch_of: Make) -> None:
    judgement = counterfactual().judge(batch_of([]))
    assert (judgement.decisions, judgement.additions) == ((), ())


def test_wrong_settings_are_told() -> None:
    with pytest.raises(ConfigError, match="share must be above 0"):
        build_steps([("counterfactual", {"share": 0.0})])
    with pytest.raises((ConfigError, InputError), match="no paired lexicon 'gender'"):
        build_steps([("counterfactual", {"lexicon": "gender"})])


def test_a_broken_lexicon_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "pairs.json"
    path.write_text('{"id": "x", "version": "1", "first": "a", "second": "b", "pairs": [["two words", "b"]]}')
    with pytest.raises(InputError, match="'two words' is empty, long, two words, or stands in two pairs"):
        load_pairs(str(path))
