import random

import ftfy
import pytest

from headwater.core import generator
from headwater.curate import FILTERS
from headwater.curate.base import Judgement
from headwater.curate.planted.basics import (
    LINES,
    PASSAGES,
    UNTOUCHED,
    _misread,
    _with_repeats,
    basic_trials,
    language_trials,
    mojibake_trials,
)


@pytest.fixture(scope="module")
def sample() -> dict[str, str]:
    rng = random.Random(0)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(rng.choice(letters) for _ in range(6)) for _ in range(800)]
    return {f"d{n}": " ".join(rng.choice(words) for _ in range(80)) for n in range(30)}


def test_what_is_planted_is_found_and_look_alikes_are_left_alone(sample: dict[str, str]) -> None:
    trials = list(basic_trials(sample, 60, 0))
    assert [(trial.detector, trial.level) for trial in trials] == [
        ("language", "one sentence"),
        ("language", "two sentences"),
        ("language", "English with names"),
        ("unicode", "misread"),
        ("unicode", "right as it is"),
        ("repetition", "half of the lines"),
        ("repetition", "one line"),
    ]
    for trial in trials:
        rate = trial.reported / trial.planted
        assert rate >= 0.9 if trial.positive else rate <= 0.1, trial


@pytest.mark.parametrize("name", ["language", "unicode", "repetition"])
def test_a_blind_step_finds_nothing(sample: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    class Blind:
        def judge(self, batch: object) -> Judgement:
            import pyarrow as pa

            return Judgement(columns={"language": pa.array(["xx"] * batch.num_rows)})  # type: ignore[attr-defined]

    known = FILTERS.get
    monkeypatch.setattr(
        type(FILTERS), "get", lambda _, wanted, *a: (lambda **__: Blind()) if wanted == name else known(wanted, *a)
    )
    found = [trial.reported for trial in basic_trials(sample, 20, 0) if trial.detector == name and trial.positive]
    assert set(found) == {0}


def test_every_passage_is_in_its_own_language_by_its_script_or_letters() -> None:
    assert len({sentence for sentences in PASSAGES.values() for sentence in sentences}) == 2 * len(PASSAGES)
    trial = next(language_trials(len(PASSAGES) * 4, 3))
    assert trial.reported == trial.planted


def test_words_are_misread_so_that_reading_them_right_gives_them_back() -> None:
    rng = generator(0, "test")
    for text in ("café Größe", "“quoted” it’s"):
        broken = _misread(text, rng)
        assert broken != text and ftfy.fix_encoding(broken) == text


def test_right_words_are_no_mojibake_to_the_library_itself() -> None:
    assert [word for word in UNTOUCHED if ftfy.fix_encoding(word) != word] == []


def test_lines_are_repeated_as_often_as_said() -> None:
    pool = [f"w{n}" for n in range(400)]
    lines = _with_repeats(pool, 10, generator(0, "test")).split("\n")
    assert (len(lines), len(set(lines))) == (LINES, LINES - 10)


def test_a_sample_without_plain_text_plants_no_broken_words() -> None:
    assert [trial.planted for trial in mojibake_trials({"a": "é"}, 5, 0)] == [0, 0]
