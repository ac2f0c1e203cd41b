"""Planted evaluation items, passages and leaks between splits."""

import random

import pytest

from headwater.curate import FILTERS
from headwater.curate.base import Judgement
from headwater.curate.planted.passages import passage_trials
from headwater.curate.planted.trials import Trial


def sample(documents: int = 40) -> dict[str, str]:
    """Texts of random words, by id."""
    rng = random.Random(0)
    words = [f"{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}word" for n in range(3000)]
    return {f"id{number}": " ".join(rng.choices(words, k=400)) for number in range(documents)}


@pytest.fixture(scope="module")
def trials() -> dict[tuple[str, str], Trial]:
    return {(trial.detector, trial.level): trial for trial in passage_trials(sample(), 10, 0)}


@pytest.mark.parametrize(
    ("detector", "level"),
    [
        ("decontaminate", "verbatim"),
        ("decontaminate", "re-typed"),
        ("paragraph-duplicates", "verbatim"),
        ("paragraph-duplicates", "re-set"),
        ("substring-duplicates", "60 tokens"),
        ("cross-split-duplicates", "0.8"),
        ("cross-split-duplicates", "0.95"),
        ("semantic-duplicates", "parts re-ordered"),
    ],
)
def test_what_should_be_found_is(trials: dict[tuple[str, str], Trial], detector: str, level: str) -> None:
    trial = trials[detector, level]
    assert (trial.positive, trial.planted, trial.reported, trial.wrong) == (True, 10, 10, ())


@pytest.mark.parametrize(
    ("detector", "level"),
    [
        ("decontaminate", "shuffled"),
        ("paragraph-duplicates", "one word changed"),
        ("substring-duplicates", "45 tokens"),
        ("cross-split-duplicates", "0.5"),
        ("semantic-duplicates", "half of the words replaced"),
    ],
)
def test_look_alikes_are_left_alone(trials: dict[tuple[str, str], Trial], detector: str, level: str) -> None:
    trial = trials[detector, level]
    assert (trial.positive, trial.planted, trial.reported, trial.wrong) == (False, 10, 0, ())


@pytest.mark.parametrize(
    "detector", ["decontaminate", "paragraph-duplicates", "substring-duplicates", "cross-split-duplicates"]
)
def test_a_filter_that_finds_nothing_gets_recall_zero(monkeypatch: pytest.MonkeyPatch, detector: str) -> None:
    class Blind:
        name = detector

        def judge_corpus(self, corpus: object, progress: object) -> Judgement:
            return Judgement()

    monkeypatch.setitem(FILTERS._entries, detector, lambda **options: Blind())
    found = [trial for trial in passage_trials(sample(), 3, 0) if trial.detector == detector and trial.positive]
    assert found and all((trial.planted, trial.reported) == (3, 0) and trial.wrong for trial in found)


def test_the_same_seed_plants_the_same(trials: dict[tuple[str, str], Trial]) -> None:
    assert list(passage_trials(sample(), 10, 0)) == list(trials.values())


@pytest.mark.parametrize("texts", [{"a": ""}, {"a": "short", "b": "日本語"}])
def test_a_sample_with_hardly_a_word_still_carries_passages(texts: dict[str, str]) -> None:
    found = {(trial.detector, trial.level): trial for trial in passage_trials(texts, 3, 0)}
    assert found["decontaminate", "verbatim"].reported == 3
    assert found["cross-split-duplicates", "0.95"].planted == 0
    assert found["semantic-duplicates", "parts re-ordered"].planted == 0
