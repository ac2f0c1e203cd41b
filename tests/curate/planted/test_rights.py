"""Planted licences, opt-outs, source files and sequences."""

import numpy as np
import pytest

from headwater.curate import FILTERS
from headwater.curate.base import Judgement
from headwater.curate.planted.rights import IDENTITIES, _pair, rights_trials

SAMPLE = {f"id-{number}": f"text {number}" for number in range(10)}


def test_every_step_is_tried_on_planted_items_and_on_look_alikes() -> None:
    trials = list(rights_trials(SAMPLE, 40, 0))
    for detector in ("licence", "consent", "code", "sequence-identity"):
        assert {trial.positive for trial in trials if trial.detector == detector} == {True, False}
    for trial in trials:
        rate = trial.reported / trial.planted
        assert (rate >= 0.95) if trial.positive else (rate <= 0.05), trial


@pytest.mark.parametrize("name", ["licence", "consent", "code"])
def test_a_blind_step_gets_recall_zero_and_the_documents_it_missed(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    class Blind:
        def __init__(self, **options: object) -> None:
            self.name = name

        def judge(self, batch: object) -> Judgement:
            return Judgement()

    monkeypatch.setitem(FILTERS._entries, name, Blind)
    missed = [trial for trial in rights_trials(SAMPLE, 10, 0) if trial.detector == name and trial.positive]
    assert missed and all(trial.reported == 0 for trial in missed)
    assert name == "code" or all(set(trial.wrong) <= set(SAMPLE) and trial.wrong for trial in missed)


def test_the_same_seed_plants_the_same() -> None:
    assert list(rights_trials(SAMPLE, 5, 1)) == list(rights_trials(SAMPLE, 5, 1))


@pytest.mark.parametrize("level", IDENTITIES)
def test_a_planted_copy_has_the_identity_of_its_level(level: float) -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        original, copy = _pair(rng, level)
        equal = sum(one == other for one, other in zip(original, copy, strict=True)) / len(original)
        assert level - 1e-9 <= equal < level + 1 / len(original)
