import numpy as np
import pytest

from headwater.curate import AttributeTerms
from headwater.evaluate.bias.pair_features import (
    WORDS,
    attribute_presence,
    differences,
    distinct_words,
    features,
    pair_means,
)

TERMS = AttributeTerms()


def test_tone_is_pleasant_minus_unpleasant_per_hundred_words() -> None:
    tone = features(["happy joy sad x", "evil", "plain words", ""], TERMS)["tone"]
    assert tone[:3].tolist() == [25, -100, 0] and np.isnan(tone[3])


def test_length_counts_words() -> None:
    assert features(["a b c", ""], TERMS)["length"].tolist() == [3, 0]


def test_variety_does_not_fall_with_length() -> None:
    words = " ".join(f"w{i}" for i in range(WORDS))
    assert distinct_words(words) == distinct_words(f"{words} {words}") == 1


def test_an_empty_output_has_no_variety() -> None:
    assert np.isnan(distinct_words("  "))


def test_presence_is_zero_or_one() -> None:
    found = attribute_presence(["crime and crime", "nothing"], TERMS)
    assert found[:, TERMS.groups.index(("crime", "crime"))].tolist() == [1, 0]


def test_undefined_values_are_left_out_of_a_mean() -> None:
    cells = [("p", "a"), ("p", "a"), ("p", "b")]
    assert pair_means(np.array([1.0, np.nan, np.nan]), cells) == {("p", "a"): 1.0}


def test_only_pairs_with_both_sides_are_compared() -> None:
    means = {("p", "a"): 3.0, ("p", "b"): 1.0, ("q", "a"): 9.0}
    assert differences(means, ["p", "q"], "a", "b").tolist() == [2.0]


def test_swapping_the_groups_turns_the_sign() -> None:
    means = {("p", "a"): 3.0, ("p", "b"): 1.0}
    assert differences(means, ["p"], "b", "a") == pytest.approx(-differences(means, ["p"], "a", "b"))
