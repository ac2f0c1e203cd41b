import random

import numpy as np
import pytest

from headwater.core import SILENT
from headwater.curate import FILTERS
from headwater.curate.base import Judgement
from headwater.curate.planted.text_quality import HIDDEN, boilerplate_trials, hidden_character_trials


@pytest.fixture(scope="module")
def sample() -> dict[str, str]:
    rng = random.Random(0)
    return {
        f"d{n}": "\n".join(" ".join(f"w{rng.randint(0, 5000)}" for _ in range(9)) for _ in range(9)) for n in range(30)
    }


def test_every_kind_is_found_and_no_look_alike(sample: dict[str, str]) -> None:
    trials = list(hidden_character_trials(sample, 40, 0))
    assert {trial.detector for trial in trials} == set(HIDDEN)
    assert [trial.reported for trial in trials] == [40 if trial.positive else 0 for trial in trials]


def test_boilerplate_is_found_where_it_is_frequent_and_only_there(sample: dict[str, str]) -> None:
    trials = {trial.level: trial for trial in boilerplate_trials(sample, 20, 0, SILENT)}
    assert {level: (trial.positive, trial.planted, trial.reported) for level, trial in trials.items()} == {
        "in 7 documents": (True, 21, 21),
        "in 6 documents": (False, 24, 0),
        "in many sources": (False, 21, 0),
    }


def test_a_blind_step_has_recall_zero_and_names_the_hosts(
    sample: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Blind:
        name = "blind"

        def judge_corpus(self, corpus: object, progress: object) -> Judgement:
            return Judgement()

    monkeypatch.setattr(type(FILTERS), "get", lambda self, *_: lambda **__: Blind())
    first = next(iter(boilerplate_trials(sample, 20, 0, SILENT)))
    assert (first.reported, set(first.wrong) <= set(sample), bool(first.wrong)) == (0, True, True)


def test_a_sample_too_small_for_boilerplate_plants_nothing() -> None:
    assert [trial.planted for trial in boilerplate_trials({"a": "x", "b": ""}, 20, 0, SILENT)] == [0, 0, 0]


def test_planted_items_are_what_their_kind_says() -> None:
    rng = np.random.default_rng(0)
    for kind, (real, false) in HIDDEN.items():
        assert real(rng) != false(rng), kind
