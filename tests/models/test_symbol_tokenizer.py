import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_models import sentences

from headwater.core import ConfigError, InputError, IntegrityError
from headwater.models.symbol_tokenizer import SymbolTokenizer
from headwater.models.tokenizer import KINDS, Tokenizer, load_tokenizer, make_tokenizer

CHARACTERS = SymbolTokenizer.characters(["abc näh 42"], 4096)
RESIDUES = SymbolTokenizer.residues()
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ*-"


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_every_text_round_trips_through_characters_and_the_bytes_of_others(text: str) -> None:
    assert CHARACTERS.decode(CHARACTERS.encode(text)) == text


@given(st.text(st.sampled_from(LETTERS)))
def test_every_sequence_round_trips_through_residues_a_token_a_letter(text: str) -> None:
    tokens = RESIDUES.encode(text)
    assert RESIDUES.decode(tokens) == text and len(tokens) == len(text)


@given(st.lists(st.integers(0, RESIDUES.begin - 1)))
def test_residue_tokens_round_trip_through_text(tokens: list[int]) -> None:
    assert RESIDUES.encode(RESIDUES.decode(tokens)) == tokens


@given(st.text(), st.text())
def test_tokens_of_two_texts_are_the_tokens_of_the_whole(first: str, second: str) -> None:
    assert CHARACTERS.encode(first) + CHARACTERS.encode(second) == CHARACTERS.encode(first + second)


def test_a_character_of_training_is_one_token_and_another_its_bytes() -> None:
    assert [len(CHARACTERS.encode(text)) for text in ("a", "ä", "ö", "€")] == [1, 1, 2, 3]
    assert CHARACTERS.vocabulary == len(set("abc näh 42")) + 256 + 1


def test_residues_have_29_ids() -> None:
    assert (RESIDUES.vocabulary, RESIDUES.begin) == (29, 28)


@pytest.mark.parametrize("text", ["acgt", "ACG T", "ACG.T", "é", "\ud800"])
def test_what_is_no_residue_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(InputError, match="stands for no nucleotide or amino acid.*tokenizer: characters"):
        RESIDUES.encode(text)


def test_where_there_is_no_room_the_most_frequent_characters_stay() -> None:
    small = SymbolTokenizer.characters(["aaabbc"], 259)
    assert small.symbols == ("a", "b")
    assert small.decode(small.encode("abc")) == "abc" and len(small.encode("c")) == 1


def test_a_vocabulary_without_room_for_all_bytes_is_refused() -> None:
    with pytest.raises(ConfigError, match="vocabulary: 256 is too small"):
        SymbolTokenizer.characters(["x"], 256)


def test_a_lone_surrogate_becomes_a_question_mark_and_begin_tokens_vanish() -> None:
    assert CHARACTERS.decode([CHARACTERS.begin, *CHARACTERS.encode("a\ud800b"), CHARACTERS.begin]) == "a?b"


def test_broken_utf8_becomes_a_replacement_character() -> None:
    assert CHARACTERS.decode(CHARACTERS.encode("€")[:2] + CHARACTERS.encode("a")) == "\ufffda"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_comes_back_from_its_file_with_its_hash(kind: str, tmp_path: Path) -> None:
    made = make_tokenizer(kind, sentences(20), 300)
    (tmp_path / "tokenizer.json").write_text(made.to_json(), "utf-8")
    again = load_tokenizer(tmp_path / "tokenizer.json")
    assert (again.hash, again.begin, type(again)) == (made.hash, made.begin, type(made))
    assert isinstance(again, Tokenizer if kind == "bpe" else SymbolTokenizer)


def test_an_unknown_kind_offers_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r'options.tokenizer: no tokenizer .charakters.; did you mean "characters"'):
        make_tokenizer("charakters", [], 300)


@pytest.mark.parametrize("change", [{"symbols": 3}, {"symbols": "aa"}, {"kind": None}, {"fallback": "yes"}])
def test_a_broken_file_is_an_integrity_error(change: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps({**json.loads(CHARACTERS.to_json()), **change}))
    with pytest.raises(IntegrityError, match="not a readable tokenizer"):
        load_tokenizer(path)
