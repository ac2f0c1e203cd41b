"""What an association would be without one source."""

import numpy as np
import pytest

from headwater.curate import AttributeTerms, IdentityTerms, first_of_source, sentences_in, source_effects

SHE, HE = "She has a family.", "He has a family."
SHE_WORKS, HE_WORKS = "She has a career.", "He has a career."


def effects(texts: list[str], sources: list[str | None]):  # type: ignore[no-untyped-def]
    identity, held = IdentityTerms(("gender",)), AttributeTerms(("career-family",))
    pair = identity.groups.index(("gender", "female")), held.groups.index(("career-family", "family"))
    return source_effects(sentences_in(texts, identity, held), pair, range(len(identity.groups)), sources)


def test_the_source_that_carries_it_comes_first_with_the_odds_without_it() -> None:
    texts = [SHE, HE, SHE_WORKS, HE_WORKS] * 20 + [SHE, HE_WORKS] * 20
    found = effects(texts, ["news"] * 80 + ["letters"] * 40)
    assert [one.source for one in found] == ["letters", "news"]
    assert found[0].without == pytest.approx(1) and found[0].odds == pytest.approx(4, rel=0.05)
    assert found[0].carries > 1 > 0 > found[1].carries  # without news the ties of the letters are all there is
    assert found[0].told() == " Without the source 'letters' the corpus's odds ratio would be 1.00."


def test_a_source_that_changes_nothing_is_not_told() -> None:
    found = effects([SHE, HE, SHE_WORKS, HE_WORKS] * 20, ["a"] * 40 + [None] * 40)
    assert {one.source for one in found} == {"a", "unknown"} and {one.told() for one in found} == {""}


def test_one_source_alone_has_no_effect_to_tell() -> None:
    assert effects([SHE, HE_WORKS], ["a", "a"]) == [] and effects([], []) == []


def test_documents_of_that_source_come_first() -> None:
    found = effects([SHE, HE, SHE_WORKS, HE_WORKS] * 20 + [SHE, HE_WORKS] * 20, ["news"] * 80 + ["letters"] * 40)
    counts = np.array([3.0, 0.0, 1.0])
    assert first_of_source(counts, ["news", "letters", "letters"], found).tolist() == [3, 0, 5]
    assert first_of_source(counts, ["news", "letters", "letters"], []).tolist() == [3, 0, 1]
