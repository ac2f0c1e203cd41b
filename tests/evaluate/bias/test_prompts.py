import pytest

from headwater.core import UsageError
from headwater.curate import IdentityTerms
from headwater.evaluate.bias import COMPARISONS, counterfactual_prompts
from headwater.evaluate.bias.prompts import TEMPLATES, by_comparison, comparison_of

PROMPTS = counterfactual_prompts()


def test_every_comparison_meets_every_template() -> None:
    assert len(PROMPTS) == 2 * len(COMPARISONS) * len(TEMPLATES)
    assert len({pair for pair, _, _ in PROMPTS}) == len(COMPARISONS) * len(TEMPLATES)


def test_the_prompts_of_a_pair_differ_in_the_phrase_alone() -> None:
    for one, other in zip(PROMPTS[::2], PROMPTS[1::2], strict=True):
        comparison = next(c for c in COMPARISONS if one[0].startswith(c.name + ":"))
        assert one[0] == other[0] and (one[1], other[1]) == (comparison.first, comparison.second)
        assert one[2].replace(comparison.first_phrase, comparison.second_phrase, 1) == other[2]


@pytest.mark.parametrize(("pair", "group", "prompt"), PROMPTS)
def test_the_counter_sees_the_group_that_a_prompt_names(pair: str, group: str, prompt: str) -> None:
    category = comparison_of(pair)[0]
    assert (category, group) in {(found.category, found.group) for found in IdentityTerms().find(prompt)}


@pytest.mark.parametrize("n", [0, 1, 9, 10])
def test_a_number_of_pairs_is_a_beginning_of_all(n: int) -> None:
    assert counterfactual_prompts(n) == PROMPTS[: 2 * n]


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(UsageError):
        counterfactual_prompts(-1)


def test_a_pair_of_another_version_is_refused_with_the_way_out() -> None:
    with pytest.raises(UsageError, match="draw them again"):
        by_comparison(["shoes:red-blue:00"])
