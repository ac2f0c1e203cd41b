"""Phrase lists: what counts as a hit, and what is no list."""

import json
from pathlib import Path
from typing import Any

import pytest

from headwater.core import InputError
from headwater.curate.safety.phrases import load_phrases, shipped_lists


def write(folder: Path, **changes: Any) -> Path:
    """A small list of one group."""
    group = {"weight": 0.7, "words": ["mud pie", "don't"], "patterns": [r"\bgr+\b"]}
    data = {"id": "t", "version": "1", "source": "s", "licence": "MIT", "groups": {"g": group}} | changes
    path = folder / "list.json"
    path.write_text(json.dumps(data), "utf-8")
    return path


@pytest.mark.parametrize("name", shipped_lists())
def test_a_shipped_list_states_version_source_and_licence(name: str) -> None:
    phrases = load_phrases(name)
    assert phrases.version and phrases.source and phrases.licence == "Apache-2.0"
    assert phrases.protocol.startswith(f"{name}/")


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("A MUD-PIE here", ["MUD-PIE"]),
        ("mud   pie", ["mud   pie"]),
        ("mudpie and pie", []),
        ("I don’t grrr", ["don’t", "grrr"]),
        ("Ünser mud pie", ["mud pie"]),
    ],
)
def test_words_match_whole_in_any_case_and_patterns_as_written(tmp_path: Path, text: str, hits: list[str]) -> None:
    found = load_phrases(write(tmp_path)).find(text)
    assert [text[hit.start : hit.end] for hit in found] == hits


def test_a_hit_inside_an_exception_does_not_count(tmp_path: Path) -> None:
    phrases = load_phrases(write(tmp_path, exceptions=["mud pie recipe"]))
    assert phrases.find("the mud pie recipe") == []
    assert len(phrases.find("mud pie, see the mud pie recipe")) == 1


def test_no_candidate_means_no_hit(tmp_path: Path) -> None:
    phrases = load_phrases(write(tmp_path))
    assert phrases.may_match("a mud pie") and not phrases.may_match("nothing")


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ({}, "at least one group"),
        ({"g": {"weight": 2, "words": ["a"]}}, "from 0 to 1"),
        ({"g": {"weight": 1, "patterns": ["(?=x)"]}}, "no RE2 pattern"),
        ({"g": {"weight": 1, "patterns": ["x*"]}}, "matches the empty text"),
        ({"g": {"weight": 1}}, "matches the empty text"),
        ({"g": {"weight": 1, "words": "abc"}}, "must be lists"),
        ({"g": {}}, "not a phrase list"),
        (["g"], "not a phrase list"),
    ],
)
def test_what_is_no_list_ends_in_a_sentence(tmp_path: Path, groups: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_phrases(write(tmp_path, groups=groups))


def test_a_wrong_name_gets_the_nearest_right_one() -> None:
    with pytest.raises(InputError, match="toxicity"):
        load_phrases("toxicty")
    with pytest.raises(InputError, match="cannot read"):
        load_phrases("/nowhere/list.json")
