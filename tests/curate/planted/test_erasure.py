"""The planted controls of the step ``erased``."""

import random

import pytest

from headwater.curate import erasure
from headwater.curate.planted.erasure import erasure_trials

RNG = random.Random(4)
WORDS = [f"v{number}x" for number in range(3_000)]
SAMPLE = {f"id{number}": " ".join(RNG.choices(WORDS, k=RNG.randint(80, 400))) for number in range(30)} | {"s": "short"}


def reported() -> dict[str, tuple[bool, int, int]]:
    """Level to: to be found or not, planted, reported."""
    trials = erasure_trials(SAMPLE, 20, seed=1)
    return {trial.level: (trial.positive, trial.planted, trial.reported) for trial in trials}


def test_returns_are_found_and_look_alikes_left_alone() -> None:
    assert reported() == {
        "0.9 of it": (True, 20, 20),
        "half of it": (False, 20, 0),
        "string": (True, 20, 20),
        "longer word": (False, 20, 0),
    }


def test_the_same_seed_plants_the_same() -> None:
    assert list(erasure_trials(SAMPLE, 20, seed=1)) == list(erasure_trials(SAMPLE, 20, seed=1))


def test_texts_too_short_to_be_cut_carry_no_control() -> None:
    planted = {trial.level: trial.planted for trial in erasure_trials({"a": "too short", "b": ""}, 5, seed=1)}
    assert planted == {"0.9 of it": 0, "half of it": 0, "string": 2, "longer word": 2}


def test_a_search_that_finds_nothing_is_seen_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure.ErasureList, "hits", lambda *_: [])
    assert [found for positive, _, found in reported().values() if positive] == [0, 0]
