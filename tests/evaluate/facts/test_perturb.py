import numpy as np

from headwater.evaluate.facts import SourceFacts, facts_of
from headwater.evaluate.facts.perturb import change_number, negate, swap_name


def test_a_swapped_name_and_a_changed_number_are_not_in_the_source() -> None:
    text, rng = "Then Ada Lovelace paid 120 people.", np.random.default_rng(0)
    for changed in (swap_name(text, ["Grace Hopper", "Ada King"], rng), change_number(text, rng)):
        assert changed is not None and changed != text
        assert sum(not fact.supported for fact in facts_of(changed, SourceFacts(text))) == 1


def test_a_denial_is_put_in_or_taken_out() -> None:
    assert negate("He was there.") == "He was not there." and negate("He was not there.") == "He was there."
    assert negate("He came.") is None
