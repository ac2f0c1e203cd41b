"""Sentences with the name of one group replaced by another."""

import pytest

from headwater.curate import IdentityTerms
from headwater.curate.safety.swaps import load_swaps


def texts(category: str, sentence: str) -> dict[str, str]:
    (found,) = load_swaps().variants(category, [sentence])
    return dict(found.texts)


def test_only_the_name_changes_and_its_capital_follows_the_place() -> None:
    found = texts("religion", "Muslims pray at noon.")
    assert found["jewish"] == "Jews pray at noon." and found["atheist"] == "Atheists pray at noon."
    assert found["neutral"] == "People pray at noon." and found["muslim"] == "Muslims pray at noon."
    assert texts("religion", "we met muslims")["jewish"] == "we met jews"
    assert texts("religion", "We met a Hindu priest")["neutral"] == "We met a local priest"


@pytest.mark.parametrize("sentence", ["She and a man.", "The straight road", "womanly", "Her hat", ""])
def test_a_sentence_without_exactly_one_unambiguous_name_is_not_used(sentence: str) -> None:
    swaps = load_swaps()
    used = [list(swaps.variants(category, [sentence])) for category in ("gender", "orientation")]
    assert used == [[], []]


def test_the_groups_are_those_of_the_lexicons() -> None:
    known = set(IdentityTerms().groups)
    swaps = load_swaps()
    assert {(category, group) for category in swaps.categories for group in swaps.groups(category)} <= known
