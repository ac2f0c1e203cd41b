import numpy as np
import pytest

from headwater.core import SILENT, NotMeasured
from headwater.curate.audits.lexicon import ATTRIBUTES, IDENTITY
from headwater.curate.audits.term_counts import TermCounter
from headwater.curate.planted.associations import GROUP, _pair, _sentences, _terms, association_trials

SAMPLE = {f"d{number}": f"The mill stood here for {number} years. It was made of stone." for number in range(500)}


def test_what_is_planted_is_found_and_what_is_not_is_not() -> None:
    tied, free = association_trials(SAMPLE, 0, SILENT)
    assert (tied.level, tied.positive, tied.planted) == ("odds ratio 4", True, 4) and tied.reported >= 3
    assert (free.level, free.positive, free.planted) == ("odds ratio 1", False, 4) and free.reported <= 1


def test_a_small_sample_has_no_room_for_an_association() -> None:
    small = dict(list(SAMPLE.items())[: 2 * GROUP - 1])
    assert all(isinstance(trial.score(), NotMeasured) for trial in association_trials(small, 0, SILENT))


def test_documents_that_name_a_group_are_no_hosts() -> None:
    people = {name: f"The woman walked. {text}" for name, text in SAMPLE.items()}
    assert [trial.planted for trial in association_trials(people, 0, SILENT)] == [0, 0]


@pytest.mark.parametrize("category", IDENTITY)
def test_the_sentences_hold_the_odds_that_are_claimed(category: str) -> None:
    rng = np.random.default_rng(3)
    pair = _pair(category, rng)
    counts = TermCounter([*IDENTITY, *ATTRIBUTES]).count(list(_sentences(pair, rng)))
    first, second = (counts.of(category, group) > 0 for group in pair.groups)
    tied, free = (counts.of(*attribute) > 0 for attribute in (pair.tied, pair.free))
    assert (first.sum(), second.sum(), (first & second).sum()) == (GROUP, GROUP, 0)
    a, b = (tied & first).sum(), (tied & second).sum()
    assert a * (GROUP - b) / (b * (GROUP - a)) == 4
    assert (free & first).sum() == (free & second).sum() == GROUP / 2


def test_a_term_counts_for_its_group_alone() -> None:
    assert "woman" in _terms("gender", "female") and "woman" not in _terms("gender", "male")
