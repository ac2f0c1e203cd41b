from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_models import sentences

from headwater.core import ConfigError, IntegrityError
from headwater.models.tokenizer import Tokenizer

TOKENIZER = Tokenizer.train(sentences(40), 320)


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_every_text_round_trips(text: str) -> None:
    assert TOKENIZER.decode(TOKENIZER.encode(text)) == text


def test_training_twice_gives_the_same_bytes() -> None:
    assert Tokenizer.train(sentences(40), 320).to_json() == TOKENIZER.to_json()


def test_the_vocabulary_is_as_large_as_asked_with_the_begin_token_last() -> None:
    assert TOKENIZER.vocabulary == 320
    assert TOKENIZER.begin == 319


def test_common_words_become_single_tokens() -> None:
    assert len(TOKENIZER.encode(" river")) == 1 < len(TOKENIZER.encode(" revir"))


def test_each_digit_is_a_token_of_its_own() -> None:
    trained = Tokenizer.train(["call 1234 1234 1234 1234"] * 50, 300)
    assert len(trained.encode("123412341234")) == 12


@pytest.mark.parametrize("spelling", ["<|begin|>", "<s>", "<|endoftext|>"])
def test_no_text_can_spell_the_begin_token(spelling: str) -> None:
    assert TOKENIZER.begin not in TOKENIZER.encode(spelling)
    assert TOKENIZER.decode(TOKENIZER.encode(spelling)) == spelling


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    assert TOKENIZER.decode(TOKENIZER.encode("a\ud800b")) == "a?b"


def test_begin_tokens_vanish_in_decoding() -> None:
    assert TOKENIZER.decode([TOKENIZER.begin, *TOKENIZER.encode("sea"), TOKENIZER.begin]) == "sea"


def test_a_vocabulary_without_room_for_all_bytes_is_refused() -> None:
    with pytest.raises(ConfigError, match="vocabulary: 256 is too small"):
        Tokenizer.train(["x"], 256)


def test_saving_and_loading_keeps_the_hash(tmp_path: Path) -> None:
    TOKENIZER.save(tmp_path / "tokenizer.json")
    assert Tokenizer.load(tmp_path / "tokenizer.json").hash == TOKENIZER.hash


def test_a_broken_file_is_an_integrity_error(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(IntegrityError, match="not a readable tokenizer"):
        Tokenizer.load(tmp_path / "tokenizer.json")
